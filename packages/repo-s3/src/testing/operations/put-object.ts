import type { Behaviour } from "../model/behaviour.ts"
import type { Bucket } from "../model/bucket.ts"
import type { S3Answer, S3Request } from "../wire/s3-request.ts"
import { needChecksum, readLock } from "./lock-headers.ts"
import { readTraits } from "./object-traits.ts"
import { checkWriteConditions } from "./write-conditions.ts"

export function putObject(request: S3Request, bucket: Bucket, behaviour: Behaviour): S3Answer {
  const traits = readTraits(request)
  const lock = readLock(request, bucket)
  needChecksum(request, lock)
  checkWriteConditions(request, bucket, behaviour)
  const { key, body, checksums, nowMs } = request
  const made = bucket.put({ key, bytes: body, checksums, modifiedAtMs: nowMs, ...traits, ...lock })
  return {
    status: 200,
    headers: {
      ETag: `"${made.etag}"`,
      "x-amz-version-id": bucket.versioning === "off" ? undefined : made.id,
      ...traits.encryption,
      ...checksums,
    },
  }
}
