import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { contentHash } from "./content-hash.ts"
import { toHex } from "./hex.ts"
import type { SlotRef } from "./leaf-page.ts"
import { LEAF_BLOCKS, placesPerSlot } from "./limits.ts"
import { MapReader } from "./map-reader.ts"
import { MapWriter } from "./map-writer.ts"
import { PackTable, tableHeight } from "./pack-table.ts"
import { PackUses } from "./pack-uses.ts"
import { relocatePages } from "./relocate-pages.ts"
import { sha256 } from "./testing/clear-suite.ts"
import { BLOCK_BYTES, type Disk, diskOfGenerations, type Generation, type Run } from "./testing/disk-generations.ts"
import { memoryPages } from "./testing/memory-pages.ts"
import { modelId, modelRoot } from "./testing/model-disk.ts"

const hash = contentHash(sha256)

async function expectAsModel(disk: Disk): Promise<void> {
  const { tree, model } = disk
  const map = disk.map()
  expect(map.blocks).toBe(model.blocks)
  expect(toHex(map.contentRoot())).toBe(toHex(modelRoot(model, tree.sizeBytes, BLOCK_BYTES)))

  const leaves = new Set([...model.stored.keys()].map((block) => Math.floor(block / LEAF_BLOCKS)))
  const neighbours = [...leaves].flatMap((leaf) => [leaf - 1, leaf, leaf + 1])
  const asked = new Set([0, map.leaves - 1, ...neighbours].filter((leaf) => leaf >= 0 && leaf < map.leaves))
  for (const index of asked) {
    const leaf = await map.leaf(index)
    for (let at = 0; at < LEAF_BLOCKS; at++) {
      const block = model.stored.get(index * LEAF_BLOCKS + at)
      const found: SlotRef | undefined = leaf?.slots[at]
      const id = leaf?.ids.subarray(at * 32, at * 32 + 32) ?? new Uint8Array(32)
      const same =
        block === undefined
          ? found === undefined && id.every((byte) => byte === 0)
          : JSON.stringify(found) === JSON.stringify(block.slot) &&
            leaf?.places[at] === block.place &&
            toHex(id) === toHex(modelId(block))
      if (!same) expect.fail(`block ${index * LEAF_BLOCKS + at} is not as in the model`)
    }
  }

  // The account of pages: what was written and not dropped is just what the roots reach, each page once.
  const inUse = await disk.reachable()
  expect(new Set(inUse).size).toBe(inUse.length)
  expect([...disk.store.live.keys()].toSorted()).toEqual(inUse.toSorted())
  await expectUsesAsModel(disk)
}

async function expectUsesAsModel({ model, table, pages }: Disk): Promise<void> {
  const stride = placesPerSlot(BLOCK_BYTES)
  const wanted = new Map<string, number>()
  for (const { slot, place } of model.stored.values()) {
    const name = `${slot.pack}/${slot.slot * stride + place}`
    wanted.set(name, (wanted.get(name) ?? 0) + 1)
  }
  const found = new Map<string, number>()
  for await (const { pack, record } of new PackTable(table, pages).records()) {
    expect(record).toMatchObject({ number: pack, storedBytes: 1000 + pack, hint: Uint8Array.of(pack & 0xff) })
    for (const run of record.live)
      for (let at = run.first; at < run.first + run.count; at++) found.set(`${pack}/${at}`, 1)
    for (const { position, uses } of record.extra)
      found.set(`${pack}/${position}`, (found.get(`${pack}/${position}`) ?? Number.NaN) + uses)
  }
  expect(found).toEqual(wanted)
}

const kinds = { kind: fc.constantFrom("keep", "zero", "put", "reuse") } as const
const shortRun: fc.Arbitrary<Run> = fc.record({
  ...kinds,
  blocks: fc.oneof(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 300 }), fc.constantFrom(128, 256)),
})
const longRun: fc.Arbitrary<Run> = fc.oneof(
  shortRun,
  fc.record({ ...kinds, blocks: fc.oneof(fc.constant(8192), fc.integer({ min: 1000, max: 9000 })) }),
)
/** Long stretches without data, so that disks of several levels stay small to the model. */
const sparseRun: fc.Arbitrary<Run> = fc.oneof(
  fc.record({ ...kinds, blocks: fc.integer({ min: 1, max: 200 }) }),
  fc.record({
    kind: fc.constantFrom("keep" as const, "zero" as const),
    blocks: fc.oneof(fc.constantFrom(8192, 524_288, 2 ** 25), fc.integer({ min: 1, max: 2 ** 25 })),
  }),
)
const generations = (sizes: readonly number[], run: fc.Arbitrary<Run>, maxLength: number) =>
  fc.array(
    fc.record({
      blocks: fc.oneof(fc.constantFrom(...sizes), fc.integer({ min: 0, max: sizes.at(-1) as number })),
      short: fc.constantFrom(0, 1, BLOCK_BYTES - 1),
      runs: fc.array(run, { maxLength: 8 }),
    }),
    { minLength: 1, maxLength },
  )

