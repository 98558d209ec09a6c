import { BIRTH_KEY } from "@bcopy/chain-format"
import { recordedPassport, type Repository } from "@bcopy/copy-engine"
import { parseObjectKey, retrying } from "@bcopy/repo"
import { sweepTemporary } from "@bcopy/repo-fs"
import { isBucketAddress } from "./is-bucket-address.ts"
import { type BucketCall, openBucket } from "./open-bucket.ts"
import { BUCKET_ATTEMPTS, parseFolder, retryPolicy } from "./open-store.ts"

/**
 * What is done before a repository is written to. Of a bucket: it must still be as it was when it was tried. Of a folder:
 * files that runs killed a day ago or earlier left in `tmp/` are removed; whatever hinders that hinders nothing else.
 * @throws StoreError `Unfit`
 */
export async function prepareToWrite(text: string, repository: Repository, call: BucketCall): Promise<void> {
  const { storeTime, notWritable } = repository
  // Who may not write is told so by whoever tries to.
  if (notWritable !== undefined) return
  if (!isBucketAddress(text)) {
    await sweepTemporary(parseFolder(text), storeTime.now()).catch(() => 0)
    return
  }
  const { recheckBucket } = await import("@bcopy/repo-s3")
  const bucket = await openBucket(text, call)
  const { signal } = call
  await retrying(retryPolicy(call, BUCKET_ATTEMPTS), { signal, what: `try ${bucket.name}` }, () =>
    recheckBucket(bucket, recordedPassport(repository), { anchor: parseObjectKey(BIRTH_KEY), signal }),
  )
}
