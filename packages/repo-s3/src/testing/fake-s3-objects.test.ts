import { createHash } from "node:crypto"
import {
  DeleteObjectsCommand,
  GetBucketEncryptionCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsCommand,
  type PutObjectCommandInput,
} from "@aws-sdk/client-s3"
import { describe, expect, test } from "vitest"
import { type FakeS3Options } from "./index.ts"
import { dayMs, expectRefused, start, startMs } from "./start-for-test.ts"

describe("objects", () => {
  test("what is put is read again, whole and in ranges", async () => {
    const { client, put, get } = await start()
    const strange = "a b+c%2F/ü/../é//😀?#&<'\""
    const { ETag } = await put("plain", strange, "0123456789", {
      Metadata: { by: "test" },
      StorageClass: "STANDARD_IA",
    })
    expect(ETag).toBe(`"${createHash("md5").update("0123456789").digest("hex")}"`)
    expect(await get("plain", strange)).toBe("0123456789")
    const object = { Bucket: "plain", Key: strange }
    const head = await client.send(new HeadObjectCommand(object))
    expect(head).toMatchObject({ ContentLength: 10, Metadata: { by: "test" }, StorageClass: "STANDARD_IA" })
    const ranges = { "bytes=2-4": "234", "bytes=8-99": "89", "bytes=5-": "56789", "bytes=-3": "789" }
    for (const [Range, expected] of Object.entries(ranges)) {
      const { Body, $metadata } = await client.send(new GetObjectCommand({ ...object, Range }))
      expect([await Body!.transformToString(), $metadata.httpStatusCode]).toEqual([expected, 206])
    }
    await expectRefused(client.send(new GetObjectCommand({ ...object, Range: "bytes=10-" })), 416, "InvalidRange")
    await expectRefused(client.send(new GetObjectCommand({ ...object, IfMatch: '"0"' })), 412, "PreconditionFailed")
    await expectRefused(client.send(new GetObjectCommand({ ...object, Key: "no" })), 404, "NoSuchKey")
    await expectRefused(client.send(new HeadObjectCommand({ ...object, Key: "no" })), 404, "NotFound")
    await expectRefused(client.send(new HeadObjectCommand({ ...object, Bucket: "none" })), 404, "NotFound")
    await expectRefused(get("none", "a"), 404, "NoSuchBucket")
    await expectRefused(client.send(new ListObjectsCommand({ Bucket: "plain" })), 501, "NotImplemented")
  })

  test("dates are those of its own clock", async () => {
    const { server, client, put } = await start({ now: () => startMs })
    // The first request sets the client's clock right.
    await put("plain", "a", "x").catch(() => undefined)
    await put("plain", "a", "x")
    const head = await client.send(new HeadObjectCommand({ Bucket: "plain", Key: "a" }))
    expect(head.LastModified).toEqual(new Date(startMs))
    expect((await fetch(server.endpoint)).headers.get("date")).toBe("Mon, 06 Jan 2025 00:00:00 GMT")
  })

  test("encryption is shown, and a customer's key is asked for", async () => {
    const { client, put, get } = await start()
    const shown = async (Key: string, more: Partial<PutObjectCommandInput>) => {
      await put("plain", Key, "x", more)
      return client.send(new HeadObjectCommand({ Bucket: "plain", Key }))
    }
    expect(await shown("s3", { ServerSideEncryption: "AES256" })).toMatchObject({ ServerSideEncryption: "AES256" })
    const kms = { ServerSideEncryption: "aws:kms", SSEKMSKeyId: "my-key" } as const
    expect(await shown("kms", kms)).toMatchObject(kms)
    const customer = (byte: number) => {
      const SSECustomerKey = Buffer.alloc(32, byte).toString("base64")
      const SSECustomerKeyMD5 = createHash("md5").update(Buffer.alloc(32, byte)).digest("base64")
      return { SSECustomerAlgorithm: "AES256", SSECustomerKey, SSECustomerKeyMD5 }
    }
    await put("plain", "own", "x", customer(1))
    await expectRefused(get("plain", "own"), 400, "InvalidRequest")
    const other = new GetObjectCommand({ Bucket: "plain", Key: "own", ...customer(2) })
    await expectRefused(client.send(other), 403, "AccessDenied")
    await client.send(new GetObjectCommand({ Bucket: "plain", Key: "own", ...customer(1) }))
    await expectRefused(
      client.send(new GetBucketEncryptionCommand({ Bucket: "plain" })),
      404,
      "ServerSideEncryptionConfigurationNotFoundError",
    )
  })

  test("many are deleted at once, each on its own", async () => {
    const { client, put } = await start()
    const until = new Date(Date.now() + dayMs)
    await put("locked", "free", "x")
    const locked = await put("locked", "kept", "x", { ObjectLockMode: "COMPLIANCE", ObjectLockRetainUntilDate: until })
    const Objects = [{ Key: "free" }, { Key: "never" }, { Key: "kept", VersionId: locked.VersionId! }]
    const deleted = await client.send(new DeleteObjectsCommand({ Bucket: "locked", Delete: { Objects } }))
    expect(deleted.Deleted?.map(({ Key, DeleteMarker }) => [Key, DeleteMarker])).toEqual([
      ["free", true],
      ["never", true],
    ])
    expect(deleted.Errors).toMatchObject([{ Key: "kept", VersionId: locked.VersionId, Code: "AccessDenied" }])
    const quiet = { Objects: [{ Key: "free" }], Quiet: true }
    expect((await client.send(new DeleteObjectsCommand({ Bucket: "locked", Delete: quiet }))).Deleted).toBeUndefined()
  })
})

describe("creating where nothing is", () => {
  const create = { IfNoneMatch: "*" }
  const winners = async (options: FakeS3Options, bucket: string) => {
    const { server, put } = await start(options)
    const sent = Array.from({ length: 8 }, (_, racer) => put(bucket, "raced", `racer ${racer}`, create))
    const won = (await Promise.allSettled(sent)).filter(({ status }) => status === "fulfilled").length
    return [won, server.bucket(bucket).versions("raced").length]
  }

  test("is refused where something is", async () => {
    const { put } = await start()
    for (const bucket of ["plain", "versioned", "locked"]) {
      await put(bucket, "a", "first", create)
      await expectRefused(put(bucket, "a", "second", create), 412, "PreconditionFailed")
      await expectRefused(put(bucket, "a", "third", { IfMatch: '"0"' }), 412, "PreconditionFailed")
    }
  })

  test("has one winner, but on versioned buckets all who came at the same time", async () => {
    expect(await winners({}, "plain")).toEqual([1, 1])
    expect(await winners({ conditionalCreate: "atomic" }, "versioned")).toEqual([1, 1])
    expect(await winners({ conditionalCreate: "ignored" }, "plain")).toEqual([8, 1])
    const [won, versions] = await winners({}, "versioned")
    expect(won).toBe(versions)
    expect(won).toBeGreaterThan(1)
  })

  test("can be held in the middle, so that a race is certain", async () => {
    let release = () => {}
    const until = new Promise<void>((resolve) => (release = resolve))
    const { server, put } = await start({ fault: ({ number }) => (number === 1 ? { kind: "hold", until } : undefined) })
    const first = put("versioned", "a", "came first", create)
    while (server.requests.length === 0) await new Promise(setImmediate)
    await put("versioned", "a", "was first", create)
    release()
    await first
    const contents = server
      .bucket("versioned")
      .versions("a")
      .map(({ bytes }) => String(bytes))
    expect(contents).toEqual(["was first", "came first"])
  })
})
