import { constants, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, expect, test } from "vitest"
import { openDirectFile, pageMemory } from "./direct-file.ts"
import { openRawTarget } from "./raw-target.ts"
import { sha256 } from "./node-primitives.ts"

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "bcopy-direct-"))
})
afterEach(() => rmSync(folder, { recursive: true }))

/** Bytes in memory that begins at a page, or just behind one. */
function filled(bytes: number, { aligned = true } = {}): Uint8Array {
  const memory = pageMemory(bytes + 1).subarray(aligned ? 0 : 1, bytes + (aligned ? 0 : 1))
  for (let at = 0; at < bytes; at++) memory[at] = (at * 7 + (at >> 12)) & 0xff
  return memory
}

/** What a file holds after `bytes` were written at `position`: as much as was taken, and zeros behind. */
async function written(bytes: Uint8Array, position: number) {
  const path = join(folder, "disk")
  writeFileSync(path, "")
  truncateSync(path, 1 << 20)
  const file = await openDirectFile(path)
  const count = await file.write(bytes, position)
  await file.close()
  const found = readFileSync(path)
  const rest = Buffer.concat([found.subarray(0, position), found.subarray(position + count)])
  expect(found.length).toBe(1 << 20)
  expect(Buffer.compare(found.subarray(position, position + count), bytes.subarray(0, count))).toBe(0)
  expect(rest.every((byte) => byte === 0)).toBe(true)
  return count
}

test("whole pages are written from whole pages, where the system does so", async () => {
  const count = await written(filled(256 << 10), 64 << 10)
  const isKnown = "O_DIRECT" in constants && process.platform === "linux"
  expect([0, 256 << 10]).toContain(count)
  if (!isKnown) expect(count).toBe(0)
})

test("what is no whole page at the end, or begins in the middle of one, is left", async () => {
  expect([0, 8192]).toContain(await written(filled(8192 + 700), 4096))
  expect(await written(filled(8192), 512)).toBe(0)
  expect(await written(filled(4095), 0)).toBe(0)
})

test("memory that begins elsewhere is refused or taken, never half", async () => {
  expect([0, 65_536]).toContain(await written(filled(65_536, { aligned: false }), 0))
})

test("nothing is written to what cannot be opened, and nothing after it was closed", async () => {
  const nowhere = await openDirectFile(join(folder, "nowhere/disk"))
  expect(await nowhere.write(filled(4096), 0)).toBe(0)
  await nowhere.close()
  writeFileSync(join(folder, "disk"), "as it was")
  const closed = await openDirectFile(join(folder, "disk"))
  await closed.close()
  expect(await closed.write(filled(4096), 0)).toBe(0)
  expect(readFileSync(join(folder, "disk"), "utf8")).toBe("as it was")
})

test.for([4096, 65_536])(
  "an image of blocks of %i bytes is what was written, whatever its size",
  async (blockBytes) => {
    const path = join(folder, "disk.raw")
    const sizeBytes = (2 << 20) + 777
    const bytes = filled(Math.ceil(sizeBytes / blockBytes) * blockBytes)
    const target = await openRawTarget(path, { sizeBytes, blockBytes, sha256 })
    const long = (1 << 20) / blockBytes
    const blocks = Math.ceil(sizeBytes / blockBytes)
    // Long runs and short ones, out of order, and the last block, which is cut.
    await target.write(long, blocks - long, bytes.subarray(long * blockBytes))
    await target.write(0, 1, bytes.subarray(0, blockBytes))
    await target.write(1, long - 1, bytes.subarray(blockBytes, long * blockBytes))
    await target.finish()
    const found = readFileSync(path)
    expect(found.length).toBe(sizeBytes)
    expect(Buffer.compare(found, bytes.subarray(0, sizeBytes))).toBe(0)
    expect(target.writtenBytes).toBe(sizeBytes)
  },
)
