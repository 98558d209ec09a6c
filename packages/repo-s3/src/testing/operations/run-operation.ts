import type { Behaviour } from "../model/behaviour.ts"
import type { Bucket } from "../model/bucket.ts"
import type { OperationName } from "../wire/name-operation.ts"
import { S3Error } from "../wire/s3-error.ts"
import type { S3Answer, S3Request } from "../wire/s3-request.ts"
import {
  createBucket,
  deleteBucket,
  deleteBucketLifecycle,
  getBucketEncryption,
  getBucketLifecycleConfiguration,
  getBucketLocation,
  getBucketVersioning,
  headBucket,
  listBuckets,
  putBucketLifecycleConfiguration,
  putBucketVersioning,
} from "./bucket-operations.ts"
import { completeMultipartUpload } from "./complete-multipart-upload.ts"
import { deleteObject, deleteObjects } from "./delete-operations.ts"
import { getObject } from "./get-object.ts"
import { listObjectVersions, listObjectsV2 } from "./list-operations.ts"
import { getObjectLockConfiguration, putObjectLockConfiguration } from "./lock-configuration.ts"
import { getObjectLegalHold, getObjectRetention, putObjectLegalHold, putObjectRetention } from "./lock-operations.ts"
import {
  abortMultipartUpload,
  createMultipartUpload,
  listMultipartUploads,
  listParts,
  uploadPart,
} from "./multipart-operations.ts"
import { putObject } from "./put-object.ts"

type Operation = (request: S3Request, bucket: Bucket, behaviour: Behaviour) => S3Answer

type InBucket = Exclude<OperationName, "ListBuckets" | "CreateBucket" | "DeleteBucket" | "Unknown">

const operations: Readonly<Record<InBucket, Operation>> = {
  HeadBucket: headBucket,
  GetBucketLocation: getBucketLocation,
  GetBucketEncryption: getBucketEncryption,
  GetBucketVersioning: getBucketVersioning,
  PutBucketVersioning: putBucketVersioning,
  GetObjectLockConfiguration: getObjectLockConfiguration,
  PutObjectLockConfiguration: putObjectLockConfiguration,
  GetBucketLifecycleConfiguration: getBucketLifecycleConfiguration,
  PutBucketLifecycleConfiguration: putBucketLifecycleConfiguration,
  DeleteBucketLifecycle: deleteBucketLifecycle,
  ListObjectsV2: listObjectsV2,
  ListObjectVersions: listObjectVersions,
  ListMultipartUploads: listMultipartUploads,
  DeleteObjects: deleteObjects,
  PutObject: putObject,
  GetObject: getObject,
  HeadObject: getObject,
  DeleteObject: deleteObject,
  GetObjectRetention: getObjectRetention,
  PutObjectRetention: putObjectRetention,
  GetObjectLegalHold: getObjectLegalHold,
  PutObjectLegalHold: putObjectLegalHold,
  CreateMultipartUpload: createMultipartUpload,
  UploadPart: uploadPart,
  ListParts: listParts,
  CompleteMultipartUpload: completeMultipartUpload,
  AbortMultipartUpload: abortMultipartUpload,
}

/**
 * Does what a request asks, at once and whole: nothing comes between its conditions and its effect.
 * @throws S3Error if the answer is no
 */
export function runOperation(request: S3Request, buckets: Map<string, Bucket>, behaviour: Behaviour): S3Answer {
  const { operation, bucketName } = request
  if (operation === "Unknown") throw new S3Error(501, "NotImplemented", "the fake does not know this request")
  if (operation === "ListBuckets") return listBuckets(buckets)
  if (operation === "CreateBucket") return createBucket(request, buckets)
  const bucket = buckets.get(bucketName)
  if (bucket === undefined) throw new S3Error(404, "NoSuchBucket", `The bucket ${bucketName} does not exist`)
  return operation === "DeleteBucket"
    ? deleteBucket(buckets, bucket)
    : operations[operation](request, bucket, behaviour)
}
