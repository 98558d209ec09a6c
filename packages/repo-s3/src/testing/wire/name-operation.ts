const operationNames = [
  "ListBuckets",
  "CreateBucket",
  "HeadBucket",
  "DeleteBucket",
  "GetBucketLocation",
  "GetBucketEncryption",
  "GetBucketVersioning",
  "PutBucketVersioning",
  "GetObjectLockConfiguration",
  "PutObjectLockConfiguration",
  "GetBucketLifecycleConfiguration",
  "PutBucketLifecycleConfiguration",
  "DeleteBucketLifecycle",
  "ListObjectsV2",
  "ListObjectVersions",
  "ListMultipartUploads",
  "DeleteObjects",
  "PutObject",
  "GetObject",
  "HeadObject",
  "DeleteObject",
  "GetObjectRetention",
  "PutObjectRetention",
  "GetObjectLegalHold",
  "PutObjectLegalHold",
  "CreateMultipartUpload",
  "UploadPart",
  "ListParts",
  "CompleteMultipartUpload",
  "AbortMultipartUpload",
  "Unknown",
] as const

/** What the fake can do, as AWS names it; all else is `Unknown` and answered with 501. */
export type OperationName = (typeof operationNames)[number]

const bucketOperations: Readonly<Record<string, OperationName>> = {
  PUT: "CreateBucket",
  HEAD: "HeadBucket",
  DELETE: "DeleteBucket",
  "GET location": "GetBucketLocation",
  "GET encryption": "GetBucketEncryption",
  "GET versioning": "GetBucketVersioning",
  "PUT versioning": "PutBucketVersioning",
  "GET object-lock": "GetObjectLockConfiguration",
  "PUT object-lock": "PutObjectLockConfiguration",
  "GET lifecycle": "GetBucketLifecycleConfiguration",
  "PUT lifecycle": "PutBucketLifecycleConfiguration",
  "DELETE lifecycle": "DeleteBucketLifecycle",
  "GET list-type": "ListObjectsV2",
  "GET versions": "ListObjectVersions",
  "GET uploads": "ListMultipartUploads",
  "POST delete": "DeleteObjects",
}

const objectOperations: Readonly<Record<string, OperationName>> = {
  PUT: "PutObject",
  GET: "GetObject",
  HEAD: "HeadObject",
  DELETE: "DeleteObject",
  "GET retention": "GetObjectRetention",
  "PUT retention": "PutObjectRetention",
  "GET legal-hold": "GetObjectLegalHold",
  "PUT legal-hold": "PutObjectLegalHold",
  "POST uploads": "CreateMultipartUpload",
  "PUT uploadId": "UploadPart",
  "GET uploadId": "ListParts",
  "POST uploadId": "CompleteMultipartUpload",
  "DELETE uploadId": "AbortMultipartUpload",
}

/** Query parameters that choose no operation. */
const plainParameters = new Set(
  (
    "x-id versionId prefix delimiter max-keys start-after continuation-token encoding-type fetch-owner key-marker " +
    "version-id-marker upload-id-marker max-uploads partNumber max-parts part-number-marker"
  ).split(" "),
)

export interface RequestTarget {
  readonly method: string
  readonly bucketName: string
  readonly key: string
  readonly query: URLSearchParams
  /** Whether it says `x-amz-copy-source`, which the fake does not know. */
  readonly copies: boolean
}

export function nameOperation({ method, bucketName, key, query, copies }: RequestTarget): OperationName {
  if (bucketName === "") return method === "GET" ? "ListBuckets" : "Unknown"
  if (copies) return "Unknown"
  const choosers = [...query.keys()].filter((name) => !plainParameters.has(name))
  const table = key === "" ? bucketOperations : objectOperations
  return table[[method, ...choosers].join(" ")] ?? "Unknown"
}