const small = [0, 1, 2, 100, 127, 128, 129, 255, 256, 300, 1000]
const large = [...small, 8191, 8192, 8193, 8320, 10_000, 16_384, 17_000]
const huge = [0, 1, 128, 8192, 8193, 524_287, 524_288, 524_289, 2 ** 25, 2 ** 25 + 1, 2 ** 31, 2 ** 31 + 1, 2 ** 37]

describe("a block map written as changes of another", () => {
  const cases = [
    { name: "small disks", made: generations(small, shortRun, 6), runs: 90 },
    { name: "disks around the first border of heights", made: generations(large, longRun, 5), runs: 14 },
    { name: "sparse disks of up to five levels", made: generations(huge, sparseRun, 5), runs: 60 },
  ]
  test.each(cases)("reads as the model does, version by version: $name", async ({ made, runs }) => {
    await fc.assert(
      fc.asyncProperty(made, async (versions) => {
        const disk = diskOfGenerations()
        for (const version of versions) {
          await disk.write(version)
          await expectAsModel(disk)
        }
      }),
      { numRuns: runs, seed: 7 },
    )
  })

  test.each(cases)(
    "is the same whether it was written in one go or behind a checkpoint: $name",
    async ({ made, runs }) => {
      await fc.assert(
        fc.asyncProperty(made, fc.double({ min: 0, max: 1, noNaN: true }), async (versions, share) => {
          const whole = diskOfGenerations()
          const paused = diskOfGenerations()
          for (const version of versions) {
            await whole.write(version)
            await paused.write(version, Math.floor(version.blocks * share))
            await expectAsModel(paused)
            expect(toHex(paused.map().contentRoot())).toBe(toHex(whole.map().contentRoot()))
          }
        }),
        { numRuns: Math.ceil(runs / 3), seed: 11 },
      )
    },
  )
})

describe("pages", () => {
  const put = (blocks: number): Generation => ({ blocks, short: 0, runs: [{ kind: "put", blocks }] })

  test("of unchanged regions are shared: a changed block costs its leaf and the pages above it", async () => {
    const disk = diskOfGenerations()
    await disk.write(put(10_000))
    const before = disk.store.written
    const change: Run[] = [
      { kind: "keep", blocks: 5_000 },
      { kind: "put", blocks: 1 },
    ]
    await disk.write({ blocks: 10_000, short: 0, runs: change })
    // Leaf, inner page and top of the map; the one leaf of the pack table.
    expect(disk.store.written - before).toBe(4)
    await expectAsModel(disk)
  })

  test("are not written for a version without a change", async () => {
    const disk = diskOfGenerations()
    await disk.write(put(9_000))
    const before = disk.store.written
    const { root } = disk.tree
    const read = disk.store.reads
    await disk.write({ blocks: 9_000, short: 0, runs: [] })
    expect(disk.store.reads).toBe(read)
    await disk.write({ blocks: 9_000, short: 0, runs: [{ kind: "keep", blocks: 100 }] })
    expect(disk.store.written).toBe(before)
    expect(disk.tree.root).toEqual(root)
  })

  test("are not asked for one by one where a disk grows far beyond its map", async () => {
    const disk = diskOfGenerations()
    await disk.write(put(3))
    const before = disk.store.reads
    await disk.write({ blocks: 2 ** 31 + 1, short: 0, runs: [] })
    expect(disk.store.reads - before).toBeLessThan(10)
    expect(disk.map().height).toBe(5)
    await expectAsModel(disk)
  })

  test("move out of packs with all they say, of the map and of the pack table", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(generations(large, longRun, 4), generations(huge, sparseRun, 4)),
        fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }),
        async (versions, moved) => {
          const disk = diskOfGenerations()
          for (const version of versions) await disk.write(version)
          const from = new Set(moved.flatMap((is, at) => (is ? [at + 1] : [])))
          const root = toHex(disk.map().contentRoot())
          const { store: sink, pages, tree, table } = disk
          const pagesOf = (what: string) =>
            [...sink.live.values()].flatMap(({ pointer, record }) =>
              from.has(pointer.pack) && record.type.startsWith(what) ? [record] : [],
            )
          const shared = { pages, sink, sha256, from }
          const moveMap = { ...shared, tree: "map", disk: 3, held: pagesOf("map") } as const
          const moveTable = { ...shared, tree: "table", disk: 0, held: pagesOf("table") } as const
          for (let pack = 0; pack < 5; pack++) sink.nextPack()
          disk.tree = { ...tree, root: await relocatePages(tree.root, disk.map().height, moveMap) }
          const height = tableHeight(table.nextPack)
          disk.table = { ...table, root: await relocatePages(table.root, height, moveTable) }
          for (const { pointer } of sink.live.values()) expect([...from]).not.toContain(pointer.pack)
          expect(toHex(disk.map().contentRoot())).toBe(root)
          await expectAsModel(disk)
        },
      ),
      { numRuns: 24, seed: 3 },
    )
  })
})

