import { createHash } from "node:crypto"
import { Readable } from "node:stream"
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteBucketCommand,
  DeleteBucketLifecycleCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetBucketEncryptionCommand,
  GetBucketLifecycleConfigurationCommand,
  GetBucketLocationCommand,
  GetBucketVersioningCommand,
  GetObjectCommand,
  GetObjectLegalHoldCommand,
  GetObjectLockConfigurationCommand,
  GetObjectRetentionCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListMultipartUploadsCommand,
  ListObjectsCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  ListPartsCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  PutObjectLegalHoldCommand,
  PutObjectLockConfigurationCommand,
  PutObjectRetentionCommand,
  S3Client,
  UploadPartCommand,
  type CompletedPart,
  type ListObjectsV2CommandOutput,
  type ListObjectVersionsCommandOutput,
  type PutObjectCommandInput,
  type S3ClientConfig,
} from "@aws-sdk/client-s3"
import { afterEach, describe, expect, test } from "vitest"
import { type FakeS3, type FakeS3Options, type S3Fault, startFakeS3 } from "./index.ts"

const startMs = Date.UTC(2025, 0, 6)
const dayMs = 86_400_000
const running: FakeS3[] = []

afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.stop()))
})

async function start(options: FakeS3Options = {}) {
  const server = await startFakeS3({
    buckets: { plain: {}, versioned: { versioning: "enabled" }, locked: { objectLock: true } },
    ...options,
  })
  running.push(server)
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
function connect(server: FakeS3, config: S3ClientConfig = {}): S3Client {
  const { endpoint, credentials } = server
  return new S3Client({ endpoint, region: "eu-north-7", forcePathStyle: true, maxAttempts: 1, credentials, ...config })
}

/** An error as SDK users meet it. */
function refused(status: number, name: string) {
  return { name, $metadata: expect.objectContaining({ httpStatusCode: status }) as unknown }
}

async function expectRefused(sent: Promise<unknown>, status: number, name: string): Promise<void> {
  await expect(sent).rejects.toMatchObject(refused(status, name))
}

describe("signatures and bodies", () => {
  test("who is unknown, signs wrongly, or has another clock, is kept out", async () => {
    const { server } = await start()
    const list = (config: S3ClientConfig) => connect(server, config).send(new ListBucketsCommand({}))
    const { accessKeyId, secretAccessKey } = server.credentials
    await expectRefused(list({ credentials: { accessKeyId: "nobody", secretAccessKey } }), 403, "InvalidAccessKeyId")
    await expectRefused(list({ credentials: { accessKeyId, secretAccessKey: "wrong" } }), 403, "SignatureDoesNotMatch")
    await expectRefused(list({ systemClockOffset: 16 * 60_000 }), 403, "RequestTimeTooSkewed")
    await list({ systemClockOffset: -14 * 60_000 })
    expect((await fetch(`${server.endpoint}/plain/key`)).status).toBe(403)
  })

  test("credentials change while it runs, and tokens expire", async () => {
    const { server } = await start()
    const session = { accessKeyId: "temporary", secretAccessKey: "secret", sessionToken: "token" }
    const list = (credentials: typeof session) => connect(server, { credentials }).send(new ListBucketsCommand({}))
    server.setCredentials([session])
    await list(session)
    await expectRefused(list({ ...session, sessionToken: "another" }), 400, "InvalidToken")
    server.setCredentials([
      { ...session, expired: true },
      { ...session, sessionToken: "new" },
    ])
    await expectRefused(list(session), 400, "ExpiredToken")
    await list({ ...session, sessionToken: "new" })
  })

  test("a body that changed on its way is refused", async () => {
    const { server, put } = await start()
    const client = connect(server, { requestChecksumCalculation: "WHEN_REQUIRED" })
    client.middlewareStack.add(
      (next) => (args) => {
        Object.assign(args.request as object, { body: Buffer.from("altered") })
        return next(args)
      },
      { step: "finalizeRequest", priority: "low" },
    )
    const sent = client.send(new PutObjectCommand({ Bucket: "plain", Key: "a", Body: "content" }))
    await expectRefused(sent, 400, "XAmzContentSHA256Mismatch")
    const md5 = createHash("md5").update("other").digest("base64")
    await expectRefused(put("plain", "a", "content", { ContentMD5: md5 }), 400, "BadDigest")
    await expectRefused(put("plain", "a", "content", { ChecksumSHA1: "AAAA" }), 400, "BadDigest")
    expect(server.bucket("plain").keys()).toEqual([])
  })

  test("a stream comes in chunks with a trailer", async () => {
    const { client, get } = await start()
    const Body = Readable.from([Buffer.alloc(70_000, "a"), Buffer.from("end")])
    await client.send(new PutObjectCommand({ Bucket: "plain", Key: "stream", Body, ContentLength: 70_003 }))
    expect(await get("plain", "stream")).toBe(`${"a".repeat(70_000)}end`)
  })

  test("a bucket is also a host", async () => {
    const { server, client, put } = await start()
    await put("plain", "a/b", "content")
    client.middlewareStack.add(
      (next) => (args) => {
        const { headers, path } = args.request as { headers: Record<string, string>; path: string }
        headers["host"] = `plain.localhost:${server.port}`
        Object.assign(args.request as object, { path: path.replace("/plain", "") })
        return next(args)
      },
      { step: "build", priority: "low" },
    )
    expect((await client.send(new HeadObjectCommand({ Bucket: "plain", Key: "a/b" }))).ContentLength).toBe(7)
  })
})

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

describe("versions", () => {
  test("are all kept, markers hide them", async () => {
    const { client, put, get } = await start()
    const one = await put("versioned", "a", "one")
    await put("versioned", "a", "two")
    const object = { Bucket: "versioned", Key: "a" }
    const deleted = await client.send(new DeleteObjectCommand(object))
    expect(deleted.DeleteMarker).toBe(true)
    await expectRefused(get("versioned", "a"), 404, "NoSuchKey")
    await expectRefused(get("versioned", "a", deleted.VersionId), 405, "MethodNotAllowed")
    await expectRefused(get("versioned", "a", "none"), 404, "NoSuchVersion")
    expect(await get("versioned", "a", one.VersionId)).toBe("one")
    await client.send(new DeleteObjectCommand({ ...object, VersionId: deleted.VersionId! }))
    expect(await get("versioned", "a")).toBe("two")
  })

  test("are listed page by page, those of a key from the newest on", async () => {
    const { client, put } = await start()
    for (const key of ["a/1", "b", "b", "c/1", "c/2"]) await put("versioned", key, key)
    await client.send(new DeleteObjectCommand({ Bucket: "versioned", Key: "b" }))
    const seen: string[] = []
    let marker: { KeyMarker?: string; VersionIdMarker?: string } | undefined = {}
    while (marker !== undefined) {
      const page: ListObjectVersionsCommandOutput = await client.send(
        new ListObjectVersionsCommand({ Bucket: "versioned", Delimiter: "/", MaxKeys: 1, ...marker }),
      )
      seen.push(...(page.CommonPrefixes ?? []).map(({ Prefix }) => `${Prefix}`))
      seen.push(...(page.DeleteMarkers ?? []).map(({ Key, IsLatest }) => `${Key} marker ${IsLatest}`))
      seen.push(...(page.Versions ?? []).map(({ Key, IsLatest, Size }) => `${Key} ${Size} ${IsLatest}`))
      const { NextKeyMarker, NextVersionIdMarker } = page
      marker = page.IsTruncated
        ? {
            ...(NextKeyMarker && { KeyMarker: NextKeyMarker }),
            ...(NextVersionIdMarker && { VersionIdMarker: NextVersionIdMarker }),
          }
        : undefined
    }
    expect(seen).toEqual(["a/", "b marker true", "b 1 false", "b 1 false", "c/"])
  })

  test("called null are made while versioning is suspended", async () => {
    const { server, client, put } = await start()
    await put("plain", "a", "before")
    const setVersioning = (Status: "Enabled" | "Suspended") =>
      client.send(new PutBucketVersioningCommand({ Bucket: "plain", VersioningConfiguration: { Status } }))
    await setVersioning("Enabled")
    const { VersionId } = await put("plain", "a", "enabled")
    await setVersioning("Suspended")
    await put("plain", "a", "suspended")
    expect(
      server
        .bucket("plain")
        .versions("a")
        .map(({ id }) => id),
    ).toEqual([VersionId, "null"])
    const { Status } = await client.send(new GetBucketVersioningCommand({ Bucket: "plain" }))
    expect(Status).toBe("Suspended")
  })
})

describe("listing", () => {
  test("goes by the bytes of the keys, and folds", async () => {
    const { client, put } = await start()
    for (const key of ["b", "é", "\u{ff5e}", "😀", "a/1", "a/2", "Z"]) await put("plain", key, "x")
    const list = async (more: object) => {
      const page = await client.send(new ListObjectsV2Command({ Bucket: "plain", ...more }))
      return [
        ...(page.CommonPrefixes ?? []).map(({ Prefix }) => Prefix),
        ...(page.Contents ?? []).map(({ Key }) => Key),
      ]
    }
    expect(await list({})).toEqual(["Z", "a/1", "a/2", "b", "é", "\u{ff5e}", "😀"])
    expect(await list({ Delimiter: "/" })).toEqual(["a/", "Z", "b", "é", "\u{ff5e}", "😀"])
    expect(await list({ StartAfter: "a/1", MaxKeys: 2 })).toEqual(["a/2", "b"])
    expect(await list({ StartAfter: "a/1", Delimiter: "/", MaxKeys: 1 })).toEqual(["b"])
    expect(await list({ Prefix: "a/", Delimiter: "/" })).toEqual(["a/1", "a/2"])
    expect(await list({ Prefix: "é", EncodingType: "url" })).toEqual(["%C3%A9"])
  })

  test("goes on at a token", async () => {
    const { client, put } = await start()
    for (const key of ["a/1", "a/2", "b", "c/1"]) await put("plain", key, "x")
    const names: unknown[] = []
    let ContinuationToken: string | undefined
    do {
      const query = { Bucket: "plain", Delimiter: "/", MaxKeys: 1, ...(ContinuationToken && { ContinuationToken }) }
      const page: ListObjectsV2CommandOutput = await client.send(new ListObjectsV2Command(query))
      names.push(page.Contents?.[0]?.Key ?? page.CommonPrefixes?.[0]?.Prefix)
      ContinuationToken = page.NextContinuationToken
    } while (ContinuationToken !== undefined)
    expect(names).toEqual(["a/", "b", "c/"])
  })
})

describe("Object Lock", () => {
  test("keeps versions until its time has passed", async () => {
    let nowMs = Date.now()
    const { server, client, put } = await start({ now: () => nowMs })
    const lock = (mode: "GOVERNANCE" | "COMPLIANCE", ms: number) => ({
      ObjectLockMode: mode,
      ObjectLockRetainUntilDate: new Date(nowMs + ms),
    })
    const remove = (Key: string, VersionId: string | undefined, BypassGovernanceRetention = false) =>
      client.send(new DeleteObjectCommand({ Bucket: "locked", Key, VersionId: VersionId!, BypassGovernanceRetention }))
    const governed = await put("locked", "governed", "x", lock("GOVERNANCE", dayMs))
    const kept = await put("locked", "kept", "x", lock("COMPLIANCE", 5 * 60_000))
    await expectRefused(remove("governed", governed.VersionId), 403, "AccessDenied")
    await remove("governed", governed.VersionId, true)
    await expectRefused(remove("kept", kept.VersionId, true), 403, "AccessDenied")
    expect((await client.send(new DeleteObjectCommand({ Bucket: "locked", Key: "kept" }))).DeleteMarker).toBe(true)
    nowMs += 5 * 60_000
    await remove("kept", kept.VersionId)
    expect(server.bucket("locked").versions("kept")).toHaveLength(1)
    await expectRefused(put("plain", "a", "x", lock("GOVERNANCE", dayMs)), 400, "InvalidRequest")
    await expectRefused(put("locked", "a", "x", lock("GOVERNANCE", -1000)), 400, "InvalidArgument")
    const bare = connect(server, { requestChecksumCalculation: "WHEN_REQUIRED" })
    const unchecked = new PutObjectCommand({ Bucket: "locked", Key: "a", Body: "x", ...lock("GOVERNANCE", dayMs) })
    await expectRefused(bare.send(unchecked), 400, "InvalidRequest")
  })

  test("is extended by everybody, and shortened with a bypass of governance only", async () => {
    const { client, put } = await start()
    const days = (count: number) => new Date(Math.floor(Date.now() / 1000) * 1000 + count * dayMs)
    const retain = (
      Key: string,
      Mode: "GOVERNANCE" | "COMPLIANCE",
      count: number,
      BypassGovernanceRetention = false,
    ) => {
      const Retention = { Mode, RetainUntilDate: days(count) }
      return client.send(new PutObjectRetentionCommand({ Bucket: "locked", Key, Retention, BypassGovernanceRetention }))
    }
    for (const mode of ["GOVERNANCE", "COMPLIANCE"] as const) {
      await put("locked", mode, "x", { ObjectLockMode: mode, ObjectLockRetainUntilDate: days(2) })
      await retain(mode, mode, 3)
      await expectRefused(retain(mode, mode, 1), 403, "AccessDenied")
    }
    await expectRefused(retain("COMPLIANCE", "GOVERNANCE", 9, true), 403, "AccessDenied")
    await retain("GOVERNANCE", "GOVERNANCE", 1, true)
    const { Retention } = await client.send(new GetObjectRetentionCommand({ Bucket: "locked", Key: "GOVERNANCE" }))
    expect(Retention?.Mode).toBe("GOVERNANCE")
  })

  test("holds by hand", async () => {
    const { client, put } = await start()
    const { VersionId } = await put("locked", "a", "x")
    const object = { Bucket: "locked", Key: "a", VersionId: VersionId! }
    const hold = (Status: "ON" | "OFF") =>
      client.send(new PutObjectLegalHoldCommand({ ...object, LegalHold: { Status } }))
    await expectRefused(client.send(new GetObjectLegalHoldCommand(object)), 404, "NoSuchObjectLockConfiguration")
    await hold("ON")
    expect((await client.send(new GetObjectLegalHoldCommand(object))).LegalHold?.Status).toBe("ON")
    await expectRefused(client.send(new DeleteObjectCommand(object)), 403, "AccessDenied")
    await hold("OFF")
    await client.send(new DeleteObjectCommand(object))
  })

  test("is switched on for a bucket, with a default, and then versioning stays", async () => {
    const { client, put } = await start()
    const DefaultRetention = { Mode: "GOVERNANCE", Days: 2 } as const
    const ObjectLockConfiguration = { ObjectLockEnabled: "Enabled", Rule: { DefaultRetention } } as const
    const configure = (Bucket: string) =>
      client.send(new PutObjectLockConfigurationCommand({ Bucket, ObjectLockConfiguration }))
    await expectRefused(configure("plain"), 409, "InvalidBucketState")
    const ask = new GetObjectLockConfigurationCommand({ Bucket: "versioned" })
    await expectRefused(client.send(ask), 404, "ObjectLockConfigurationNotFoundError")
    await configure("versioned")
    expect(await client.send(ask)).toMatchObject({ ObjectLockConfiguration })
    await put("versioned", "a", "x")
    const head = await client.send(new HeadObjectCommand({ Bucket: "versioned", Key: "a" }))
    expect(head.ObjectLockMode).toBe("GOVERNANCE")
    const VersioningConfiguration = { Status: "Suspended" } as const
    const suspend = new PutBucketVersioningCommand({ Bucket: "versioned", VersioningConfiguration })
    await expectRefused(client.send(suspend), 409, "InvalidBucketState")
  })

  test("is not for multipart uploads, unless asked for", async () => {
    for (const lockOnMultipart of [false, true]) {
      const { client } = await start({ lockOnMultipart })
      const lock = { ObjectLockMode: "COMPLIANCE", ObjectLockRetainUntilDate: new Date(Date.now() + dayMs) } as const
      const object = { Bucket: "locked", Key: "a" }
      const { UploadId } = await client.send(new CreateMultipartUploadCommand({ ...object, ...lock }))
      const upload = { ...object, UploadId: UploadId! }
      await uploadWhole(client, upload, ["x"])
      const { ObjectLockMode } = await client.send(new HeadObjectCommand(object))
      expect(ObjectLockMode).toBe(lockOnMultipart ? "COMPLIANCE" : undefined)
    }
  })
})

/** Uploads these parts, from number 1 on, and completes. */
async function uploadWhole(
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

describe("multipart uploads", () => {
  const begin = async (client: S3Client, Key: string, Bucket = "plain") => {
    const { UploadId } = await client.send(new CreateMultipartUploadCommand({ Bucket, Key, Metadata: { by: "test" } }))
    return { Bucket, Key, UploadId: UploadId! }
  }

  test("become an object when they are complete", async () => {
    const { client, get } = await start({ minPartBytes: 3 })
    const upload = await begin(client, "a")
    const { ETag } = await uploadWhole(client, upload, ["one", "two", "!"])
    expect(ETag).toMatch(/^"[0-9a-f]{32}-3"$/)
    expect(await get("plain", "a")).toBe("onetwo!")
    const head = await client.send(new HeadObjectCommand({ Bucket: "plain", Key: "a" }))
    expect(head).toMatchObject({ ETag, Metadata: { by: "test" } })
    await expectRefused(client.send(new ListPartsCommand(upload)), 404, "NoSuchUpload")
  })

  test("are refused with small, unknown and disordered parts", async () => {
    const { client } = await start()
    const upload = await begin(client, "a")
    await expectRefused(uploadWhole(client, upload, ["small", "last"]), 400, "EntityTooSmall")
    const complete = (...numbers: number[]) => {
      const etags = ["small", "last"].map((body) => createHash("md5").update(body).digest("hex"))
      const Parts = numbers.map((PartNumber) => ({ PartNumber, ETag: etags[PartNumber - 1] ?? "none" }))
      return client.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts } }))
    }
    await expectRefused(complete(2, 1), 400, "InvalidPartOrder")
    await expectRefused(complete(1, 3), 400, "InvalidPart")
    await complete(2)
  })

  test("create where nothing is", async () => {
    const { client, put } = await start()
    const upload = await begin(client, "a")
    const { ETag } = await client.send(new UploadPartCommand({ ...upload, PartNumber: 1, Body: "x" }))
    await put("plain", "a", "came first")
    const MultipartUpload = { Parts: [{ PartNumber: 1, ETag: ETag! }] }
    const completed = client.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload, IfNoneMatch: "*" }))
    await expectRefused(completed, 412, "PreconditionFailed")
  })

  test("and their parts are listed page by page, until they are aborted", async () => {
    const { server, client } = await start()
    const uploads = [await begin(client, "b"), await begin(client, "a"), await begin(client, "b")]
    for (const PartNumber of [2, 1]) {
      await client.send(new UploadPartCommand({ ...uploads[0]!, PartNumber, Body: "x".repeat(PartNumber) }))
    }
    const parts = await client.send(new ListPartsCommand({ ...uploads[0]!, MaxParts: 1 }))
    expect(parts).toMatchObject({ IsTruncated: true, NextPartNumberMarker: "1", Parts: [{ PartNumber: 1, Size: 1 }] })
    const rest = await client.send(new ListPartsCommand({ ...uploads[0]!, PartNumberMarker: "1" }))
    expect(rest).toMatchObject({ IsTruncated: false, Parts: [{ PartNumber: 2, Size: 2 }] })
    const first = await client.send(new ListMultipartUploadsCommand({ Bucket: "plain", MaxUploads: 2 }))
    expect(first.Uploads?.map(({ UploadId }) => UploadId)).toEqual([uploads[1]!.UploadId, uploads[0]!.UploadId])
    await client.send(new AbortMultipartUploadCommand(uploads[0]!))
    const { NextKeyMarker, NextUploadIdMarker } = first
    const behind = { Bucket: "plain", KeyMarker: NextKeyMarker!, UploadIdMarker: NextUploadIdMarker! }
    const second = await client.send(new ListMultipartUploadsCommand(behind))
    expect(second.Uploads?.map(({ UploadId }) => UploadId)).toEqual([uploads[2]!.UploadId])
    await expectRefused(client.send(new AbortMultipartUploadCommand(uploads[0]!)), 404, "NoSuchUpload")
    expect(server.bucket("plain").uploads.size).toBe(2)
  })
})

