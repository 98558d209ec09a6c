import { parseObjectKey, StoreError, withRetry, writeOnce } from "@bcopy/repo"
import { fakeClock } from "@bcopy/repo/testing"
import { afterAll, beforeEach, describe, expect, test } from "vitest"
import { openS3Store } from "./open-s3-store.ts"
import { startFakeS3 } from "./testing/index.ts"

const server = await startFakeS3({
  buckets: {
    plain: { versioning: "off", objectLock: false },
    locked: { versioning: "enabled", objectLock: true },
  },
})
const { endpoint, credentials } = server
const key = parseObjectKey("backups/b/packs/s/1")
const bytes = new Uint8Array(100_000).map((_, at) => at * 7)
let made = 0

afterAll(() => server.stop())
beforeEach(() => server.setFault(undefined))

async function open(bucket = "plain") {
  const connection = { endpoint, region: "us-east-1", credentials }
  return openS3Store({ bucket, prefix: `failures-${made++}/`, connection })
}

const code = (error: unknown) => (error instanceof StoreError ? error.code : String(error))
const outcome = (work: Promise<unknown>) => work.then(() => "done", code)

describe("what S3 answers, as a store says it", () => {
  test.for([
    ["GetObject", 503, "SlowDown", "Throttled"],
    ["GetObject", 500, "InternalError", "Unavailable"],
    ["GetObject", 403, "AccessDenied", "Denied"],
    ["GetObject", 404, "NoSuchBucket", "Denied"],
    ["GetObject", 404, "NoSuchKey", "done"],
    ["GetObject", 404, "SomethingElse", "Unavailable"],
    ["PutObject", 409, "ConditionalRequestConflict", "Unavailable"],
    ["PutObject", 403, "QuotaExceeded", "NoSpace"],
    ["PutObject", 501, "NotImplemented", "Unsupported"],
    ["PutObject", 403, "RequestTimeTooSkewed", "Denied"],
    ["PutObject", 418, "Teapot", "Unsupported"],
  ] as const)("%s: %i %s is %s", async ([operation, status, said, expected]) => {
    const store = await open()
    server.setFault((request) => (request.operation === operation ? { kind: "status", status, code: said } : undefined))
    const work = operation === "GetObject" ? store.read(key) : store.create(key, bytes)
    expect(await outcome(work)).toBe(expected)
    store.close()
  })

  test.for(["GetObject", "HeadObject", "PutObject", "ListObjectsV2", "ListObjectVersions"] as const)(
    "%s: a web page with status 200 proves nothing, and is told",
    async (operation) => {
      const store = await open("locked")
      const { version } = await store.create(key, bytes)
      server.setFault((request) => (request.operation === operation ? { kind: "page" } : undefined))
      const other = parseObjectKey(`${key}0`)
      const work = {
        GetObject: () => store.read(key, { ...(version !== undefined && { version }) }),
        HeadObject: () => store.head(key),
        PutObject: () => store.create(other, bytes),
        ListObjectsV2: () => store.list("backups/"),
        ListObjectVersions: () => store.listVersions("backups/"),
      }[operation]
      const foreign = {
        code: "Unavailable",
        message: expect.stringContaining("the answer is not one of S3") as unknown,
      }
      await expect(work()).rejects.toMatchObject(foreign)
      server.setFault(undefined)
      expect(await store.head(other)).toBeUndefined()
      store.close()
    },
  )

  test.for(["plain", "locked"])("nor is anything deleted by it (%s)", async (bucket) => {
    const store = await open(bucket)
    const keys = [key, parseObjectKey(`${key}0`)]
    const stored = await Promise.all(keys.map(async (one) => ({ key: one, ...(await store.create(one, bytes)) })))
    const objects = stored.map(({ key: one, version }) => ({ key: one, ...(version !== undefined && { version }) }))
    server.setFault(({ operation }) => (operation.startsWith("DeleteObject") ? { kind: "page" } : undefined))
    const failures = await store.removeMany(objects)
    expect(failures.map((failure) => failure.key)).toEqual(keys)
    for (const { error } of failures) expect(error).toMatchObject({ code: "Unavailable" })
    const [first] = stored
    const one = { ...(first?.version !== undefined && { version: first.version }) }
    expect(await outcome(store.remove(key, one))).toBe("Unavailable")
    server.setFault(undefined)
    expect(await store.head(key)).toBeDefined()
    expect(await store.removeMany(objects)).toEqual([])
    expect(await store.head(key)).toBeUndefined()
    store.close()
  })

  test("nor does it prove that parts have become an object", async () => {
    const connection = { endpoint, region: "us-east-1", credentials }
    const store = await openS3Store({ bucket: "plain", prefix: `failures-${made++}/`, connection, multipartBytes: 1 })
    server.setFault(({ operation }) => (operation === "CompleteMultipartUpload" ? { kind: "page" } : undefined))
    await expect(store.create(key, new Uint8Array(17 << 20))).rejects.toMatchObject({ code: "Unavailable" })
    server.setFault(undefined)
    expect(await store.head(key)).toBeUndefined()
    store.close()
  })

  test("a bucket that is not there is named, with what to do", async () => {
    const error = await open("nowhere").catch((failure: unknown) => failure)
    expect(error).toMatchObject({ code: "Denied", message: expect.stringContaining("NoSuchBucket") })
    expect(error).toMatchObject({ hint: expect.stringContaining("does not make buckets") })
  })

  test("wrong keys are told as such", async () => {
    const connection = { endpoint, region: "us-east-1", credentials: { ...credentials, secretAccessKey: "wrong" } }
    const error = await openS3Store({ bucket: "plain", prefix: "", connection }).catch((failure: unknown) => failure)
    expect(error).toMatchObject({ code: "Denied", message: expect.stringContaining("SignatureDoesNotMatch") })
  })

  test("an endpoint that nobody listens on is unavailable", async () => {
    const connection = { endpoint: "http://127.0.0.1:9", region: "us-east-1", credentials }
    expect(await outcome(openS3Store({ bucket: "plain", prefix: "", connection }))).toBe("Unavailable")
  })

  test("an endpoint that speaks no TLS is told as such", async () => {
    const connection = { endpoint: endpoint.replace("http:", "https:"), region: "us-east-1", credentials }
    const error = await openS3Store({ bucket: "plain", prefix: "", connection }).catch((failure: unknown) => failure)
    expect(error).toMatchObject({ code: "Unavailable", message: expect.stringMatching(/does not speak TLS$/) })
  })

  test("data does not pass unencrypted to another machine, unless it may", async () => {
    const connection = { endpoint: "http://s3.example.org", region: "us-east-1", credentials }
    const error = await openS3Store({ bucket: "plain", prefix: "", connection }).catch((failure: unknown) => failure)
    expect(error).toMatchObject({ code: "Unsupported", message: expect.stringContaining("unencrypted") })
  })
})