test("an inner page moves out of its pack though no page below it does", async () => {
  const disk = diskOfGenerations()
  await disk.write({ blocks: 300, short: 0, runs: [{ kind: "put", blocks: 300 }] })
  await disk.write({ blocks: 300, short: 0, runs: [{ kind: "zero", blocks: 128 }] })
  const { store: sink, pages, tree } = disk
  expect(tree.root?.pack).toBe(2)
  sink.nextPack()
  const held = [{ level: 1, index: 0 }]
  const options = { pages, sink, sha256, tree: "map", disk: 3, from: new Set([2]), held } as const
  disk.tree = { ...tree, root: await relocatePages(tree.root, 1, options) }
  expect(disk.tree.root?.pack).toBe(3)
  await expectAsModel(disk)
})

describe("a map writer refuses", () => {
  const writer = (blocks: number) =>
    new MapWriter({
      disk: 0,
      sizeBytes: blocks * BLOCK_BYTES,
      blockBytes: BLOCK_BYTES,
      base: undefined,
      sink: memoryPages(),
      hash,
      uses: new PackUses(BLOCK_BYTES),
    })
  const slot = { pack: 0, slot: 0, offset: 24, length: 100 }

  test("a block past the end", async () => {
    const map = writer(2)
    await map.zero(2)
    await expect(map.put(new Uint8Array(32).fill(1), slot, 0)).rejects.toMatchObject({ code: "Inconsistent" })
    await expect(writer(2).keep(3)).rejects.toMatchObject({ code: "Inconsistent" })
  })

  test("to finish before every block was told of", async () => {
    const map = writer(200)
    await map.zero(199)
    const message = "map ends at block 199 of 200"
    await expect(map.finish()).rejects.toMatchObject({ code: "Inconsistent", message })
  })
})

test("a map writer is told of no blocks wherever it stands, the end of the last leaf too", async () => {
  const disk = diskOfGenerations()
  const { store: sink } = disk
  const uses = new PackUses(BLOCK_BYTES)
  const map = new MapWriter({ disk: 0, sizeBytes: 1, blockBytes: BLOCK_BYTES, base: undefined, sink, hash, uses })
  await map.keep(0)
  await map.zero(1)
  expect(map.next).toBe(1)
  await map.keep(0)
  await map.zero(0)
  expect((await map.finish()).root).toBeUndefined()
})

describe("a map reader", () => {
  test("gives a subtree without data the digest of zeros, and a disk without data its root", async () => {
    const disk = diskOfGenerations()
    await disk.write({ blocks: 10_000, short: 0, runs: [{ kind: "zero", blocks: 10_000 }] })
    const map = new MapReader(disk.tree, { pages: disk.pages, hash })
    expect(map.tree.root).toBeUndefined()
    for (const level of [0, 1, 2]) expect(await map.digest(level, 0)).toEqual(sha256(Uint8Array.of(2, level)))
    await expectAsModel(disk)
  })

  test("asks for each page once on a walk in order", async () => {
    const disk = diskOfGenerations()
    await disk.write({ blocks: 20_000, short: 0, runs: [{ kind: "put", blocks: 20_000 }] })
    const map = disk.map()
    const before = disk.store.reads
    for (let leaf = 0; leaf < map.leaves; leaf++) await map.leaf(leaf)
    expect(disk.store.reads - before).toBe(map.leaves + 3 + 1)
  })
})
