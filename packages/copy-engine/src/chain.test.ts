import { mkdtemp, open, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { decodePackHeader, LEAF_BLOCKS, MAX_MAP_PACKS } from "@bcopy/chain-format"
import { syntheticSource } from "@bcopy/source/testing"
import { expect, test } from "vitest"
import { backUp } from "./back-up.ts"
import { listPoints } from "./list-points.ts"
import { restore } from "./restore.ts"
import { contentRoot } from "./testing/content-root.ts"
import { disksNow } from "./testing/memory-source.ts"
import { changed, noise } from "./testing/noise.ts"
import { differing, restoreBytes } from "./testing/restore-bytes.ts"
import { sparseSource } from "./testing/sparse-source.ts"
import { makeWorld } from "./testing/world.ts"
import { verify } from "./verify.ts"

const KIB = 1 << 10
const MIB = 1 << 20

async function points(repository: Parameters<typeof listPoints>[0], workload = "web01") {
  const all = []
  for await (const point of listPoints(repository, { workload })) all.push(point)
  return all
}

const sizes: readonly { name: string; bytes: Uint8Array }[] = [
  { name: "of no bytes", bytes: new Uint8Array(0) },
  { name: "of one byte", bytes: Uint8Array.of(7) },
  { name: "of an odd size", bytes: noise(1_234_567, 1) },
  { name: "of exactly one block", bytes: noise(64 * KIB, 2) },
  { name: "of exactly one leaf", bytes: noise(8 * MIB, 3) },
  { name: "of one byte more than a leaf", bytes: noise(8 * MIB + 1, 4) },
  { name: "of zeros", bytes: new Uint8Array(3 * MIB + 5) },
  { name: "of equal blocks", bytes: new Uint8Array(9 * MIB + 77).fill(0xff) },
]
for (const { name, bytes } of sizes)
  test(`a disk ${name} comes back as it was, from its full and from an increment`, async () => {
    const world = makeWorld()
    await world.create()
    const repository = await world.open()
    const next = changed(bytes, bytes.length < 100_000 ? [] : [{ at: 70_000, count: 30_000 }], 9)
    const full = await backUp(repository, { source: disksNow({ sda: bytes }), job: "nightly", workload: "web01" })
    const increment = await backUp(repository, { source: disksNow({ sda: next }), job: "nightly", workload: "web01" })
    expect([full.kind, increment.kind]).toEqual(["full", "increment"])
    expect(full.contentRoots).toEqual({ sda: contentRoot(bytes, 64 * KIB) })
    expect(increment.contentRoots).toEqual({ sda: contentRoot(next, 64 * KIB) })
    expect(differing(await restoreBytes(repository, { point: full.point as string }), { sda: bytes })).toEqual([])
    expect(differing(await restoreBytes(repository), { sda: next })).toEqual([])
    expect(increment.counts.newBytes).toBeLessThanOrEqual(2 * 64 * KIB)
  })

for (const blockBytes of [32 * KIB, 128 * KIB, MIB, 4 * MIB])
  test(`a chain with blocks of ${blockBytes / KIB} KiB keeps and restores its points`, async () => {
    const world = makeWorld()
    await world.create({ blockBytes })
    const repository = await world.open()
    const first = noise(9 * MIB + 333, 5)
    const second = changed(first, [{ at: 5 * MIB, count: 10 }], 6)
    const full = await backUp(repository, { source: disksNow({ sda: first }), job: "nightly", workload: "web01" })
    const increment = await backUp(repository, { source: disksNow({ sda: second }), job: "nightly", workload: "web01" })
    expect(increment.counts.newBytes).toBe(blockBytes)
    expect(increment.contentRoots).toEqual({ sda: contentRoot(second, blockBytes) })
    expect(differing(await restoreBytes(repository, { point: full.point as string }), { sda: first })).toEqual([])
    expect(differing(await restoreBytes(repository), { sda: second })).toEqual([])
  })

test("disks are matched by name, else by place, through renaming, adding, removing, reordering, growing and shrinking", async () => {
  const world = makeWorld()
  await world.create()
  const repository = await world.open()
  const a = noise(9 * MIB, 11)
  const b = noise(2 * MIB + 100, 12)
  const c = noise(MIB, 13)
  const grown = new Uint8Array(20 * MIB)
  grown.set(a)
  grown.set(noise(100, 14), 19 * MIB)
  const steps: readonly { disks: Readonly<Record<string, Uint8Array>>; newBytes: number }[] = [
    { disks: { sda: a, sdb: b }, newBytes: a.length + b.length },
    { disks: { root: a, sdb: b }, newBytes: 0 },
    { disks: { sdb: b, root: a, sdc: c }, newBytes: c.length },
    { disks: { sdc: c, sdb: b }, newBytes: 0 },
    { disks: { sdc: c, root: a, sdb: b }, newBytes: a.length },
    { disks: { sdc: c, root: grown, sdb: b }, newBytes: 64 * KIB },
    { disks: { sdc: c, root: grown.subarray(0, 3 * MIB + 17), sdb: b }, newBytes: 17 },
    { disks: { sdc: new Uint8Array(0), root: a.subarray(0, 3 * MIB), sdb: b }, newBytes: 0 },
    { disks: { sdc: c }, newBytes: c.length },
  ]
  const ids: string[] = []
  for (const [step, { disks, newBytes }] of steps.entries()) {
    const { point, counts, contentRoots } = await backUp(repository, {
      source: disksNow(disks),
      job: "nightly",
      workload: "web01",
      movers: 0,
    })
    expect({ step, newBytes: counts.newBytes }).toEqual({ step, newBytes })
    for (const [name, bytes] of Object.entries(disks)) expect(contentRoots[name]).toBe(contentRoot(bytes, 64 * KIB))
    ids.push(point as string)
  }
  for (const [step, { disks }] of steps.entries()) {
    const restored = Object.values(await restoreBytes(repository, { point: ids[step] as string }))
    const wanted = Object.values(disks)
    expect(restored.map((bytes, disk) => Buffer.compare(bytes, wanted[disk] as Uint8Array))).toEqual(
      wanted.map(() => 0),
    )
  }
  const proven = await verify(repository, { all: true, readData: "hash" })
  expect(proven).toMatchObject({ points: steps.length, damaged: [], unknown: [] })
})

test("a sparse disk of 2 TiB takes little time and next to no room", async () => {
  const world = makeWorld()
  await world.create()
  const repository = await world.open()
  const source = syntheticSource({ disks: [{ name: "sda", sizeBytes: 2 ** 41, zeroShare: 1 }], generations: 2 })
  const started = performance.now()
  const { counts } = await backUp(repository, { source, job: "nightly", workload: "big" })
  const { counts: again } = await backUp(repository, { source, job: "nightly", workload: "big" })
  expect(counts).toMatchObject({ totalBytes: 2 ** 41, zeroBytes: 2 ** 41, newBytes: 0, storedBytes: 0 })
  expect(again).toMatchObject({ totalBytes: 2 ** 41, newBytes: 0, storedBytes: 0 })
  expect(performance.now() - started).toBeLessThan(4000)
  const folder = await mkdtemp(join(tmpdir(), "bcopy-engine-"))
  try {
    const { disks } = await restore(repository, { workload: "big", output: join(folder, "big.raw") })
    expect(disks).toMatchObject([{ sizeBytes: 2 ** 41, writtenBytes: 0 }])
  } finally {
    await rm(folder, { recursive: true })
  }
})

test(
  "a chain of 301 points over as many leaves lies in at most 256 map packs at any time, and every point restores",
  { timeout: 120_000 },
  async () => {
    const world = makeWorld()
    const blockBytes = 32 * KIB
    await world.create({ blockBytes })
    const repository = await world.open()
    const blocks = new Map<number, Uint8Array>()
    const sizeBytes = 320 * LEAF_BLOCKS * blockBytes
    const ids: string[] = []
    for (let step = 0; step < 301; step++) {
      // A leaf of its own for each point: nothing of an older map pack dies by itself.
      const block = step * LEAF_BLOCKS + (step % LEAF_BLOCKS)
      blocks.set(block, noise(blockBytes, step))
      const source = sparseSource({ sizeBytes, blocks, changed: [block] })
      const { point } = await backUp(repository, { source, job: "nightly", workload: "web01", level: 0, movers: 0 })
      ids.push(point as string)
    }
    const listed = await points(repository)
    expect(listed.map(({ summary }) => summary.point)).toEqual(ids)
    const mapPacks = listed.map(({ manifest }) => manifest?.mapPacks.length ?? Infinity)
    expect(Math.max(...mapPacks)).toBeGreaterThan(96)
    expect(Math.max(...mapPacks)).toBeLessThanOrEqual(MAX_MAP_PACKS)
    expect(await verify(repository, { all: true, readData: "hash" })).toMatchObject({
      points: 301,
      damaged: [],
      unknown: [],
    })
    const folder = await mkdtemp(join(tmpdir(), "bcopy-engine-"))
    try {
      for (const step of [0, 96, 300]) {
        const path = join(folder, `${step}.raw`)
        await restore(repository, { workload: "web01", point: ids[step] ?? "none", output: path, movers: 0 })
        const file = await open(path)
        for (const probe of [0, step, step + 1]) {
          const at = (probe * LEAF_BLOCKS + (probe % LEAF_BLOCKS)) * blockBytes
          const { buffer } = await file.read(Buffer.alloc(blockBytes), 0, blockBytes, at)
          const wanted = probe <= step ? noise(blockBytes, probe) : new Uint8Array(blockBytes)
          expect(Buffer.compare(buffer, wanted)).toBe(0)
        }
        await file.close()
      }
    } finally {
      await rm(folder, { recursive: true })
    }
  },
)

test("a map pack whose footer does not open is left out of merging, and the chain goes on", async () => {
  const world = makeWorld()
  const blockBytes = 32 * KIB
  await world.create({ blockBytes })
  const repository = await world.open()
  const blocks = new Map<number, Uint8Array>()
  for (let step = 0; step < 175; step++) {
    const block = step * LEAF_BLOCKS
    blocks.set(block, noise(blockBytes, step))
    const source = sparseSource({ sizeBytes: 175 * LEAF_BLOCKS * blockBytes, blocks, changed: [block] })
    await backUp(repository, { source, job: "nightly", workload: "web01", level: 0, movers: 0 })
    const map = step === 10 ? world.store.keys().filter((key) => key.includes("/packs/")) : []
    for (const key of map) {
      const bytes = (await world.store.read(key))?.bytes ?? new Uint8Array()
      // The last byte before the trailer belongs to the footer's digest.
      if (decodePackHeader(bytes).kind === "mapPack")
        world.store.tamper(key, (all) => all.with(all.length - 9, (all.at(-9) as number) ^ 1))
    }
  }
  expect(await verify(repository, { all: true, readData: "hash" })).toMatchObject({
    points: 175,
    damaged: [],
    unknown: [],
  })
})

test("what lies over the map packs of a versioned store keeps no point from building on them", async () => {
  const world = makeWorld({ versioning: "on" })
  await world.create()
  const repository = await world.open()
  const disks = [noise(3 * MIB, 1), changed(noise(3 * MIB, 1), [{ at: MIB, count: 9 }], 2)] as const
  await backUp(repository, { source: disksNow({ sda: disks[0] }), job: "nightly", workload: "web01" })
  for (const key of world.store.keys()) if (key.includes("/packs/")) world.store.overlay(key, noise(3000, 3))
  const { kind } = await backUp(await world.open(), {
    source: disksNow({ sda: disks[1] }),
    job: "nightly",
    workload: "web01",
  })
  expect(kind).toBe("increment")
  expect(differing(await restoreBytes(repository), { sda: disks[1] })).toEqual([])
})

test("a workload cloned from another of the same job stores almost nothing", async () => {
  const world = makeWorld()
  await world.create()
  const repository = await world.open()
  const bytes = noise(10 * MIB + 5, 31)
  await backUp(repository, { source: disksNow({ sda: bytes }), job: "nightly", workload: "web01" })
  const clone = changed(bytes, [{ at: 3 * MIB, count: 5 }], 32)
  const source = disksNow({ vda: clone }, { workload: "web02" })
  const { counts, kind } = await backUp(repository, { source, job: "nightly", workload: "web02" })
  expect(kind).toBe("full")
  expect(counts.newBytes).toBe(64 * KIB)
  expect(counts.storedBytes).toBeLessThan(128 * KIB)
  expect(differing(await restoreBytes(repository, { workload: "web02" }), { vda: clone })).toEqual([])
  expect(differing(await restoreBytes(repository, { workload: "web01" }), { sda: bytes })).toEqual([])
})
