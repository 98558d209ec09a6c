import type { Bucket } from "../model/bucket.ts"
import type { AskedLock } from "../model/multipart-upload.ts"
import { parseRetention, startRetention } from "../model/object-lock.ts"
import { S3Error } from "../wire/s3-error.ts"
import { headerOf, type S3Request } from "../wire/s3-request.ts"

const MODE = "x-amz-object-lock-mode"
const UNTIL = "x-amz-object-lock-retain-until-date"
const HOLD = "x-amz-object-lock-legal-hold"

/** The lock that a put asks for, or else the bucket's default. */
export function readLock(request: S3Request, bucket: Bucket): AskedLock {
  const [mode, until, hold] = [MODE, UNTIL, HOLD].map((name) => headerOf(request, name))
  const { defaultRetention } = bucket
  const asks = mode !== undefined || until !== undefined || hold !== undefined
  if (asks && !bucket.objectLock)
    throw new S3Error(400, "InvalidRequest", "Bucket is missing Object Lock Configuration")
  const byDefault = defaultRetention && startRetention(defaultRetention, request.nowMs)
  const retention = mode === undefined && until === undefined ? byDefault : parseRetention(mode, until, request.nowMs)
  return { retention, held: hold === undefined ? undefined : hold === "ON" }
}

/** @throws S3Error `InvalidRequest` where a body that will be locked comes without a checksum, as AWS does */
export function needChecksum(request: S3Request, { retention, held }: AskedLock): void {
  if (retention === undefined && held === undefined) return
  if (headerOf(request, "content-md5") !== undefined || Object.keys(request.checksums).length > 0) return
  throw new S3Error(
    400,
    "InvalidRequest",
    "Content-MD5 OR x-amz-checksum- HTTP header is required for Put Object requests with Object Lock parameters",
  )
}

export function bypassesGovernance(request: S3Request): boolean {
  return headerOf(request, "x-amz-bypass-governance-retention")?.toLowerCase() === "true"
}