describe("a request without an answer", () => {
  const retried = async (bucket: string) => {
    const store = await open(bucket)
    const clock = fakeClock()
    const laws = writeOnce(
      withRetry(store, { attempts: 4, baseDelayMs: 0, clock: { sleep: async () => undefined }, random: () => 0 }),
      {
        onTampering: (tampering) => expect.unreachable(`tampering: ${JSON.stringify(tampering)}`),
      },
    )
    void clock
    return { store, laws }
  }

  test.for(["plain", "locked"])("a creation whose answer was lost is ours, in bucket %s", async (bucket) => {
    const { store, laws } = await retried(bucket)
    let lost = 0
    server.setFault(({ operation }) => (operation === "PutObject" && lost++ < 1 ? { kind: "lost-answer" } : undefined))
    expect(await laws.create(key, bytes)).toMatchObject({ outcome: "won" })
    expect(Buffer.compare((await laws.read(key))?.bytes ?? new Uint8Array(), bytes)).toBe(0)
    expect(lost).toBeGreaterThan(1)
    store.close()
  })

  test("an answer cut short is continued from where it came to", async () => {
    const { store } = await retried("plain")
    await store.create(key, bytes)
    let cuts = 0
    server.setFault(({ operation }) =>
      operation === "GetObject" && cuts++ < 2 ? { kind: "cut", afterBytes: 30_000 } : undefined,
    )
    const into = new Uint8Array(new SharedArrayBuffer(200_000))
    const told: number[] = []
    const onFilled = (count: number) => {
      expect(Buffer.compare(into.subarray(0, count), bytes.subarray(0, count))).toBe(0)
      told.push(count)
    }
    const found = await store.read(key, { into, onFilled })
    expect(told.at(-1)).toBe(bytes.length)
    expect(told).toEqual(told.toSorted((a, b) => a - b))
    expect(Buffer.compare(found?.bytes ?? new Uint8Array(), bytes)).toBe(0)
    expect(found?.bytes.buffer).toBe(into.buffer)
    expect(cuts).toBe(3)
    const ranged = await store.read(key, { range: { offset: 90_000, length: 50_000 } })
    expect([ranged?.bytes.length, ranged?.objectBytes]).toEqual([10_000, 100_000])
    store.close()
  })

  test("an answer that never goes on is unavailable after a few times", async () => {
    const { store } = await retried("plain")
    await store.create(key, bytes)
    server.setFault(({ operation }) => (operation === "GetObject" ? { kind: "cut", afterBytes: 0 } : undefined))
    expect(await outcome(store.read(key))).toBe("Unavailable")
    store.close()
  })

  test("of another object than the first nothing is taken", async () => {
    const { store } = await retried("plain")
    await store.create(key, bytes)
    let cuts = 0
    server.setFault(({ operation }) => {
      if (operation !== "GetObject" || cuts++ > 0) return undefined
      return { kind: "cut", afterBytes: 30_000 }
    })
    const reading = outcome(store.read(key))
    await store.remove(key)
    await store.create(key, bytes.toReversed())
    expect(["Unavailable", "done"]).toContain(await reading)
    store.close()
  })
})

