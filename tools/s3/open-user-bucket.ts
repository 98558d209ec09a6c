import { randomBytes } from "node:crypto"
import { readFileSync } from "node:fs"
import { openS3Store, parseS3Address, type S3Connection } from "@bcopy/repo-s3"
import type { BucketKind } from "./buckets.ts"
import type { TestBucket } from "./test-bucket.ts"

/**
 * A folder with a name of its own in the bucket that somebody has, as `BCOPY_TEST_S3_URL` names it: `s3://bucket/prefix`. The
 * bucket stays as it is set; endpoint, region and credentials are those of the AWS tools.
 * @throws Error for a bucket that no repository could be in, or in which all would stay that is put there
 */
export async function openUserBucket(url: string, folder = "bcopy-test"): Promise<TestBucket> {
  const { bucket, prefix } = parseS3Address(url)
  const connection = connectionOfEnvironment()
  const place = { bucket, prefix: `${prefix}${folder}-${randomBytes(6).toString("hex")}/`, connection }
  const { state, close } = await openS3Store(place)
  close()
  if (state.versioning === "suspended")
    throw new Error(`the versioning of ${bucket} is suspended: no repository can be kept there`)
  if (state.defaultRetention !== undefined)
    throw new Error(`${bucket} locks what is put there (${state.defaultRetention}): the tests would leave it behind`)
  const kind: BucketKind = state.objectLock ? "locked" : state.versioning === "enabled" ? "versioned" : "plain"
  return { ...place, kind }
}

/** What the environment says and the AWS SDK does not read by itself: as the program does it. */
function connectionOfEnvironment(): S3Connection {
  const bundle = process.env["AWS_CA_BUNDLE"] ?? ""
  const allowPlaintext = process.env["BCOPY_ALLOW_PLAINTEXT"] === "1"
  return { allowPlaintext, ...(bundle !== "" && { ca: readFileSync(bundle, "utf8") }) }
}
