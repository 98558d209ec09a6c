import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { ScanCache } from "@bcopy/copy-engine"
import { afterEach, beforeEach, expect, test } from "vitest"
import { scanCacheFolder } from "./scan-cache-folder.ts"

const disk = { repository: "r", job: "nightly", workload: "web", disk: "sda" }
let caches: string
beforeEach(() => {
  caches = mkdtempSync(join(tmpdir(), "bcopy-scans-"))
})
afterEach(() => rmSync(caches, { recursive: true, force: true }))

function openCache(): ScanCache {
  return scanCacheFolder({ env: { BCOPY_CACHE_DIR: caches }, platform: "linux" }) as ScanCache
}

/** Tags of blocks, each with its number in it. */
function tagsOf(first: number, count: number): Uint8Array {
  const tags = new Uint8Array(count * 16)
  for (let at = 0; at < count; at++) new DataView(tags.buffer).setUint32(at * 16, first + at)
  return tags
}

test("tags are found where they were written, in whatever pieces, and zeros elsewhere", async () => {
  const tags = await openCache().open(disk)
  for (const [first, count] of [
    [10, 32],
    [42, 32],
    [5000, 9000],
    [100_000, 1],
  ] as const)
    await tags.write(first, tagsOf(first, count))
  await tags.close()
  const again = await openCache().open(disk)
  expect(await again.read(10, 64)).toEqual(tagsOf(10, 64))
  expect(await again.read(74, 4000)).toEqual(new Uint8Array(4000 * 16))
  expect(await again.read(5100, 20)).toEqual(tagsOf(5100, 20))
  expect(await again.read(13_990, 10)).toEqual(tagsOf(13_990, 10))
  expect((await again.read(99_999, 3)).subarray(16, 32)).toEqual(tagsOf(100_000, 1))
  expect(await again.read(1e9, 2)).toEqual(new Uint8Array(32))
  await again.close()
})

test("each disk of each workload has tags of its own, and no name stands anywhere", async () => {
  const cache = openCache()
  const others = [disk, { ...disk, disk: "sdb" }, { ...disk, workload: "db" }, { ...disk, repository: "s" }]
  for (const [index, one] of others.entries()) {
    const tags = await cache.open(one)
    await tags.write(0, tagsOf(index * 100, 1))
    await tags.close()
  }
  for (const [index, one] of others.entries()) {
    const tags = await cache.open(one)
    expect(await tags.read(0, 1)).toEqual(tagsOf(index * 100, 1))
    await tags.close()
  }
  expect(readdirSync(join(caches, "scans")).join()).not.toMatch(/sda|web|nightly/)
})

test("the key stays, is nobody else's to read, and one that was cut is drawn anew", () => {
  const { key } = openCache()
  expect(Buffer.from(openCache().key)).toEqual(Buffer.from(key))
  const path = join(caches, "scans", "key")
  if (process.platform !== "win32") expect(statSync(path).mode & 0o777).toBe(0o600)
  writeFileSync(path, readFileSync(path).subarray(1))
  const { key: other } = openCache()
  expect(other.length).toBe(32)
  expect(Buffer.from(openCache().key)).toEqual(Buffer.from(other))
})

test("what was not used for long is let go", async () => {
  const cache = openCache()
  await (await cache.open(disk)).close()
  const [name = ""] = readdirSync(join(caches, "scans")).filter((one) => one.endsWith(".tags"))
  const old = new Date(Date.now() - 101 * 24 * 3600 * 1000)
  utimesSync(join(caches, "scans", name), old, old)
  await (await cache.open({ ...disk, disk: "sdb" })).close()
  expect(readdirSync(join(caches, "scans"))).not.toContain(name)
})

test.skipIf(process.getuid === undefined)("nothing is kept where others may write", () => {
  chmodSync(caches, 0o777)
  expect(scanCacheFolder({ env: { BCOPY_CACHE_DIR: caches }, platform: "linux" })).toBeUndefined()
})
