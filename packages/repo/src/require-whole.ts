import type { ReadOptions, ReadResult } from "./repo-store.ts"
import { StoreError } from "./store-error.ts"

/**
 * Gives `result` back if it has as many bytes as the object's size and the range asked for promise. A connection that
 * closes early gives fewer: what the object holds is then unknown, and the request may be made again.
 * @throws StoreError `Unavailable`
 */
export function requireWhole<R extends ReadResult | undefined>(
  result: R,
  what: string,
  range: ReadOptions["range"],
): R {
  if (result === undefined) return result
  const rest = result.objectBytes - (range?.offset ?? 0)
  const due = range === undefined ? rest : Math.min(range.length, rest)
  if (result.bytes.length !== due)
    throw new StoreError("Unavailable", `${what}: got ${result.bytes.length} bytes of ${due}, the answer was cut short`)
  return result
}
