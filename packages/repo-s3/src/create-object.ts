import { type PutObjectCommandInput, PutObjectCommand } from "@aws-sdk/client-s3"
import type { CreateOptions, CreateResult, ObjectKey } from "@bcopy/repo"
import { createInParts } from "./create-in-parts.ts"
import { findObject } from "./object-lock.ts"
import { abortable, type S3Bucket } from "./s3-bucket.ts"
import { answerOf, foreignAnswer } from "./s3-failure.ts"

export const MULTIPART_BYTES = 64 << 20

export interface CreateObjectOptions extends CreateOptions {
  /** The bucket locks whatever is put there. */
  readonly locksAll?: boolean
}

/** Stores an object if nothing is there, as far as the server heeds that. */
export async function createObject(
  bucket: S3Bucket,
  key: ObjectKey,
  bytes: Uint8Array,
  options: CreateObjectOptions,
): Promise<CreateResult> {
  const { multipartBytes = MULTIPART_BYTES } = bucket.options
  if (bytes.length > multipartBytes) return createLarge(bucket, key, bytes, options)
  const { signal } = options
  const input: PutObjectCommandInput = {
    ...bucket.object(key),
    ...keptAs(bucket, key, options),
    // A view, not a copy: also of memory that is shared with threads.
    Body: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length),
    ContentLength: bytes.length,
    IfNoneMatch: "*",
  }
  try {
    const answer = await bucket.send(`create ${key}`, signal, () =>
      bucket.client.send(new PutObjectCommand(input), abortable(signal)),
    )
    if (answer.ETag === undefined) throw foreignAnswer(`${bucket.name}: create ${key}`)
    return {
      created: true,
      dateMs: answer.dateMs,
      ...(answer.VersionId !== undefined && { version: answer.VersionId }),
    }
  } catch (error) {
    if (answerOf((error as { cause?: unknown }).cause).status !== 412) throw error
    return { created: false, dateMs: await dateOf(error, bucket, signal) }
  }
}

/** No part of a large object may be sent in vain, so it is looked for first; the condition goes with the last request. */
async function createLarge(
  bucket: S3Bucket,
  key: ObjectKey,
  bytes: Uint8Array,
  options: CreateObjectOptions,
): Promise<CreateResult> {
  const { signal } = options
  const there = await findObject(bucket, key, { ...(signal && { signal }) })
  if (there !== undefined) return { created: false, dateMs: await bucket.date(signal) }
  return createInParts(bucket, key, bytes, keptAs(bucket, key, options), options)
}

/** What goes with an object: its lock, its storage class, its encryption at rest. */
export function keptAs(
  bucket: S3Bucket,
  key: ObjectKey,
  { retainUntilMs, lockMode = bucket.options.lockMode ?? "compliance", locksAll = false }: CreateObjectOptions,
): Partial<PutObjectCommandInput> {
  const { packStorageClass, encryption } = bucket.options
  return {
    ContentType: "application/octet-stream",
    ...(packStorageClass !== undefined && key.includes("/packs/") && { StorageClass: packStorageClass }),
    ...encryptedBy(encryption),
    ...bucket.customerKey(),
    ...(retainUntilMs !== undefined && {
      ObjectLockMode: lockMode === "governance" ? ("GOVERNANCE" as const) : ("COMPLIANCE" as const),
      ObjectLockRetainUntilDate: new Date(retainUntilMs),
    }),
    // S3 wants a checksum beside the signed body wherever something is locked.
    ...((retainUntilMs !== undefined || locksAll) && { ChecksumAlgorithm: "CRC32" as const }),
  }
}

function encryptedBy(how: S3Bucket["options"]["encryption"]): Partial<PutObjectCommandInput> {
  if (how?.type === "sse-s3") return { ServerSideEncryption: "AES256" }
  if (how?.type === "sse-kms")
    return {
      ServerSideEncryption: "aws:kms",
      ...(how.keyId !== undefined && { SSEKMSKeyId: how.keyId }),
      ...(how.bucketKey !== undefined && { BucketKeyEnabled: how.bucketKey }),
    }
  return {}
}

/** The time in an answer that refused; else the service is asked for it. */
async function dateOf(error: unknown, bucket: S3Bucket, signal: AbortSignal | undefined): Promise<number> {
  const { cause } = error as { cause?: { $response?: { headers?: Readonly<Record<string, string>> } } }
  const dateMs = Date.parse(cause?.$response?.headers?.["date"] ?? "")
  return Number.isNaN(dateMs) ? bucket.date(signal) : dateMs
}
