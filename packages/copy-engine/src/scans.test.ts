import fc from "fast-check"
import { expect, test } from "vitest"
import { backUp } from "./back-up.ts"
import type { ScanCache } from "./scan-cache.ts"
import { disksNow } from "./testing/memory-source.ts"
import { memoryScans } from "./testing/memory-scans.ts"
import { noise } from "./testing/noise.ts"
import { restoreBytes } from "./testing/restore-bytes.ts"
import { makeWorld } from "./testing/world.ts"
import { verify } from "./verify.ts"

const BLOCK_BYTES = 64 << 10
const BLOCKS = 64

async function begin(id: string) {
  const world = makeWorld({ id })
  await world.create()
  const repository = await world.open()
  const bring = (sda: Uint8Array, more: { scans?: ScanCache; rehash?: boolean; movers?: number } = {}) =>
    backUp(repository, { source: disksNow({ sda }), job: "j", workload: "w", level: 0, ...more })
  return { world, repository, bring }
}

/** A disk with these blocks filled anew. */
function withBlocks(disk: Uint8Array, blocks: readonly number[], seed: number): Uint8Array {
  const next = disk.slice()
  for (const [index, block] of blocks.entries()) {
    const bytes = noise(BLOCK_BYTES, seed * 1000 + index)
    next.set(bytes.subarray(0, next.length - block * BLOCK_BYTES), block * BLOCK_BYTES)
  }
  return next
}

test("what was remembered is recognized, and tells what was not hashed from what was", async () => {
  const { repository, bring } = await begin("recognized")
  const scans = memoryScans(BLOCKS)
  const first = noise(BLOCKS * BLOCK_BYTES - 100, 1)
  await bring(first, { scans })
  const remembered = scans.disks.get("sda")?.slice()
  const second = withBlocks(first, [0, 7, 63], 2)
  const { counts } = await bring(second, { scans, movers: 1 })
  expect([counts.newBytes, counts.unchangedBytes]).toEqual([3 * BLOCK_BYTES - 100, 61 * BLOCK_BYTES])
  const changed = Array.from({ length: BLOCKS }, (_, block) => block).filter((block) => {
    const of = (tags?: Uint8Array) => Buffer.from(tags?.subarray(block * 16, (block + 1) * 16) ?? []).toString("hex")
    return of(remembered) !== of(scans.disks.get("sda"))
  })
  expect(changed).toEqual([0, 7, 63])
  expect(Buffer.compare((await restoreBytes(repository, { workload: "w" })).sda as Uint8Array, second)).toBe(0)
})

test("tags that are lost, old, torn, exchanged or made up change nothing but the time it takes", async () => {
  const block = fc.integer({ min: 0, max: BLOCKS - 1 })
  const step = fc.record({
    changed: fc.array(block, { maxLength: 8 }),
    // What becomes of the tags before the next scan.
    fate: fc.constantFrom("kept", "lost", "old", "torn", "exchanged", "made up", "off", "rehashed"),
    at: block,
  })
  let run = 0
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 5 }), async (steps) => {
      const { repository, bring } = await begin(`tags ${run++}`)
      const plain = await begin(`plain ${run++}`)
      const scans = memoryScans(BLOCKS)
      let disk = noise(BLOCKS * BLOCK_BYTES, 1)
      let before = new Uint8Array(BLOCKS * 16)
      for (const [index, { changed, fate, at }] of steps.entries()) {
        const now = scans.disks.get("sda")
        const copied = now?.slice()
        if (fate === "lost") scans.disks.delete("sda")
        else if (fate === "old") scans.disks.set("sda", before)
        else if (fate === "torn") now?.set(before.subarray(at * 16), at * 16)
        else if (fate === "exchanged") now?.copyWithin(0, at * 16)
        else if (fate === "made up") now?.set(noise(now.length, index))
        before = copied ?? before
        disk = withBlocks(disk, changed, index + 2)
        const remembering = fate === "off" ? {} : { scans, rehash: fate === "rehashed" }
        const brought = await bring(disk, { ...remembering, movers: 0 })
        const expected = await plain.bring(disk, { movers: 0 })
        expect(brought.contentRoots).toEqual(expected.contentRoots)
        expect(brought.counts.unchangedBytes).toBe(expected.counts.unchangedBytes)
      }
      expect(await verify(repository, { all: true, readData: "hash" })).toMatchObject({ damaged: [], unknown: [] })
    }),
    { numRuns: 6 },
  )
})

test("a disk that goes back to what it was is not mistaken for what it was in between", async () => {
  const { repository, bring } = await begin("back")
  const scans = memoryScans(BLOCKS)
  const first = noise(20 * BLOCK_BYTES, 1)
  const second = withBlocks(first, [3], 2)
  await bring(first, { scans })
  const old = scans.disks.get("sda")?.slice() as Uint8Array
  await bring(second)
  // The tags say truly what the first scan found; the base has another block by now.
  scans.disks.set("sda", old)
  const { counts } = await bring(first, { scans })
  expect(counts.unchangedBytes).toBe(19 * BLOCK_BYTES)
  expect(Buffer.compare((await restoreBytes(repository, { workload: "w" })).sda as Uint8Array, first)).toBe(0)
})

test.for(["open", "read", "write", "close"] as const)("a cache that fails to %s is done without", async (failing) => {
  const { repository, bring } = await begin(`failing ${failing}`)
  const fail = async () => Promise.reject(new Error("no space left on device"))
  const scans = memoryScans(BLOCKS)
  const careless: ScanCache = {
    key: scans.key,
    open: failing === "open" ? fail : async (disk) => ({ ...(await scans.open(disk)), [failing]: fail }),
  }
  const disk = noise(40 * BLOCK_BYTES, 1)
  await bring(disk, { scans: careless })
  const { counts } = await bring(withBlocks(disk, [5], 2), { scans: careless })
  expect(counts.newBytes).toBe(BLOCK_BYTES)
  expect(await verify(repository, { all: true, readData: "hash" })).toMatchObject({ damaged: [], unknown: [] })
})
