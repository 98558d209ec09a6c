import type { Repository } from "@bcopy/copy-engine"
import { sweepTemporary } from "@bcopy/repo-fs"
import { parseFolder } from "./open-store.ts"
import { isBucketAddress } from "./is-bucket-address.ts"

/**
 * Removes files that runs killed a day ago or earlier left in `tmp/` of a repository that is about to be written. Gives
 * the number removed; whatever hinders it hinders nothing else.
 */
export async function sweepLeftovers(text: string, { storeTime, notWritable }: Repository): Promise<number> {
  // Uploads to a bucket that were never ended are found by `bcopy store test`: to look for them is a request each time.
  if (notWritable !== undefined || isBucketAddress(text)) return 0
  return sweepTemporary(parseFolder(text), storeTime.now()).catch(() => 0)
}
