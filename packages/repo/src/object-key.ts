import { StoreError } from "./store-error.ts"

/** A key that follows the key grammar; made by {@link parseObjectKey}. */
export type ObjectKey = string & { readonly __objectKey: true }

/** docs/format.md, Keys */
export const MAX_KEY_BYTES = 512

const grammar = /^[a-z0-9.-]+(?:\/[a-z0-9.-]+)*$/

/**
 * Checks a key against the grammar: parts of `[a-z0-9.-]` joined by single slashes, no part `.` or `..`, at most 512
 * bytes, so that it means the same in a bucket and in any file system.
 * @throws StoreError `BadKey`
 */
export function parseObjectKey(text: string): ObjectKey {
  if (text.length > MAX_KEY_BYTES)
    throw new StoreError("BadKey", `object key of ${text.length} bytes, at most ${MAX_KEY_BYTES} are allowed`)
  if (!grammar.test(text) || text.split("/").some((part) => part === "." || part === ".."))
    throw new StoreError("BadKey", `object key ${JSON.stringify(text)} does not follow the grammar [a-z0-9.-/]`)
  return text as ObjectKey
}
