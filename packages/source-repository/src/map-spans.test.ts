import { type MapReader, pointReader } from "@bcopy/chain-format"
import type { Span, SpanOptions } from "@bcopy/source"
import { expect, test } from "vitest"
import { mapSpans } from "./map-spans.ts"
import { WrittenRepository } from "./testing/written-repository.ts"

const BLOCK_BYTES = 64 << 10
const GIB = 1 << 30

/** Which blocks hold what: equal numbers are equal content. */
type Content = ReadonlyMap<number, number>

/** Block maps of disks, as points of one workload, each read through requests of its own. */
async function mapsOf(...disks: readonly { sizeBytes: number; content: Content }[]) {
  const repository = new WrittenRepository()
  const made = new Map<number, Uint8Array>()
  const blockOf = (seed: number) => {
    const block = made.get(seed) ?? new Uint8Array(BLOCK_BYTES).fill((seed % 255) + 1)
    block[0] = seed >> 8
    made.set(seed, block)
    return block
  }
  const maps: MapReader[] = []
  for (const { sizeBytes, content } of disks) {
    const blocks = new Map([...content].map(([block, seed]) => [block, blockOf(seed)]))
    const manifest = await repository.addPoint({
      job: "nightly",
      workload: "web",
      disks: [{ name: "sda", sizeBytes, blocks }],
    })
    maps.push(pointReader(repository.view, repository.placeOf("nightly", "web").backup, manifest).map(0))
  }
  repository.requests.length = 0
  return { repository, maps }
}

async function spansOf(map: MapReader | undefined, options: SpanOptions = {}): Promise<Span[]> {
  const spans: Span[] = []
  for await (const span of mapSpans(map as MapReader, options)) spans.push(span)
  return spans
}

function shape(spans: readonly Span[]): string {
  return spans.map(({ kind, first, count }) => `${kind} ${first}+${count}`).join(", ")
}

function everyNth(step: number, blocks: number, seed: number): Map<number, number> {
  const content = new Map<number, number>()
  for (let block = 0; block < blocks; block += step) content.set(block, seed)
  return content
}

test("a change of one block in a 64 GiB disk is found by as many pages as the trees are high", async () => {
  const sizeBytes = 64 * GIB
  const before = everyNth(256, sizeBytes / BLOCK_BYTES, 1)
  const after = new Map(before).set(777_777, 2)
  const { repository, maps } = await mapsOf({ sizeBytes, content: before }, { sizeBytes, content: after })
  const [base, map] = maps
  const spans = await spansOf(map, { base: base as MapReader })
  const leaf = Math.floor(777_777 / 128) * 128
  const rest = sizeBytes / BLOCK_BYTES - leaf - 128
  expect(shape(spans)).toBe(`unchanged 0+${leaf}, data ${leaf}+128, unchanged ${leaf + 128}+${rest}`)
  expect(map?.height).toBe(3)
  // Both sides' inner pages on the way down, and the changed leaf.
  expect(repository.requests).toHaveLength(3 + 3 + 1)
})

test("two maps of the same content are told apart from nothing by no page at all", async () => {
  const disk = { sizeBytes: 4 * GIB, content: everyNth(100, (4 * GIB) / BLOCK_BYTES, 1) }
  const { repository, maps } = await mapsOf(disk, disk)
  expect(shape(await spansOf(maps[1], { base: maps[0] as MapReader }))).toBe("unchanged 0+65536")
  expect(repository.requests).toEqual([])
})

test("a whole 4 GiB disk is walked in far fewer requests than it has leaves", async () => {
  const { repository, maps } = await mapsOf({ sizeBytes: 4 * GIB, content: everyNth(128, 65_536, 1) })
  expect(await spansOf(maps[0])).toHaveLength(512)
  expect(repository.requests.length).toBeLessThanOrEqual(32)
})

test("changes go both ways: data that became zero, and zeros that became data", async () => {
  const sizeBytes = 1000 * BLOCK_BYTES
  const { maps } = await mapsOf(
    {
      sizeBytes,
      content: new Map([
        [5, 1],
        [300, 1],
      ]),
    },
    {
      sizeBytes,
      content: new Map([
        [300, 1],
        [900, 1],
      ]),
    },
  )
  expect(shape(await spansOf(maps[1], { base: maps[0] as MapReader }))).toBe(
    "zero 0+128, unchanged 128+768, data 896+104",
  )
})

test("ids come with data: those of the blocks, zeros for zero blocks", async () => {
  const { repository, maps } = await mapsOf({ sizeBytes: 3 * BLOCK_BYTES, content: new Map([[1, 7]]) })
  const [span] = await spansOf(maps[0])
  const block = new Uint8Array(BLOCK_BYTES).fill(8)
  block[0] = 0
  const ids = new Uint8Array(96)
  ids.set(repository.view.sha256(block), 32)
  expect(span).toEqual({ kind: "data", first: 0, count: 3, ids, slots: new Uint32Array(3) })
})

test("against a base of another size nothing is unchanged, and nothing of the base is read", async () => {
  const content = new Map([[3, 1]])
  const { repository, maps } = await mapsOf(
    { sizeBytes: 200 * BLOCK_BYTES, content },
    { sizeBytes: 201 * BLOCK_BYTES, content },
  )
  const alone = await spansOf(maps[1])
  const { length } = repository.requests
  expect(shape(await spansOf(maps[1], { base: maps[0] as MapReader }))).toBe(shape(alone))
  expect(shape(alone)).toBe("data 0+128, zero 128+73")
  expect(repository.requests).toHaveLength(length)
})

test.each([
  [0, "data 0+128, zero 128+256, data 384+116"],
  [100, "data 100+28, zero 128+256, data 384+116"],
  [128, "zero 128+256, data 384+116"],
  [200, "zero 200+184, data 384+116"],
  [499, "data 499+1"],
  [500, ""],
])("spans from block %i on begin there", async (from, expected) => {
  const content = new Map([
    [0, 1],
    [127, 2],
    [499, 3],
  ])
  const { maps } = await mapsOf({ sizeBytes: 500 * BLOCK_BYTES - 17, content })
  const spans = await spansOf(maps[0], { from })
  expect(shape(spans)).toBe(expected)
  for (const { kind, count, ids } of spans) expect(ids?.length).toBe(kind === "data" ? count * 32 : undefined)
})

test("a start in the middle of a large disk costs no page in front of it", async () => {
  const blocks = (16 * GIB) / BLOCK_BYTES
  const { repository, maps } = await mapsOf({ sizeBytes: 16 * GIB, content: everyNth(128, blocks, 1) })
  const spans = await spansOf(maps[0], { from: blocks - 128 })
  expect(shape(spans)).toBe(`data ${blocks - 128}+128`)
  // Two inner pages, then the leaves of the last one of them together.
  expect(repository.requests).toHaveLength(3)
})

test("a disk of zeros and a disk of nothing are one span and none, without a page", async () => {
  const { repository, maps } = await mapsOf(
    { sizeBytes: 2 ** 41, content: new Map() },
    { sizeBytes: 0, content: new Map() },
  )
  expect(shape(await spansOf(maps[0]))).toBe(`zero 0+${2 ** 25}`)
  expect(await spansOf(maps[1])).toEqual([])
  expect(repository.requests).toEqual([])
})
