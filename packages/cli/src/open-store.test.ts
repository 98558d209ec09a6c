import { expect, test } from "vitest"
import { parseFolder } from "./open-store.ts"

test.for(["/srv/bcopy", "backups", "./a:b", "C:/backups", "odd//name"])("%s is a folder", (text) => {
  expect(parseFolder(text)).toBe(text)
})

test.for([
  ["s3://bucket/prefix", "not yet"],
  ["S3://bucket", "not yet"],
  ["file:///srv/bcopy", "file:// names no repository"],
  ["", "empty"],
] as const)("%j is a usage error that says why", ([text, why]) => {
  expect(() => parseFolder(text)).toThrow(
    expect.objectContaining({ code: "Usage", message: expect.stringContaining(why) }),
  )
})
