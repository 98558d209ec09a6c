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
  const denied = [...versioning.denied, ...lock.denied]
  return { ...versioning.state, ...lock.state, ...(denied.length > 0 && { denied }) }
}

/** Part of the settings, and the actions that were denied. */
interface Told<Part> {
  readonly state: Part
  readonly denied: readonly string[]
}

async function readVersioning(
  bucket: S3Bucket,
  signal: AbortSignal | undefined,
): Promise<Told<Pick<BucketState, "versioning">>> {
  const command = new GetBucketVersioningCommand({ Bucket: bucket.options.bucket })
  try {
    const { Status } = await bucket.send("versioning of the bucket", signal, () =>
      bucket.client.send(command, abortable(signal)),
    )
    return told({ versioning: Status === undefined ? "off" : Status === "Enabled" ? "enabled" : "suspended" })
  } catch (error) {
    const { code, cause } = error as StoreError
    if (code === "Unsupported") return told({ versioning: "off" })
    // The bucket is there and its settings are not ours to see.
    if (code === "Denied" && answerOf(cause).code === "AccessDenied")
      return { state: { versioning: "enabled" }, denied: ["s3:GetBucketVersioning"] }
    throw error
  }
}

async function readLock(
  bucket: S3Bucket,
  signal: AbortSignal | undefined,
): Promise<Told<Pick<BucketState, "objectLock" | "defaultRetention">>> {
  const command = new GetObjectLockConfigurationCommand({ Bucket: bucket.options.bucket })
  try {
    const { ObjectLockConfiguration: lock } = await bucket.send("Object Lock of the bucket", signal, () =>
      bucket.client.send(command, abortable(signal)),
    )
    const { Mode, Days, Years } = lock?.Rule?.DefaultRetention ?? {}
    return told({
      objectLock: lock?.ObjectLockEnabled === "Enabled",
      ...(Mode !== undefined && {
        defaultRetention: `${Mode.toLowerCase()}, ${Days === undefined ? `${Years} years` : `${Days} days`}`,
      }),
    })
  } catch (error) {
    const { status, code } = answerOf((error as StoreError).cause)
    if (status === 404 && code !== "NoSuchBucket") return told({ objectLock: false })
    if (["Unsupported", "Denied"].includes((error as StoreError).code) && code !== "NoSuchBucket" && isSettings(code))
      return {
        state: { objectLock: false },
        denied: code === "AccessDenied" ? ["s3:GetBucketObjectLockConfiguration"] : [],
      }
    throw error
  }
}

function told<Part>(state: Part): Told<Part> {
  return { state, denied: [] }
}

/** A refusal that is about this question, not about the credentials as such. */
function isSettings(code: string): boolean {
  return ["AccessDenied", "NotImplemented", "MethodNotAllowed", "InvalidRequest", "InvalidBucketState"].includes(code)
}