test("buckets are created, described and deleted", async () => {
  const { client, put } = await start({ buckets: {} })
  const Bucket = "new-bucket"
  await expectRefused(client.send(new HeadBucketCommand({ Bucket })), 404, "NotFound")
  await client.send(new CreateBucketCommand({ Bucket, ObjectLockEnabledForBucket: true }))
  await client.send(new CreateBucketCommand({ Bucket }))
  await client.send(new HeadBucketCommand({ Bucket }))
  expect((await client.send(new GetBucketVersioningCommand({ Bucket }))).Status).toBe("Enabled")
  expect((await client.send(new GetBucketLocationCommand({ Bucket }))).LocationConstraint).toBe("eu-north-7")
  expect((await client.send(new ListBucketsCommand({}))).Buckets).toMatchObject([{ Name: Bucket }])

  const Rules = [
    {
      ID: "parts",
      Status: "Enabled",
      Filter: { Prefix: "" },
      AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 },
    },
  ] as const
  const ask = new GetBucketLifecycleConfigurationCommand({ Bucket })
  await expectRefused(client.send(ask), 404, "NoSuchLifecycleConfiguration")
  await client.send(
    new PutBucketLifecycleConfigurationCommand({ Bucket, LifecycleConfiguration: { Rules: [...Rules] } }),
  )
  expect((await client.send(ask)).Rules).toEqual(Rules)
  await client.send(new DeleteBucketLifecycleCommand({ Bucket }))
  await expectRefused(client.send(ask), 404, "NoSuchLifecycleConfiguration")

  const { VersionId } = await put(Bucket, "a", "x")
  await expectRefused(client.send(new DeleteBucketCommand({ Bucket })), 409, "BucketNotEmpty")
  await client.send(new DeleteObjectCommand({ Bucket, Key: "a", VersionId: VersionId! }))
  await client.send(new DeleteBucketCommand({ Bucket }))
  await expectRefused(put(Bucket, "a", "x"), 404, "NoSuchBucket")
})

