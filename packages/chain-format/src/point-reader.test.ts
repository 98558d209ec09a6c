import { beforeEach, describe, expect, test } from "vitest"
import type { WantedBlock } from "./block-reader.ts"
import { layout } from "./layout.ts"
import { LEAF_BLOCKS } from "./limits.ts"
import { type PointReader, pointReader } from "./point-reader.ts"
import type { PointTree } from "./point-tree.ts"
import { type MemoryView, memoryView } from "./testing/memory-view.ts"
import { backup, BLOCK_BYTES, session, storePoint } from "./testing/stored-point.ts"

/** Every fifth block is zero; the others are all different and do not compress away. */
const blocks = Array.from({ length: 700 }, (_, block) =>
  block % 5 === 4 ? undefined : new Uint8Array(BLOCK_BYTES).fill(block % 251).fill(block >> 3, 100, 9000),
)

let view: MemoryView
let tree: PointTree
beforeEach(async () => {
  view = memoryView()
  tree = await storePoint(view, blocks)
})

const packKey = (number: number) => layout.pack(backup, session, number)

async function wantedBlocks(reader: PointReader, from: number, to: number): Promise<WantedBlock[]> {
  const wanted: WantedBlock[] = []
  for (let block = from; block < to; block++) {
    const leaf = await reader.map(0).leaf(Math.floor(block / LEAF_BLOCKS))
    const at = block % LEAF_BLOCKS
    const slot = leaf?.slots[at]
    if (leaf === undefined || slot === undefined) continue
    const id = leaf.ids.subarray(at * 32, at * 32 + 32)
    wanted.push({ slot, place: leaf.places[at] as number, id, at: (block - from) * BLOCK_BYTES })
  }
  return wanted
}

async function readDisk(reader: PointReader, prove = true, from = 0, to = blocks.length): Promise<Uint8Array> {
  const into = new Uint8Array((to - from) * BLOCK_BYTES)
  await reader.blocks.read(await wantedBlocks(reader, from, to), into, { prove })
  return into
}

function expected(from = 0, to = blocks.length): Uint8Array {
  const bytes = new Uint8Array((to - from) * BLOCK_BYTES)
  for (let block = from; block < to; block++) {
    const stored = blocks[block]
    if (stored !== undefined) bytes.set(stored, (block - from) * BLOCK_BYTES)
  }
  return bytes
}

describe("a stored point", () => {
  test("is read back, each pack in one request", async () => {
    const reader = pointReader(view, backup, tree)
    const wanted = await wantedBlocks(reader, 0, blocks.length)
    for (let pack = 0; pack < tree.nextPack; pack++) await reader.table.record(pack)
    view.requests.packReads = 0
    const into = new Uint8Array(blocks.length * BLOCK_BYTES)
    await reader.blocks.read(wanted, into, { prove: true })
    expect(Buffer.from(into).equals(expected())).toBe(true)
    expect(view.requests.packReads).toBe(tree.nextPack)
  })

  test("gives any part in the order that is asked for, and remembers the slots it opened last", async () => {
    const reader = pointReader(view, backup, tree)
    expect(Buffer.from(await readDisk(reader, true, 300, 310)).equals(expected(300, 310))).toBe(true)
    view.requests.packReads = 0
    expect(Buffer.from(await readDisk(reader, true, 302, 308)).equals(expected(302, 308))).toBe(true)
    expect(view.requests.packReads).toBe(0)
    const backwards = (await wantedBlocks(reader, 0, 100)).toReversed()
    const into = new Uint8Array(100 * BLOCK_BYTES)
    await reader.blocks.read(backwards, into, { prove: true })
    expect(Buffer.from(into).equals(expected(0, 100))).toBe(true)
  })

  test("forgets slots that it opened long ago: memory does not grow with what was read", async () => {
    const reader = pointReader(view, backup, tree)
    await readDisk(reader)
    view.requests.packReads = 0
    await readDisk(reader, true, 0, 3)
    expect(view.requests.packReads).toBe(1)
  })

  test("lists the packs it uses, with all their positions", async () => {
    const { table } = pointReader(view, backup, tree)
    let positions = 0
    let packs = 0
    for await (const { pack, record } of table.records()) {
      expect(pack).toBe(packs++)
      expect(record.storedBytes).toBe(view.objects.get(packKey(record.number))?.length)
      for (const { count } of record.live) positions += count
    }
    expect(packs).toBe(tree.nextPack)
    expect(positions).toBe(blocks.filter((block) => block !== undefined).length)
  })

  test("fetches pages that lie together in one request, and none twice", async () => {
    const reader = pointReader(view, backup, tree)
    const map = reader.map(0)
    await map.pointer(0, 0)
    view.requests.packReads = 0
    await map.prefetch(Array.from({ length: map.leaves }, (_, leaf) => leaf))
    expect(view.requests.packReads).toBe(1)
    for (let leaf = 0; leaf < map.leaves; leaf++) await map.leaf(leaf)
    await reader.map(0).leaf(2)
    expect(view.requests.packReads).toBe(1)
  })

  test("has no disk past its last", () => {
    expect(() => pointReader(view, backup, tree).map(1)).toThrow(expect.objectContaining({ code: "Inconsistent" }))
  })
})

