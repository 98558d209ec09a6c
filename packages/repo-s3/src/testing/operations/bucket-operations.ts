import { Bucket } from "../model/bucket.ts"
import { childText, readXml } from "../wire/read-xml.ts"
import { S3Error } from "../wire/s3-error.ts"
import { headerOf, type S3Answer, type S3Request } from "../wire/s3-request.ts"
import { xmlAnswer } from "../wire/xml-answer.ts"

export function listBuckets(buckets: ReadonlyMap<string, Bucket>): S3Answer {
  return xmlAnswer([
    "ListAllMyBucketsResult",
    [
      [
        "Buckets",
        [...buckets.values()].map(({ name, createdAtMs }) => [
          "Bucket",
          [
            ["Name", name],
            ["CreationDate", new Date(createdAtMs).toISOString()],
          ],
        ]),
      ],
    ],
  ])
}

/** CreateBucket; of one that is there already it takes no notice, as AWS in us-east-1 and Ceph do. */
export function createBucket(request: S3Request, buckets: Map<string, Bucket>): S3Answer {
  const name = request.bucketName
  if (!/^[a-z\d][a-z\d.-]{1,61}[a-z\d]$/.test(name))
    throw new S3Error(400, "InvalidBucketName", `The bucket name ${name} is not valid`)
  if (!buckets.has(name)) {
    const objectLock = headerOf(request, "x-amz-bucket-object-lock-enabled")?.toLowerCase() === "true"
    const bucket = new Bucket(name, request.nowMs, { objectLock })
    if (request.body.length > 0)
      bucket.location = childText(readXml(request.body, "CreateBucketConfiguration"), "LocationConstraint") ?? ""
    buckets.set(name, bucket)
  }
  return { status: 200, headers: { Location: `/${name}` } }
}

export function deleteBucket(buckets: Map<string, Bucket>, bucket: Bucket): S3Answer {
  if (bucket.keys().length > 0) throw new S3Error(409, "BucketNotEmpty", "The bucket you tried to delete is not empty")
  buckets.delete(bucket.name)
  return { status: 204 }
}

export function headBucket(_: S3Request, { location }: Bucket): S3Answer {
  return { status: 200, headers: { "x-amz-bucket-region": location || "us-east-1" } }
}

export function getBucketLocation(_: S3Request, { location }: Bucket): S3Answer {
  return xmlAnswer(["LocationConstraint", location])
}

export function getBucketEncryption(): S3Answer {
  throw new S3Error(
    404,
    "ServerSideEncryptionConfigurationNotFoundError",
    "The server side encryption configuration was not found",
  )
}

export function getBucketVersioning(_: S3Request, { versioning }: Bucket): S3Answer {
  const status = { off: undefined, enabled: "Enabled", suspended: "Suspended" }[versioning]
  return xmlAnswer(["VersioningConfiguration", [["Status", status]]])
}

export function putBucketVersioning({ body }: S3Request, bucket: Bucket): S3Answer {
  const status = childText(readXml(body, "VersioningConfiguration"), "Status")
  if (status !== "Enabled" && status !== "Suspended")
    throw new S3Error(400, "IllegalVersioningConfigurationException", `The versioning status ${status} is not valid`)
  if (status === "Suspended" && bucket.objectLock)
    throw new S3Error(409, "InvalidBucketState", "Object Lock is on in this bucket: its versioning cannot be suspended")
  bucket.versioning = status === "Enabled" ? "enabled" : "suspended"
  return { status: 200 }
}

export function getBucketLifecycleConfiguration(_: S3Request, { lifecycleXml }: Bucket): S3Answer {
  if (lifecycleXml === undefined)
    throw new S3Error(404, "NoSuchLifecycleConfiguration", "The lifecycle configuration does not exist")
  return { status: 200, headers: { "Content-Type": "application/xml" }, body: Buffer.from(lifecycleXml) }
}

/** Keeps the rules, and follows none of them. */
export function putBucketLifecycleConfiguration({ body }: S3Request, bucket: Bucket): S3Answer {
  readXml(body, "LifecycleConfiguration")
  bucket.lifecycleXml = body.toString("utf8")
  return { status: 200 }
}

export function deleteBucketLifecycle(_: S3Request, bucket: Bucket): S3Answer {
  bucket.lifecycleXml = undefined
  return { status: 204 }
}
