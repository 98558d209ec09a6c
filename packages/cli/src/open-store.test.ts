import { mkdirSync, readdirSync } from "node:fs"
import { expect, test } from "vitest"
import { openTrial } from "../testing/trial.ts"
import { parseFolder } from "./open-store.ts"

test.for(["/srv/bcopy", "backups", "./a:b", "C:/backups", "odd//name"])("%s is a folder", (text) => {
  expect(parseFolder(text)).toBe(text)
})

test.for([
  ["file:///srv/bcopy", "file:// names no repository"],
  ["", "empty"],
  ["s3:/backups/web", "looks like a bucket"],
  ["S3//backups", "looks like a bucket"],
] as const)("%j is a usage error that says why", ([text, why]) => {
  expect(() => parseFolder(text)).toThrow(
    expect.objectContaining({ code: "Usage", message: expect.stringContaining(why) }),
  )
})

test("a folder with no part of a repository in it is not touched by opening it, or by the dry run of init", async () => {
  const { at, bcopy } = openTrial()
  mkdirSync(at("empty"))
  expect((await bcopy("points", "--repo", at("empty"))).exit).toBe(10)
  expect((await bcopy("init", "--repo", at("empty"), "--no-encryption", "--dry-run")).exit).toBe(0)
  expect(readdirSync(at("empty"))).toEqual([])
})
