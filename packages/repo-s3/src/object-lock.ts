import {
  GetObjectRetentionCommand,
  HeadObjectCommand,
  PutObjectLegalHoldCommand,
  PutObjectRetentionCommand,
} from "@aws-sdk/client-s3"
import type { ExtendOptions, ObjectHead, ObjectKey, VersionOptions } from "@bcopy/repo"
import { StoreError } from "@bcopy/repo"
import { abortable, type S3Bucket } from "./s3-bucket.ts"
import { foreignAnswer } from "./s3-failure.ts"

/** Size, times and lock of an object; `undefined` if it is proven absent. */
export async function findObject(
  bucket: S3Bucket,
  key: ObjectKey,
  { version, signal }: VersionOptions,
): Promise<ObjectHead | undefined> {
  const command = new HeadObjectCommand({ ...bucket.object(key, version), ...bucket.customerKey() })
  const found = await bucket.sendIfThere(`head ${key}`, signal, () => bucket.client.send(command, abortable(signal)))
  if (found === undefined) return undefined
  if (found.ETag === undefined) throw foreignAnswer(`${bucket.name}: head ${key}`)
  return {
    objectBytes: found.ContentLength ?? 0,
    modifiedAtMs: found.LastModified?.getTime() ?? 0,
    ...(found.VersionId !== undefined && { version: found.VersionId }),
    ...(found.ObjectLockRetainUntilDate && { retainUntilMs: found.ObjectLockRetainUntilDate.getTime() }),
    ...(found.ObjectLockLegalHoldStatus && { held: found.ObjectLockLegalHoldStatus === "ON" }),
  }
}

/** Until when a version is kept; `undefined` without a date. */
async function retention(
  bucket: S3Bucket,
  key: ObjectKey,
  { version, signal }: VersionOptions,
): Promise<number | undefined> {
  const command = new GetObjectRetentionCommand(bucket.object(key, version))
  const found = await bucket
    .sendIfThere(`lock of ${key}`, signal, () => bucket.client.send(command, abortable(signal)))
    .catch(() => undefined)
  return found?.Retention?.RetainUntilDate?.getTime()
}

/** Whether something keeps a version from being deleted now. */
export async function isLocked(bucket: S3Bucket, key: ObjectKey, options: VersionOptions): Promise<boolean> {
  const found = await findObject(bucket, key, options)
  if (found === undefined) return false
  return found.held === true || (found.retainUntilMs ?? 0) > (await bucket.date(options.signal))
}

/** Moves the date until which a version is kept further away. @throws StoreError `Locked` for an earlier date */
export async function extendRetention(
  bucket: S3Bucket,
  key: ObjectKey,
  retainUntilMs: number,
  options: ExtendOptions,
): Promise<void> {
  const { version, signal, lockMode = bucket.options.lockMode ?? "compliance" } = options
  const command = new PutObjectRetentionCommand({
    ...bucket.object(key, version),
    ChecksumAlgorithm: "CRC32",
    Retention: {
      Mode: lockMode === "governance" ? "GOVERNANCE" : "COMPLIANCE",
      RetainUntilDate: new Date(retainUntilMs),
    },
  })
  try {
    await bucket.send(`extend ${key}`, signal, () => bucket.client.send(command, abortable(signal)))
  } catch (error) {
    if (!["Denied", "Unsupported"].includes((error as StoreError).code)) throw error
    const kept = await retention(bucket, key, options)
    if (kept === undefined || kept <= retainUntilMs) throw error
    throw new StoreError("Locked", `${bucket.name}: ${key} is kept until ${new Date(kept).toISOString()} already`, {
      cause: error,
    })
  }
}

/** Sets or lifts a legal hold. */
export async function setLegalHold(
  bucket: S3Bucket,
  key: ObjectKey,
  on: boolean,
  { version, signal }: VersionOptions,
): Promise<void> {
  const command = new PutObjectLegalHoldCommand({
    ...bucket.object(key, version),
    ChecksumAlgorithm: "CRC32",
    LegalHold: { Status: on ? "ON" : "OFF" },
  })
  await bucket.send(`hold ${key}`, signal, () => bucket.client.send(command, abortable(signal)))
}
