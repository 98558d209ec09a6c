import { HeadObjectCommand, S3Client } from "@aws-sdk/client-s3"
import { parseObjectKey } from "@bcopy/repo"
import { afterAll, expect, test } from "vitest"
import { openS3Store } from "./open-s3-store.ts"
import type { S3Keeping } from "./s3-options.ts"
import { startFakeS3 } from "./testing/index.ts"

const server = await startFakeS3({
  buckets: {
    plain: { versioning: "off", objectLock: false },
    locked: { versioning: "enabled", objectLock: true },
    always: { defaultRetention: { mode: "GOVERNANCE", days: 1 } },
  },
})
const { endpoint, credentials } = server
const client = new S3Client({ endpoint, credentials, region: "us-east-1", forcePathStyle: true })
const pack = parseObjectKey("backups/b/packs/s/1")
const entry = parseObjectKey("backups/b/log/w/1")
let made = 0

afterAll(async () => {
  client.destroy()
  await server.stop()
})

async function kept(
  keeping: S3Keeping,
  { bucket = "plain", key = pack, retainUntilMs = undefined as number | undefined } = {},
) {
  const prefix = `kept-${made++}/`
  const connection = { endpoint, region: "us-east-1", credentials }
  const store = await openS3Store({ bucket, prefix, connection, ...keeping })
  await store.create(key, new Uint8Array(100), retainUntilMs === undefined ? {} : { retainUntilMs })
  store.close()
  return client.send(new HeadObjectCommand({ Bucket: bucket, Key: prefix + key }))
}

test("packs get their storage class, everything else is STANDARD", async () => {
  expect((await kept({ packStorageClass: "STANDARD_IA" })).StorageClass).toBe("STANDARD_IA")
  expect((await kept({ packStorageClass: "STANDARD_IA" }, { key: entry })).StorageClass ?? "STANDARD").toBe("STANDARD")
  expect((await kept({})).StorageClass ?? "STANDARD").toBe("STANDARD")
})

test("encryption at rest is asked for as it was said", async () => {
  expect((await kept({})).ServerSideEncryption).toBeUndefined()
  expect((await kept({ encryption: { type: "sse-s3" } })).ServerSideEncryption).toBe("AES256")
  const kms = await kept({ encryption: { type: "sse-kms", keyId: "key-1", bucketKey: true } })
  expect([kms.ServerSideEncryption, kms.SSEKMSKeyId]).toEqual(["aws:kms", "key-1"])
})

test("a date to keep an object until goes with it, in the mode that was said", async () => {
  const retainUntilMs = Math.ceil(Date.now() / 1000) * 1000 + 60_000
  const compliance = await kept({}, { bucket: "locked", retainUntilMs })
  expect([compliance.ObjectLockMode, compliance.ObjectLockRetainUntilDate?.getTime()]).toEqual([
    "COMPLIANCE",
    retainUntilMs,
  ])
  const governance = await kept({ lockMode: "governance" }, { bucket: "locked", retainUntilMs })
  expect(governance.ObjectLockMode).toBe("GOVERNANCE")
})

test("where nothing can be locked, a date is refused before anything is sent", async () => {
  const asked = server.requests.length
  await expect(kept({}, { retainUntilMs: Date.now() + 60_000 })).rejects.toMatchObject({ code: "Unsupported" })
  expect(server.requests.slice(asked).map(({ operation }) => operation)).not.toContain("PutObject")
})

test("a bucket that locks whatever is put there gets the checksum that S3 wants then", async () => {
  const found = await kept({}, { bucket: "always" })
  expect(found.ObjectLockMode).toBe("GOVERNANCE")
})
