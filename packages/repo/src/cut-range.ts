import type { ReadOptions } from "./repo-store.ts"
import { StoreError } from "./store-error.ts"

/**
 * The part of an object that a range names, cut at the object's end. `what` names the request for the message.
 * @throws StoreError `BadRange` if the range begins at or past the end, is empty, or is not made of whole numbers
 */
export function cutRange(
  range: ReadOptions["range"],
  objectBytes: number,
  what: string,
): { start: number; end: number } {
  if (range === undefined) return { start: 0, end: objectBytes }
  const { offset, length } = range
  if (!Number.isSafeInteger(offset) || !Number.isSafeInteger(length) || offset < 0 || length < 1)
    throw new StoreError("BadRange", `${what}: a range of ${length} bytes from ${offset} on`)
  // As HTTP has it: there is no byte to begin at, not even in an empty object.
  if (offset >= objectBytes)
    throw new StoreError("BadRange", `${what}: range begins at byte ${offset}, the object has ${objectBytes}`)
  return { start: offset, end: Math.min(offset + length, objectBytes) }
}
