import {
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectLegalHoldCommand,
  GetObjectLockConfigurationCommand,
  GetObjectRetentionCommand,
  HeadObjectCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  PutObjectLegalHoldCommand,
  PutObjectLockConfigurationCommand,
  PutObjectRetentionCommand,
} from "@aws-sdk/client-s3"
import { describe, expect, test } from "vitest"
import { connect, dayMs, expectRefused, start, uploadWhole } from "./start-for-test.ts"

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
