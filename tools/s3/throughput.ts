import { PutObjectCommand, S3Client } from "@aws-sdk/client-s3"
import { parseObjectKey } from "@bcopy/repo"
import { openS3Store } from "@bcopy/repo-s3"
import type { S3Place } from "./buckets.ts"

const OBJECT_BYTES = 32 << 20
const OBJECTS = 24

/** Bytes a second of the same objects, sent by the SDK alone and through the adapter, so many at once, in turn. */
export interface Throughput {
  readonly sdk: number
  readonly adapter: number
}

/** Sends packs' worth of bytes to the bucket `plain` both ways, one way after the other. */
export async function measureThroughput(
  { endpoint, credentials }: S3Place,
  round: number,
  concurrent: number,
): Promise<Throughput> {
  const bytes = new Uint8Array(new SharedArrayBuffer(OBJECT_BYTES))
  for (let at = 0; at < OBJECT_BYTES; at++) bytes[at] = (at * 2_654_435_761) >>> 13
  const connection = { endpoint, credentials, region: "us-east-1" }
  const client = new S3Client({ ...connection, forcePathStyle: true })
  const store = await openS3Store({ bucket: "plain", prefix: "throughput/", connection })
  const Body = Buffer.from(bytes.buffer, 0, OBJECT_BYTES)
  const sdk = await rate(concurrent, (object) =>
    client.send(new PutObjectCommand({ Bucket: "plain", Key: `bare/${round}/${object}`, Body })),
  )
  const adapter = await rate(concurrent, (object) => store.create(parseObjectKey(`round-${round}/${object}`), bytes))
  client.destroy()
  store.close()
  return { sdk, adapter }
}

async function rate(concurrent: number, send: (object: number) => Promise<unknown>): Promise<number> {
  let next = 0
  const startMs = performance.now()
  const sender = async () => {
    while (next < OBJECTS) await send(next++)
  }
  await Promise.all(Array.from({ length: concurrent }, sender))
  return (OBJECTS * OBJECT_BYTES) / ((performance.now() - startMs) / 1000)
}
