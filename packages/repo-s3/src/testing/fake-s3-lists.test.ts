import {
  DeleteObjectCommand,
  GetBucketVersioningCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  PutBucketVersioningCommand,
  type ListObjectsV2CommandOutput,
  type ListObjectVersionsCommandOutput,
} from "@aws-sdk/client-s3"
import { describe, expect, test } from "vitest"
import { expectRefused, start } from "./start-for-test.ts"

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
