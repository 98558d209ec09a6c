import type { Behaviour } from "../model/behaviour.ts"
import type { Bucket } from "../model/bucket.ts"
import { S3Error } from "../wire/s3-error.ts"
import { headerOf, type S3Request } from "../wire/s3-request.ts"

/** @throws S3Error `PreconditionFailed`, or `NoSuchKey` where `If-Match` finds nothing */
export function checkWriteConditions(request: S3Request, bucket: Bucket, { conditionalCreate }: Behaviour): void {
  if (conditionalCreate === "ignored") return
  const isHint = conditionalCreate === "hint-on-versioned" && bucket.versioning !== "off"
  const newest = isHint ? request.newestAtStart : bucket.newest(request.key)
  const etag = newest?.bytes === undefined ? undefined : newest.etag
  const noneMatch = headerOf(request, "if-none-match")
  if (noneMatch !== undefined && matches(noneMatch, etag)) throw preconditionFailed("If-None-Match")
  const match = headerOf(request, "if-match")
  if (match === undefined) return
  if (etag === undefined) throw new S3Error(404, "NoSuchKey", `The key ${request.key} does not exist`)
  if (!matches(match, etag)) throw preconditionFailed("If-Match")
}

export function preconditionFailed(header: string): S3Error {
  return new S3Error(412, "PreconditionFailed", `At least one of the preconditions did not hold: ${header}`)
}

/** Whether a condition names the ETag, with or without quotes, or any by `*`. */
export function matches(condition: string, etag: string | undefined): boolean {
  if (etag === undefined) return false
  return condition.split(",").some((one) => one.trim() === "*" || one.trim().replaceAll('"', "") === etag)
}
