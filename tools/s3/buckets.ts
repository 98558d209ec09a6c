import { CreateBucketCommand, PutBucketVersioningCommand, S3Client } from "@aws-sdk/client-s3"

/** Where buckets are made, and who makes them. */
export interface S3Place {
  readonly endpoint: string
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string }
}

/** The states that a bucket of a repository may be in. */
export const bucketKinds = ["plain", "versioned", "locked"] as const
export type BucketKind = (typeof bucketKinds)[number]

/** Makes a bucket of each kind, called by it. */
export async function makeBuckets({ endpoint, credentials }: S3Place): Promise<void> {
  const client = new S3Client({ endpoint, credentials, region: "us-east-1", forcePathStyle: true })
  for (const Bucket of bucketKinds) {
    await client.send(new CreateBucketCommand({ Bucket, ObjectLockEnabledForBucket: Bucket === "locked" }))
    if (Bucket !== "versioned") continue
    const VersioningConfiguration = { Status: "Enabled" as const }
    await client.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration }))
  }
  client.destroy()
}
