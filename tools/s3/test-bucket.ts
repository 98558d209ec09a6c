import { formatS3Address, openS3Store, type S3Connection, type S3Keeping, type S3Store } from "@bcopy/repo-s3"
import { type BucketKind, bucketKinds, type S3Place } from "./buckets.ts"

/** A prefix in a bucket that cases may fill as they like. */
export interface TestBucket {
  readonly kind: BucketKind
  readonly bucket: string
  /** Empty, or ends with a slash. */
  readonly prefix: string
  /** Where it is and who asks; what is absent is taken from where the AWS tools take it. */
  readonly connection: S3Connection
}

/** The buckets that `makeBuckets` makes, each as a whole. */
export function testBuckets({ endpoint, credentials }: S3Place): readonly TestBucket[] {
  const connection = { endpoint, region: "us-east-1", credentials }
  return bucketKinds.map((kind) => ({ kind, bucket: kind, prefix: "", connection }))
}

/** Opens a folder of a test's bucket as a store; `folder` ends with a slash. */
export function openTestStore(place: TestBucket, folder: string, keeping: S3Keeping = {}): Promise<S3Store> {
  const { bucket, prefix, connection } = place
  return openS3Store({ bucket, prefix: prefix + folder, connection, ...keeping })
}

/** What the program is told of a folder of a test's bucket. */
export function addressOf({ bucket, prefix }: TestBucket, folder: string): string {
  return formatS3Address({ bucket, prefix: prefix + folder })
}

/** Has the programs that are started from here on find the bucket. */
export function pointProgramsAt({ connection: { endpoint, region, credentials } }: TestBucket): void {
  if (endpoint !== undefined) process.env["AWS_ENDPOINT_URL_S3"] = endpoint
  if (region !== undefined) process.env["AWS_REGION"] = region
  if (credentials === undefined || typeof credentials === "function") return
  process.env["AWS_ACCESS_KEY_ID"] = credentials.accessKeyId
  process.env["AWS_SECRET_ACCESS_KEY"] = credentials.secretAccessKey
}
