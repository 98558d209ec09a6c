import type { Bucket } from "../model/bucket.ts"
import { parseRetention, refuseWeaker } from "../model/object-lock.ts"
import type { ObjectVersion } from "../model/object-version.ts"
import { childText, malformed, readXml } from "../wire/read-xml.ts"
import { S3Error } from "../wire/s3-error.ts"
import type { S3Answer, S3Request } from "../wire/s3-request.ts"
import { xmlAnswer } from "../wire/xml-answer.ts"
import { bypassesGovernance } from "./lock-headers.ts"

export function getObjectRetention(request: S3Request, bucket: Bucket): S3Answer {
  const { retention } = findLockable(request, bucket)
  if (retention === undefined) throw noLock()
  const until = new Date(retention.untilMs).toISOString()
  return xmlAnswer([
    "Retention",
    [
      ["Mode", retention.mode],
      ["RetainUntilDate", until],
    ],
  ])
}

export function putObjectRetention(request: S3Request, bucket: Bucket): S3Answer {
  const version = findLockable(request, bucket)
  const document = readXml(request.body, "Retention")
  const [mode, until] = [childText(document, "Mode"), childText(document, "RetainUntilDate")]
  if (mode === undefined || until === undefined) throw malformed()
  const retention = parseRetention(mode, until, request.nowMs)
  refuseWeaker(version, retention, bypassesGovernance(request), request.nowMs)
  bucket.replace(version, { retention })
  return { status: 200 }
}

export function getObjectLegalHold(request: S3Request, bucket: Bucket): S3Answer {
  const { held } = findLockable(request, bucket)
  if (held === undefined) throw noLock()
  return xmlAnswer(["LegalHold", [["Status", held ? "ON" : "OFF"]]])
}

export function putObjectLegalHold(request: S3Request, bucket: Bucket): S3Answer {
  const version = findLockable(request, bucket)
  const status = childText(readXml(request.body, "LegalHold"), "Status")
  if (status !== "ON" && status !== "OFF") throw malformed()
  bucket.replace(version, { held: status === "ON" })
  return { status: 200 }
}

function findLockable({ key, query }: S3Request, bucket: Bucket): ObjectVersion {
  if (!bucket.objectLock) throw new S3Error(400, "InvalidRequest", "Bucket is missing Object Lock Configuration")
  return bucket.find(key, query.get("versionId") ?? undefined)
}

function noLock(): S3Error {
  return new S3Error(
    404,
    "NoSuchObjectLockConfiguration",
    "The specified object does not have a ObjectLock configuration",
  )
}
