import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, expect, test } from "vitest"
import { sha256 } from "./node-primitives.ts"
import { createPartialFile } from "./partial-file.ts"
import { openRawTarget, outputExists } from "./raw-target.ts"

let folder: string

beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "bcopy-partial-"))))
afterEach(() => rmSync(folder, { recursive: true }))

const BLOCK_BYTES = 4096
const imageOf = async (path: string, overwrite = false) =>
  openRawTarget(path, { sizeBytes: 2 * BLOCK_BYTES, blockBytes: BLOCK_BYTES, sha256, overwrite })
const filled = (byte: number) => new Uint8Array(2 * BLOCK_BYTES).fill(byte)

test("of two who write to one new output at once the first gets the name, the other is refused, and no byte is mixed", async () => {
  const path = join(folder, "disk.raw")
  const [one, other] = [await imageOf(path), await imageOf(path)]
  await one.write(0, 1, filled(1).subarray(0, BLOCK_BYTES))
  await other.write(0, 2, filled(2))
  await one.write(1, 1, filled(1).subarray(BLOCK_BYTES))
  await one.finish()
  await expect(other.finish()).rejects.toMatchObject({ code: "OutputExists", message: expect.stringContaining(path) })
  await other.abandon()
  expect(Buffer.compare(readFileSync(path), filled(1))).toBe(0)
  expect(readdirSync(folder)).toEqual(["disk.raw"])
})

test("an output that comes meanwhile is not written to without overwrite", async () => {
  const path = join(folder, "disk.raw")
  writeFileSync(path, "precious")
  const target = await imageOf(path)
  await target.write(0, 2, filled(1))
  await expect(target.finish()).rejects.toMatchObject({ code: "OutputExists" })
  await target.abandon()
  expect(readFileSync(path, "utf8")).toBe("precious")
  const allowed = await imageOf(path, true)
  await allowed.write(0, 2, filled(1))
  await allowed.finish()
  expect(Buffer.compare(readFileSync(path), filled(1))).toBe(0)
})

test("whatever is called .partial beside it stays as it is, and no link is followed", async () => {
  const path = join(folder, "disk.raw")
  writeFileSync(join(folder, "victim"), "precious")
  symlinkSync(join(folder, "victim"), `${path}.partial`)
  const target = await imageOf(path)
  await target.write(0, 2, filled(1))
  await target.finish()
  expect(readFileSync(join(folder, "victim"), "utf8")).toBe("precious")
  expect(statSync(path).mode & 0o777).toBe(0o600)
  expect(readdirSync(folder).toSorted()).toEqual(["disk.raw", "disk.raw.partial", "victim"])
})

test("a link that leads nowhere is refused before anything is written, with overwrite too", async () => {
  const path = join(folder, "disk.raw")
  symlinkSync(join(folder, "missing"), path)
  for (const overwrite of [false, true])
    await expect(outputExists(path, { overwrite, yes: true, sizeBytes: 1 })).rejects.toMatchObject({
      code: "OutputExists",
      message: `${path} is a link to what is not there`,
    })
})

test("until it is complete a file has another name, and none is left of what is given up", async () => {
  const path = join(folder, "disk.raw")
  const target = await imageOf(path)
  expect(readdirSync(folder)).toEqual([expect.stringMatching(/^disk\.raw\.[0-9a-f]{8}\.partial$/)])
  await target.abandon()
  expect(readdirSync(folder)).toEqual([])
})

test("the longest name that a file can have is one for an output too", async () => {
  const path = join(folder, "n".repeat(255))
  const file = await createPartialFile(path)
  await file.handle.writeFile("content")
  await file.handle.close()
  await file.takeName()
  expect(readFileSync(path, "utf8")).toBe("content")
})
