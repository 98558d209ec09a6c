import { createHash } from "node:crypto"
import { Readable } from "node:stream"
import { HeadObjectCommand, ListBucketsCommand, PutObjectCommand, type S3ClientConfig } from "@aws-sdk/client-s3"
import { describe, expect, test } from "vitest"
import { connect, expectRefused, start } from "./start-for-test.ts"

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
