import { BIRTH_KEY } from "@bcopy/chain-format"
import { parseObjectKey } from "@bcopy/repo"
import { openBucket, type BucketCall } from "./open-bucket.ts"

/**
 * The address of the repository that a prefix of a bucket lies in; `undefined` if it lies in none, or in none that these
 * credentials may see: they are seldom good for more than the prefix that they were made for.
 */
export async function enclosingBucketRepository(text: string, call: BucketCall): Promise<string | undefined> {
  for (const address of addressesAround(text)) {
    const isThere = await openBucket(address, call)
      .then((store) => store.head(parseObjectKey(BIRTH_KEY), { signal: call.signal }))
      .then((head) => head !== undefined)
      .catch((error: unknown) => {
        if (call.signal.aborted) throw error
        return false
      })
    if (isThere) return address.split("?")[0]
  }
  return undefined
}

/** From the nearest to the bucket itself: `s3://b/x/y?z` lies in `s3://b/x?z` and `s3://b?z`. */
function addressesAround(text: string): readonly string[] {
  const [, bucket = "", prefix = "", settings = ""] = /^(s3:\/\/[^/?]+)\/*([^?]*)(\?.*)?$/i.exec(text) ?? []
  const parts = prefix.split("/").filter((part) => part !== "")
  return parts.map((_, index) => [bucket, ...parts.slice(0, parts.length - 1 - index)].join("/") + settings)
}
