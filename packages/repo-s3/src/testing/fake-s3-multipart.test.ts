import { createHash } from "node:crypto"
import type { S3Client } from "@aws-sdk/client-s3"
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListPartsCommand,
  UploadPartCommand,
} from "@aws-sdk/client-s3"
import { describe, expect, test } from "vitest"
import { expectRefused, start, uploadWhole } from "./start-for-test.ts"

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
