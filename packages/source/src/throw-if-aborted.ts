import { SourceError } from "./source-error.ts"

/**
 * Throws if `signal` has fired; `what` names the request for the message.
 * @throws SourceError `Aborted`
 */
export function throwIfAborted(signal: AbortSignal | undefined, what: string): void {
  if (signal?.aborted) throw new SourceError("Aborted", `${what}: aborted by the caller`, { cause: signal.reason })
}
