import { GetBucketVersioningCommand, GetObjectLockConfigurationCommand } from "@aws-sdk/client-s3"
import type { StoreError } from "@bcopy/repo"
import { abortable, type S3Bucket } from "./s3-bucket.ts"
import { answerOf } from "./s3-failure.ts"
import type { BucketState } from "./bucket-state.ts"

/**
 * Asks the bucket for its settings: two requests. Settings that may not be asked for are taken as the more careful ones:
 * a bucket that may have versions is read as one that has.
 * @throws StoreError
 */
export async function readBucketState(bucket: S3Bucket, signal?: AbortSignal): Promise<BucketState> {
  const [versioning, lock] = await Promise.all([readVersioning(bucket, signal), readLock(bucket, signal)])
  return { versioning, ...lock }
}

async function readVersioning(bucket: S3Bucket, signal: AbortSignal | undefined): Promise<BucketState["versioning"]> {
  const command = new GetBucketVersioningCommand({ Bucket: bucket.options.bucket })
  try {
    const { Status } = await bucket.send("versioning of the bucket", signal, () =>
      bucket.client.send(command, abortable(signal)),
    )
    if (Status === undefined) return "off"
    return Status === "Enabled" ? "enabled" : "suspended"
  } catch (error) {
    const { code, cause } = error as StoreError
    if (code === "Unsupported") return "off"
    // The bucket is there and its settings are not ours to see.
    if (code === "Denied" && answerOf(cause).code === "AccessDenied") return "enabled"
    throw error
  }
}

async function readLock(
  bucket: S3Bucket,
  signal: AbortSignal | undefined,
): Promise<Pick<BucketState, "objectLock" | "defaultRetention">> {
  const command = new GetObjectLockConfigurationCommand({ Bucket: bucket.options.bucket })
  try {
    const { ObjectLockConfiguration: lock } = await bucket.send("Object Lock of the bucket", signal, () =>
      bucket.client.send(command, abortable(signal)),
    )
    const { Mode, Days, Years } = lock?.Rule?.DefaultRetention ?? {}
    return {
      objectLock: lock?.ObjectLockEnabled === "Enabled",
      ...(Mode !== undefined && {
        defaultRetention: `${Mode.toLowerCase()}, ${Days === undefined ? `${Years} years` : `${Days} days`}`,
      }),
    }
  } catch (error) {
    const { status, code } = answerOf((error as StoreError).cause)
    if (status === 404 && code !== "NoSuchBucket") return { objectLock: false }
    if (["Unsupported", "Denied"].includes((error as StoreError).code) && code !== "NoSuchBucket" && isSettings(code))
      return { objectLock: false }
    throw error
  }
}

/** A refusal that is about this question, not about the credentials as such. */
function isSettings(code: string): boolean {
  return ["AccessDenied", "NotImplemented", "MethodNotAllowed", "InvalidRequest", "InvalidBucketState"].includes(code)
}
