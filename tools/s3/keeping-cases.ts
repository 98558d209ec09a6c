import { HeadObjectCommand } from "@aws-sdk/client-s3"
import { isStoreError, parseObjectKey } from "@bcopy/repo"
import type { S3Keeping } from "@bcopy/repo-s3"
import { connectS3 } from "../../packages/repo-s3/src/connect.ts"
import type { S3Case } from "./s3-case.ts"
import { openTestStore, type TestBucket } from "./test-bucket.ts"

const key = parseObjectKey("backups/b/packs/s/1")

/** How objects are kept: encryption with a customer's key, large ones in parts, locks on them. */
export function keepingCases(place: TestBucket): readonly S3Case[] {
  const cases: readonly S3Case[] = [
    {
      name: `${place.kind}: an object under a customer's key opens with that key only`,
      notForUsers: "repositories do without, and many servers do not have it",
      run: () => keepUnderKey(place),
    },
    {
      name: `${place.kind}: an object of 17 MiB goes in parts, and comes back as it was`,
      run: () => keepInParts(place, "parts/", 17 << 20, { multipartBytes: 8 << 20 }),
    },
    {
      name: `${place.kind}: a pack of 129 MiB goes in parts, and comes back as it was`,
      takes: "seconds",
      run: () => keepInParts(place, "large/", 129 << 20),
    },
  ]
  if (place.kind !== "locked") return cases
  return [
    ...cases,
    {
      name: "locked: a large object is locked, whether the server heeds that of parts or not",
      run: () => lockParts(place),
    },
  ]
}

async function keepUnderKey(place: TestBucket): Promise<void> {
  const bytes = crypto.getRandomValues(new Uint8Array(50_000))
  const encryption = (fill: number) => ({ type: "sse-c" as const, key: new Uint8Array(32).fill(fill) })
  const store = await openTestStore(place, "sse-c/", { encryption: encryption(1) })
  await store.create(key, bytes)
  const found = await store.read(key, { range: { offset: 100, length: 1000 } })
  if (Buffer.compare(found?.bytes ?? new Uint8Array(), bytes.subarray(100, 1100)) !== 0)
    throw new Error("another range than was stored")
  for (const wrong of [{}, { encryption: encryption(2) }]) {
    const other = await openTestStore(place, "sse-c/", wrong)
    const refused = await other.read(key).then(
      () => "read",
      (error: unknown) => (isStoreError(error) ? "refused" : String(error)),
    )
    if (refused !== "refused") throw new Error(`without the key: ${refused}`)
    other.close()
  }
  store.close()
}

async function keepInParts(
  place: TestBucket,
  folder: string,
  sizeBytes: number,
  keeping: S3Keeping = {},
): Promise<void> {
  const bytes = new Uint8Array(sizeBytes).map((_, at) => (at >> 12) * 31)
  const store = await openTestStore(place, folder, keeping)
  await store.create(key, bytes)
  if (store.usage().requests["UploadPart"] === undefined) throw new Error("it went in one piece")
  const found = await store.read(key)
  if (Buffer.compare(found?.bytes ?? new Uint8Array(), bytes) !== 0) throw new Error("other bytes came back")
  if ((await store.create(key, bytes.subarray(1))).created) throw new Error("it was replaced")
  if ((await store.abortLeftovers(Date.now() + 3_600_000)) !== 0) throw new Error("parts were left behind")
  store.close()
}

async function lockParts(place: TestBucket): Promise<void> {
  const store = await openTestStore(place, "locked-parts/", { multipartBytes: 8 << 20, lockMode: "governance" })
  const untilMs = (await store.date()) + 60_000
  const { version = "" } = await store.create(key, new Uint8Array(17 << 20).fill(5), { retainUntilMs: untilMs })
  store.close()
  const { client, close } = await connectS3(place.connection)
  const { ObjectLockMode, ObjectLockRetainUntilDate } = await client.send(
    new HeadObjectCommand({ Bucket: place.bucket, Key: `${place.prefix}locked-parts/${key}`, VersionId: version }),
  )
  close()
  if (ObjectLockMode !== "GOVERNANCE" || Math.abs((ObjectLockRetainUntilDate?.getTime() ?? 0) - untilMs) > 1000)
    throw new Error(`locked ${ObjectLockMode} until ${ObjectLockRetainUntilDate?.toISOString()}`)
}
