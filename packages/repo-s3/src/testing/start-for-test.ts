import {
  type CompletedPart,
  CompleteMultipartUploadCommand,
  GetObjectCommand,
  PutObjectCommand,
  type PutObjectCommandInput,
  S3Client,
  type S3ClientConfig,
  UploadPartCommand,
} from "@aws-sdk/client-s3"
import { expect, onTestFinished } from "vitest"
import { type FakeS3, type FakeS3Options, startFakeS3 } from "./index.ts"

export const startMs = Date.UTC(2025, 0, 6)
export const dayMs = 86_400_000

/** A server with a bucket of each kind until the test is over, and a client of it. */
export async function start(options: FakeS3Options = {}) {
  const server = await startFakeS3({
    buckets: { plain: {}, versioned: { versioning: "enabled" }, locked: { objectLock: true } },
    ...options,
  })
  onTestFinished(() => server.stop())
  const client = connect(server)
  const put = (Bucket: string, Key: string, Body: string, more: Partial<PutObjectCommandInput> = {}) =>
    client.send(new PutObjectCommand({ Bucket, Key, Body, ...more }))
  const get = async (Bucket: string, Key: string, VersionId?: string) => {
    const { Body } = await client.send(new GetObjectCommand({ Bucket, Key, ...(VersionId && { VersionId }) }))
    return Body!.transformToString()
  }
  return { server, client, put, get }
}

/** A client that sends each request once. */
export function connect(server: FakeS3, config: S3ClientConfig = {}): S3Client {
  const { endpoint, credentials } = server
  return new S3Client({ endpoint, region: "eu-north-7", forcePathStyle: true, maxAttempts: 1, credentials, ...config })
}

/** An error as SDK users meet it. */
export function refused(status: number, name: string) {
  return { name, $metadata: expect.objectContaining({ httpStatusCode: status }) as unknown }
}

/** Requires a request to be refused like that. */
export async function expectRefused(sent: Promise<unknown>, status: number, name: string): Promise<void> {
  await expect(sent).rejects.toMatchObject(refused(status, name))
}

/** Uploads these parts, from number 1 on, and completes. */
export async function uploadWhole(
  client: S3Client,
  upload: { Bucket: string; Key: string; UploadId: string },
  parts: string[],
) {
  const Parts: CompletedPart[] = []
  for (const [index, Body] of parts.entries()) {
    const PartNumber = index + 1
    const { ETag } = await client.send(new UploadPartCommand({ ...upload, PartNumber, Body }))
    Parts.push({ PartNumber, ETag: ETag! })
  }
  return client.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts } }))
}