describe("what lies over a pack", () => {
  const flip = (bytes: Uint8Array, at: number) => bytes.map((byte, index) => (index === at ? byte ^ 1 : byte))

  test.each(["data", "map"])("does not keep a point from being read by its oldest version: %s pack", async (kind) => {
    const key = packKey(kind === "data" ? 1 : tree.nextPack + 1)
    const bytes = view.objects.get(key) as Uint8Array
    // Every slot but the first is harmed, the footer too.
    view.newest.set(
      key,
      bytes.map((byte, at) => (at > 400 ? byte ^ 1 : byte)),
    )
    const reader = pointReader(view, backup, tree)
    expect(Buffer.from(await readDisk(reader)).equals(expected())).toBe(true)
  })

  test("is damage when the oldest version is harmed as well", async () => {
    const bytes = view.objects.get(packKey(1)) as Uint8Array
    view.objects.set(packKey(1), flip(bytes, 100))
    await expect(readDisk(pointReader(view, backup, tree))).rejects.toMatchObject({ code: "Unopenable" })
  })

  test("and a pack cut short is Truncated", async () => {
    view.objects.set(packKey(1), (view.objects.get(packKey(1)) as Uint8Array).subarray(0, 100))
    await expect(readDisk(pointReader(view, backup, tree))).rejects.toMatchObject({ code: "Truncated" })
  })

  test.each([1, -1])("and a missing pack is Missing", async (which) => {
    view.objects.delete(packKey(which === 1 ? 1 : tree.nextPack + 1))
    await expect(readDisk(pointReader(view, backup, tree))).rejects.toMatchObject({ code: "Missing" })
  })

  test("and a block that is not what its id says is found where that is asked for", async () => {
    const reader = pointReader(view, backup, tree)
    const into = new Uint8Array(BLOCK_BYTES)
    const [block] = await wantedBlocks(reader, 7, 8)
    const lying = [{ ...(block as WantedBlock), id: new Uint8Array(32).fill(9) }]
    await expect(reader.blocks.read(lying, into, { prove: true })).rejects.toMatchObject({ code: "Inconsistent" })
    await reader.blocks.read(lying, into, { prove: false })
    expect(into).toEqual(blocks[7])
  })

  test.each([
    { what: "a place that the slot does not have", change: { place: 200 } },
    { what: "a slot of another number", change: { slot: { slot: 1 } } },
    { what: "a pack that the table does not list", change: { slot: { pack: 99 } } },
  ])("and a map that names $what is found", async ({ change }) => {
    const reader = pointReader(view, backup, tree)
    const [block] = (await wantedBlocks(reader, 7, 8)) as [WantedBlock]
    const lying = { ...block, ...change, slot: { ...block.slot, ...change.slot } } as WantedBlock
    const read = reader.blocks.read([lying], new Uint8Array(BLOCK_BYTES), { prove: false })
    await expect(read).rejects.toMatchObject({ code: "Inconsistent" })
  })

  test("and a page in another's place is found by its digest", async () => {
    const reader = pointReader(view, backup, tree)
    const first = await reader.map(0).pointer(0, 0)
    const second = await reader.map(0).pointer(0, 1)
    const mixed = { ...second, digest: first?.digest } as NonNullable<typeof second>
    await expect(reader.pages.leaf(mixed, 1)).rejects.toMatchObject({ code: "Inconsistent" })
    await expect(reader.pages.leaf({ ...mixed, pack: 5 }, 1)).rejects.toMatchObject({ code: "Inconsistent" })
  })
})