describe("faults", () => {
  const faulty = async (fault: S3Fault) => {
    const fixture = await start()
    await fixture.put("plain", "there", "0123456789")
    fixture.server.setFault(({ number }) => (number === 2 ? fault : undefined))
    return fixture
  }

  test("a status is told, and nothing happens", async () => {
    const { server, put } = await faulty({ kind: "status", status: 503, code: "SlowDown" })
    await expectRefused(put("plain", "a", "x"), 503, "SlowDown")
    await put("plain", "b", "x")
    expect(server.bucket("plain").keys()).toEqual(["b", "there"])
  })

  test("a reset before anything happens", async () => {
    const { server, put } = await faulty({ kind: "reset" })
    await expect(put("plain", "a", "x")).rejects.toMatchObject({ code: "ECONNRESET" })
    expect(server.bucket("plain").keys()).toEqual(["there"])
  })

  test("an answer is lost, and what was asked is done", async () => {
    const { server, put } = await faulty({ kind: "lost-answer" })
    await expect(put("plain", "a", "x")).rejects.toMatchObject({ code: "ECONNRESET" })
    expect(server.bucket("plain").keys()).toEqual(["a", "there"])
    expect(server.requests.at(-1)).toMatchObject({ operation: "PutObject", key: "a", status: undefined })
  })

  test("a body is cut", async () => {
    for (const afterBytes of [0, 4]) {
      const { server, get } = await faulty({ kind: "cut", afterBytes })
      await expect(get("plain", "there")).rejects.toThrow("aborted")
      expect(server.requests.at(-1)).toMatchObject({ status: 200, bytesOut: afterBytes })
      expect(await get("plain", "there")).toBe("0123456789")
    }
  })

  test("a body is shorter than what was asked for", async () => {
    const { server } = await faulty({ kind: "wrong-length" })
    const client = connect(server, { responseChecksumValidation: "WHEN_REQUIRED" })
    const ranged = new GetObjectCommand({ Bucket: "plain", Key: "there", Range: "bytes=0-7" })
    const { ContentLength, Body } = await client.send(ranged)
    expect([ContentLength, await Body!.transformToString()]).toEqual([4, "0123"])
  })

  test("a delay lets others pass", async () => {
    const { server, put, get } = await faulty({ kind: "delay", ms: 50 })
    const late = put("plain", "there", "late")
    while (server.requests.length < 2) await new Promise(setImmediate)
    expect(await get("plain", "there")).toBe("0123456789")
    await late
    expect(await get("plain", "there")).toBe("late")
  })
})

test("requests are logged with what they brought and took", async () => {
  const { server, put, get } = await start()
  await put("plain", "a", "12345")
  await get("plain", "a")
  await expectRefused(get("plain", "b"), 404, "NoSuchKey")
  expect(server.requests).toMatchObject([
    { method: "PUT", operation: "PutObject", bucket: "plain", key: "a", status: 200, bytesIn: 5, bytesOut: 0 },
    { method: "GET", operation: "GetObject", bucket: "plain", key: "a", status: 200, bytesIn: 0, bytesOut: 5 },
    { method: "GET", operation: "GetObject", bucket: "plain", key: "b", status: 404, bytesIn: 0 },
  ])
  expect(() => server.bucket("none")).toThrow("no bucket none")
})

test("tests may tamper with what is stored", async () => {
  const { server, put, get } = await start()
  await put("locked", "a", "content")
  const bucket = server.bucket("locked")
  bucket.replace(bucket.newest("a")!, { bytes: Buffer.from("cOntent"), checksums: {} })
  expect(await get("locked", "a")).toBe("cOntent")
  bucket.put({ key: "a", bytes: Buffer.from("of a stranger"), modifiedAtMs: 0 })
  expect(await get("locked", "a")).toBe("of a stranger")
})
