import { StoreError } from "./store-error.ts"

/**
 * Throws if `signal` has fired; `what` names the request for the message.
 * @throws StoreError `Aborted`
 */
export function throwIfAborted(signal: AbortSignal | undefined, what: string): void {
  if (signal?.aborted) throw new StoreError("Aborted", `${what}: aborted by the caller`, { cause: signal.reason })
}
