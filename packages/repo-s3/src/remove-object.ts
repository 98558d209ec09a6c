import { DeleteObjectCommand } from "@aws-sdk/client-s3"
import type { ObjectKey, VersionOptions } from "@bcopy/repo"
import { StoreError } from "@bcopy/repo"
import { isLocked } from "./object-lock.ts"
import { abortable, type S3Bucket } from "./s3-bucket.ts"
import { foreignAnswer } from "./s3-failure.ts"

/** Deletes an object, or one version of it. What a lock keeps is told from what the credentials do not allow. */
export async function removeObject(
  bucket: S3Bucket,
  key: ObjectKey,
  { locks, ...options }: VersionOptions & { readonly locks: boolean },
): Promise<void> {
  const { version, signal } = options
  const command = new DeleteObjectCommand(bucket.object(key, version))
  try {
    const answer = await bucket.sendIfThere(`remove ${key}`, signal, () =>
      bucket.client.send(command, abortable(signal)),
    )
    // S3 has nothing to say: 204. Where a server says 200, it says by which request.
    const { httpStatusCode, requestId } = answer?.$metadata ?? {}
    if (answer !== undefined && httpStatusCode !== 204 && requestId === undefined)
      throw foreignAnswer(`${bucket.name}: remove ${key}`)
  } catch (error) {
    if ((error as StoreError).code !== "Denied" || !locks || !(await isLocked(bucket, key, options))) throw error
    throw new StoreError("Locked", `${bucket.name}: ${key} is locked`, { cause: error })
  }
}
