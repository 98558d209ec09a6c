import type { Bucket } from "../model/bucket.ts"
import { childText, findChild, malformed, readXml } from "../wire/read-xml.ts"
import { S3Error } from "../wire/s3-error.ts"
import type { S3Answer, S3Request } from "../wire/s3-request.ts"
import type { XmlNode } from "../wire/write-xml.ts"
import { xmlAnswer } from "../wire/xml-answer.ts"

export function getObjectLockConfiguration(_: S3Request, { objectLock, defaultRetention }: Bucket): S3Answer {
  if (!objectLock)
    throw new S3Error(
      404,
      "ObjectLockConfigurationNotFoundError",
      "Object Lock configuration does not exist for this bucket",
    )
  const rule: XmlNode[] | undefined = defaultRetention && [
    [
      "DefaultRetention",
      [
        ["Mode", defaultRetention.mode],
        ["Days", defaultRetention.days],
      ],
    ],
  ]
  return xmlAnswer([
    "ObjectLockConfiguration",
    [
      ["ObjectLockEnabled", "Enabled"],
      ["Rule", rule],
    ],
  ])
}

/** PutObjectLockConfiguration; it also switches Object Lock on where versions are kept, as AWS and Ceph 20 do. */
export function putObjectLockConfiguration({ body }: S3Request, bucket: Bucket): S3Answer {
  const document = readXml(body, "ObjectLockConfiguration")
  if (bucket.versioning !== "enabled")
    throw new S3Error(409, "InvalidBucketState", "Versioning must be Enabled on the bucket to apply Object Lock")
  if (childText(document, "ObjectLockEnabled") !== "Enabled") throw malformed()
  const wanted = findChild(findChild(document, "Rule"), "DefaultRetention")
  const mode = childText(wanted, "Mode")
  const days = Number(childText(wanted, "Days") ?? Number(childText(wanted, "Years")) * 365)
  if (wanted !== undefined && mode !== "GOVERNANCE" && mode !== "COMPLIANCE") throw malformed()
  if (wanted !== undefined && !(days > 0))
    throw new S3Error(400, "InvalidRetentionPeriod", `The default retention of ${days} days is not valid`)
  bucket.objectLock = true
  bucket.defaultRetention = mode === "GOVERNANCE" || mode === "COMPLIANCE" ? { mode, days } : undefined
  return { status: 200 }
}
