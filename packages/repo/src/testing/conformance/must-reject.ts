import { isStoreError, type StoreErrorCode } from "../../store-error.ts"
import { must } from "./conformance-case.ts"

/** Throws unless `promise` rejects with a `StoreError` of that code; `what` begins the sentence. */
export async function mustReject(promise: Promise<unknown>, code: StoreErrorCode, what: string): Promise<void> {
  const outcome = await promise.then(
    () => "nothing was rejected",
    (error: unknown) => (isStoreError(error) ? error.code : `no StoreError but ${String(error)}`),
  )
  must(outcome === code, `${what}: must reject with ${code}, got: ${outcome}`)
}
