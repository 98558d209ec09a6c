import { ListObjectsV2Command } from "@aws-sdk/client-s3"
import { connectS3 } from "../../packages/repo-s3/src/connect.ts"
import type { TestBucket } from "./test-bucket.ts"

const MULTIPART_BYTES = 64 << 20
/** How the entity tag of an object that came in parts ends: with their number. */
const OF_PARTS = /-\d+"?$/

/** Requires that there are objects above 64 MiB in a folder of the bucket, and that all of these went in parts. */
export async function requireParts({ bucket, prefix, connection }: TestBucket, folder: string): Promise<void> {
  const { client, close } = await connectS3(connection)
  try {
    const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix + folder }))
    const large = Contents.filter(({ Size = 0 }) => Size > MULTIPART_BYTES)
    if (large.length === 0) throw new Error("there is no object above 64 MiB")
    for (const { Key, Size, ETag = "" } of large)
      if (!OF_PARTS.test(ETag)) throw new Error(`${Key} of ${Size} bytes went in one piece`)
  } finally {
    close()
  }
}
