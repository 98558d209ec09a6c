import { parseObjectKey } from "@bcopy/repo"
import { afterAll, expect, test } from "vitest"
import { openS3Store } from "./open-s3-store.ts"
import { recheckBucket } from "./recheck-bucket.ts"
import type { S3Passport } from "./s3-passport.ts"
import { startFakeS3 } from "./testing/index.ts"

const server = await startFakeS3({
  buckets: {
    plain: { versioning: "off", objectLock: false },
    versioned: { versioning: "enabled", objectLock: false },
    suspended: { versioning: "suspended", objectLock: false },
  },
})
afterAll(() => server.stop())

const anchor = parseObjectKey("bcopy.json")
const bytes = new TextEncoder().encode("{}")

async function open(bucket: string, endpoint = server.endpoint, credentials = server.credentials) {
  return openS3Store({ bucket, prefix: "", connection: { endpoint, region: "us-east-1", credentials } })
}

const passport = (versioning: S3Passport["versioning"], more: Partial<S3Passport> = {}): S3Passport => ({
  kind: "s3",
  takenAtMs: 0,
  endpoint: server.endpoint,
  versioning,
  objectLock: false,
  properties: [],
  ...more,
})

test("a bucket as it was passes, with two requests more where there are no versions and none where there are", async () => {
  for (const [bucket, versioning, requests] of [
    ["plain", "off", 2],
    ["versioned", "enabled", 0],
  ] as const) {
    const store = await open(bucket)
    await store.create(anchor, bytes)
    const before = Object.values(store.usage().requests).reduce((sum, count) => sum + count)
    await recheckBucket(store, passport(versioning), { anchor })
    const after = Object.values(store.usage().requests).reduce((sum, count) => sum + count)
    expect(after - before).toBe(requests)
    store.close()
  }
})

test.for([
  ["versioning was switched off", "plain", passport("enabled"), /its versioning was enabled, and is off/],
  ["versioning was switched on", "versioned", passport("off"), /its versioning was off, and is enabled/],
  ["versioning is suspended", "suspended", passport("enabled"), /suspended/],
  ["Object Lock is gone", "versioned", passport("enabled", { objectLock: true }), /had Object Lock, and has none/],
  ["it is elsewhere", "versioned", passport("enabled", { endpoint: "https://other" }), /was at https:\/\/other/],
] as const)("a bucket is refused when %s", async ([, bucket, taken, message]) => {
  const store = await open(bucket)
  await expect(recheckBucket(store, taken, { anchor })).rejects.toMatchObject({
    code: "Unfit",
    message: expect.stringMatching(message),
  })
  store.close()
})

test("a server that does not heed the condition any more is refused, and what is there stays", async () => {
  const careless = await startFakeS3({
    buckets: { plain: { versioning: "off", objectLock: false } },
    conditionalCreate: "ignored",
  })
  const store = await open("plain", careless.endpoint, careless.credentials)
  await store.create(anchor, bytes)
  await expect(recheckBucket(store, undefined, { anchor })).rejects.toMatchObject({ code: "Unfit" })
  expect((await store.read(anchor))?.bytes).toEqual(bytes)
  store.close()
  await careless.stop()
})
