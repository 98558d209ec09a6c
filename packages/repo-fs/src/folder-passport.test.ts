import { mkdtemp, readdir, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { seededRandom } from "@bcopy/repo/testing"
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import type { FileSystem } from "./file-system.ts"
import { fileSystemName } from "./file-system-name.ts"
import { folderPassport, folderPassportOn, requireFit } from "./folder-passport.ts"
import { nodeFileSystem } from "./node-file-system.ts"

let path = ""

beforeEach(async () => {
  path = await mkdtemp(join(tmpdir(), "bcopy-repo-fs-"))
})
afterEach(() => rm(path, { recursive: true }))

test("a local folder is fit, its passport is plain data, and nothing is left behind", async () => {
  const passport = await folderPassport(path, { random: seededRandom(1) })
  expect(passport.properties.filter(({ ok, needed }) => needed && !ok)).toEqual([])
  expect(passport.properties.map(({ name }) => name)).toEqual([
    "exclusive-create",
    "link-once",
    "file-sync",
    "folder-sync",
    "read-after-write",
    "list-after-create",
    "case",
    "clock",
    "file-system",
  ])
  expect(JSON.parse(JSON.stringify(passport))).toEqual(passport)
  expect(passport.freeBytes).toBeGreaterThan(0)
  expect(await readdir(path)).toEqual([])
  expect(() => requireFit(passport, path)).not.toThrow()
})

describe("a folder is unfit", () => {
  const failing = (code: string) => () => Promise.reject(Object.assign(new Error(code), { code }))
  const lacks: readonly [string, Partial<FileSystem>][] = [
    ["link-once", { link: failing("EPERM") }],
    ["link-once", { link: () => Promise.resolve() }],
    ["folder-sync", { syncFolder: failing("EINVAL") }],
    ["list-after-create", { readFolder: () => Promise.resolve([]) }],
    [
      "read-after-write",
      {
        openFile: async (name) => {
          const file = await nodeFileSystem.openFile(name)
          return { facts: () => file.facts(), close: () => file.close(), read: async () => new Uint8Array(0) }
        },
      },
    ],
    [
      "file-sync",
      {
        makeFile: async (...args) => {
          const file = await nodeFileSystem.makeFile(...args)
          return { write: file.write, facts: file.facts, close: file.close, sync: failing("EINVAL") }
        },
      },
    ],
  ]
  test.each(lacks)("without %s, and is told so (%#)", async (name, otherwise) => {
    const passport = await folderPassportOn({ ...nodeFileSystem, ...otherwise }, path, { random: seededRandom(1) })
    expect(passport.properties).toContainEqual(expect.objectContaining({ name, needed: true, ok: false }))
    expect(() => requireFit(passport, path)).toThrow(expect.objectContaining({ code: "Unfit" }))
    expect(() => requireFit(passport, path)).toThrow(name)
  })
})

test("a clock that is an hour off is noted, but not in the way", async () => {
  const clock = { now: () => Date.now() - 3_600_000 }
  const passport = await folderPassport(path, { clock, random: seededRandom(1) })
  expect(passport.properties).toContainEqual(expect.objectContaining({ name: "clock", ok: false, needed: false }))
  expect(() => requireFit(passport, path)).not.toThrow()
})

test("a folder that is not there, or takes no files, cannot be tried", async () => {
  const options = { random: seededRandom(1) }
  await expect(folderPassport(join(path, "absent"), options)).rejects.toMatchObject({ code: "Unavailable" })
  const makeFolder = () => Promise.reject(Object.assign(new Error("EROFS"), { code: "EROFS" }))
  const readOnly = { ...nodeFileSystem, makeFolder }
  await expect(folderPassportOn(readOnly, path, options)).rejects.toMatchObject({ code: "ReadOnly" })
})

test("file systems are named by their number, on Linux only", () => {
  expect([0xef53, 0x6969, 0x01021994, 1].map((type) => fileSystemName(type, "linux"))).toEqual([
    "ext4",
    "nfs",
    "tmpfs",
    "unknown",
  ])
  expect(fileSystemName(0x9123683e | 0, "linux")).toBe("btrfs")
  expect(fileSystemName(0xef53, "darwin")).toBe("unknown")
})
