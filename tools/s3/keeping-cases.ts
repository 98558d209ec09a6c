import { HeadObjectCommand, S3Client } from "@aws-sdk/client-s3"
import { isStoreError, parseObjectKey } from "@bcopy/repo"
import { openS3Store, type S3Keeping } from "@bcopy/repo-s3"
import type { S3Place } from "./buckets.ts"
import type { S3Case } from "./s3-case.ts"

const key = parseObjectKey("backups/b/packs/s/1")

/** How objects are kept: encryption with a customer's key, large ones in parts, locks on them. */
export function keepingCases({ endpoint, credentials }: S3Place): readonly S3Case[] {
  const connection = { endpoint, region: "us-east-1", credentials }
  const open = (bucket: string, prefix: string, keeping: S3Keeping) =>
    openS3Store({ bucket, prefix, connection, ...keeping })
  return [
    {
      name: "an object under a customer's key opens with that key only",
      async run() {
        const bytes = crypto.getRandomValues(new Uint8Array(50_000))
        const encryption = (fill: number) => ({ type: "sse-c" as const, key: new Uint8Array(32).fill(fill) })
        const store = await open("plain", "sse-c/", { encryption: encryption(1) })
        await store.create(key, bytes)
        const found = await store.read(key, { range: { offset: 100, length: 1000 } })
        if (Buffer.compare(found?.bytes ?? new Uint8Array(), bytes.subarray(100, 1100)) !== 0)
          throw new Error("another range than was stored")
        for (const wrong of [{}, { encryption: encryption(2) }]) {
          const other = await open("plain", "sse-c/", wrong)
          const refused = await other.read(key).then(
            () => "read",
            (error: unknown) => (isStoreError(error) ? "refused" : String(error)),
          )
          if (refused !== "refused") throw new Error(`without the key: ${refused}`)
          other.close()
        }
        store.close()
      },
    },
    {
      name: "a pack of 129 MiB goes in parts, and comes back as it was",
      async run() {
        const bytes = new Uint8Array(129 << 20).map((_, at) => (at >> 12) * 31)
        const store = await open("plain", "large/", {})
        await store.create(key, bytes)
        const found = await store.read(key)
        if (Buffer.compare(found?.bytes ?? new Uint8Array(), bytes) !== 0) throw new Error("other bytes came back")
        if ((await store.create(key, bytes.subarray(1))).created) throw new Error("it was replaced")
        if ((await store.abortLeftovers(Date.now() + 3_600_000)) !== 0) throw new Error("parts were left behind")
        store.close()
      },
    },
    {
      name: "a large object is locked, whether the server heeds that of parts or not",
      async run() {
        const bytes = new Uint8Array(17 << 20).fill(5)
        const store = await open("locked", "large/", { multipartBytes: 8 << 20, lockMode: "governance" })
        const untilMs = (await store.date()) + 60_000
        const { version = "" } = await store.create(key, bytes, { retainUntilMs: untilMs })
        const client = new S3Client({ endpoint, credentials, region: "us-east-1", forcePathStyle: true })
        const { ObjectLockMode, ObjectLockRetainUntilDate } = await client.send(
          new HeadObjectCommand({ Bucket: "locked", Key: `large/${key}`, VersionId: version }),
        )
        client.destroy()
        if (ObjectLockMode !== "GOVERNANCE" || Math.abs((ObjectLockRetainUntilDate?.getTime() ?? 0) - untilMs) > 1000)
          throw new Error(`locked ${ObjectLockMode} until ${ObjectLockRetainUntilDate?.toISOString()}`)
        store.close()
      },
    },
  ]
}
