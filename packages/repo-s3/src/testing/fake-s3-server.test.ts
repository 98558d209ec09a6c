import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteBucketLifecycleCommand,
  DeleteObjectCommand,
  GetBucketLifecycleConfigurationCommand,
  GetBucketLocationCommand,
  GetBucketVersioningCommand,
  GetObjectCommand,
  HeadBucketCommand,
  ListBucketsCommand,
  PutBucketLifecycleConfigurationCommand,
} from "@aws-sdk/client-s3"
import { describe, expect, test } from "vitest"
import { type S3Fault } from "./index.ts"
import { connect, expectRefused, start } from "./start-for-test.ts"

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

  test("a web page answers, and nothing happens", async () => {
    const { server, put } = await faulty({ kind: "page" })
    expect(await put("plain", "a", "x")).not.toHaveProperty("ETag")
    expect(server.bucket("plain").keys()).toEqual(["there"])
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