describe("large objects", () => {
  const large = new Uint8Array(18 << 20).map((_, at) => at >> 8)
  const connection = { endpoint, region: "us-east-1", credentials }

  test("go in parts, and are locked also where the server forgets that", async () => {
    const store = await openS3Store({
      bucket: "locked",
      prefix: `large-${made++}/`,
      connection,
      multipartBytes: 1 << 20,
      lockMode: "governance",
    })
    const untilMs = Math.ceil(Date.now() / 1000) * 1000 + 3_600_000
    const { created, version } = await store.create(key, large, { retainUntilMs: untilMs })
    expect(created).toBe(true)
    expect(await store.head(key, { version: version as string })).toMatchObject({
      objectBytes: large.length,
      retainUntilMs: untilMs,
    })
    expect((await store.create(key, large)).created).toBe(false)
    expect(store.usage().requests).toMatchObject({
      CreateMultipartUpload: 1,
      UploadPart: 2,
      CompleteMultipartUpload: 1,
    })
    store.close()
  })

  test("of which a part fails leave nothing behind", async () => {
    const store = await openS3Store({
      bucket: "plain",
      prefix: `large-${made++}/`,
      connection,
      multipartBytes: 1 << 20,
    })
    server.setFault(({ operation }) =>
      operation === "UploadPart" ? { kind: "status", status: 500, code: "InternalError" } : undefined,
    )
    expect(await outcome(store.create(key, large))).toBe("Unavailable")
    server.setFault(undefined)
    expect(await store.head(key)).toBeUndefined()
    expect(await store.abortLeftovers(Date.now() + 60_000)).toBe(0)
    store.close()
  })
})
