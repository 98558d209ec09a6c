import {
  AbortMultipartUploadCommand,
  ListMultipartUploadsCommand,
  type MultipartUpload,
  type PutObjectCommandInput,
} from "@aws-sdk/client-s3"
import { Upload } from "@aws-sdk/lib-storage"
import type { CreateOptions, CreateResult, ObjectKey } from "@bcopy/repo"
import { extendRetention, findObject } from "./object-lock.ts"
import { abortable, type S3Bucket } from "./s3-bucket.ts"
import { answerOf, foreignAnswer } from "./s3-failure.ts"

export const PART_BYTES = 16 << 20
const PARTS_AT_ONCE = 4

/**
 * Sends a large object in parts, which are given up together if one of them fails. Some servers take lock headers here and
 * lock nothing: so the lock is looked at afterwards, and set where it is missing.
 */
export async function createInParts(
  bucket: S3Bucket,
  key: ObjectKey,
  bytes: Uint8Array,
  kept: Partial<PutObjectCommandInput>,
  { retainUntilMs, lockMode, signal }: CreateOptions,
): Promise<CreateResult> {
  const { begunUploads } = bucket.service
  const { Key } = bucket.object(key)
  const upload = new Upload({
    client: bucket.service.partsClient,
    params: {
      ...bucket.object(key),
      ...kept,
      Body: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length),
      IfNoneMatch: "*",
    },
    partSize: PART_BYTES,
    queueSize: PARTS_AT_ONCE,
    leavePartsOnError: false,
  })
  const giveUp = () => void upload.abort()
  signal?.addEventListener("abort", giveUp)
  try {
    const { ETag, VersionId } = await bucket.send(`create ${key} in parts`, signal, () => upload.done())
    if (ETag === undefined) throw foreignAnswer(`${bucket.name}: create ${key} in parts`)
    const version = VersionId === undefined || VersionId === "" ? undefined : VersionId
    // Where more than one was begun, others may be left: the object is there.
    const repeated = (begunUploads.get(Key) ?? 0) > 1
    begunUploads.delete(Key)
    if (repeated) await abortUploads(bucket, key, () => true, signal).catch(() => undefined)
    const named = { ...(version !== undefined && { version }), ...(signal && { signal }) }
    if (retainUntilMs !== undefined) {
      const found = await findObject(bucket, key, named)
      if ((found?.retainUntilMs ?? 0) < retainUntilMs)
        await extendRetention(bucket, key, retainUntilMs, { ...named, ...(lockMode && { lockMode }) })
    }
    return {
      created: true,
      dateMs: await bucket.date(signal),
      ...(version !== undefined && { version }),
      ...(repeated && { repeated }),
    }
  } catch (error) {
    // An upload whose beginning, or whose end, had no answer is known to nobody but the bucket.
    await abortUploads(bucket, key, () => true).catch(() => undefined)
    if (answerOf((error as { cause?: unknown }).cause).status === 412)
      return { created: false, dateMs: await bucket.date(signal) }
    throw error
  } finally {
    signal?.removeEventListener("abort", giveUp)
  }
}

/** Gives up uploads in parts under the prefix that were begun before `beforeMs` and never ended; gives how many. */
export async function abortLeftovers(bucket: S3Bucket, beforeMs: number, signal?: AbortSignal): Promise<number> {
  const isOld = ({ Initiated }: MultipartUpload) => Initiated !== undefined && Initiated.getTime() < beforeMs
  return abortUploads(bucket, "", isOld, signal)
}

/** Gives up uploads in parts to keys of the repository that begin so; gives how many. */
export async function abortUploads(
  bucket: S3Bucket,
  begins: string,
  isMeant: (upload: MultipartUpload) => boolean,
  signal?: AbortSignal,
): Promise<number> {
  const { bucket: name, prefix } = bucket.options
  const Prefix = prefix + begins
  let aborted = 0
  let KeyMarker: string | undefined
  let UploadIdMarker: string | undefined
  do {
    const command = new ListMultipartUploadsCommand({ Bucket: name, Prefix, KeyMarker, UploadIdMarker })
    const page = await bucket.send("list uploads", signal, () => bucket.client.send(command, abortable(signal)))
    for (const upload of (page.Uploads ?? []).filter(isMeant)) {
      const { Key, UploadId } = upload
      const abort = new AbortMultipartUploadCommand({ Bucket: name, Key, UploadId })
      await bucket.sendIfThere(`give up upload of ${Key}`, signal, () => bucket.client.send(abort, abortable(signal)))
      aborted++
    }
    KeyMarker = page.IsTruncated === true ? page.NextKeyMarker : undefined
    UploadIdMarker = page.IsTruncated === true ? page.NextUploadIdMarker : undefined
  } while (KeyMarker !== undefined)
  return aborted
}
