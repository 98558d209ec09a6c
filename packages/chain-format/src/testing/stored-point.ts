import { editPackTable, type NewPack } from "../edit-pack-table.ts"
import type { BackupId, SessionId } from "../ids.ts"
import { layout } from "../layout.ts"
import type { SlotRef } from "../leaf-page.ts"
import { placesPerSlot } from "../limits.ts"
import { MapWriter } from "../map-writer.ts"
import { dataPackWriter, mapPackWriter } from "../pack-writer.ts"
import { PackUses } from "../pack-uses.ts"
import { pageReader } from "../page-reader.ts"
import type { PageSink } from "../page-sink.ts"
import type { PointTree } from "../point-tree.ts"
import type { MemoryView } from "./memory-view.ts"

export const backup = "b".repeat(32) as BackupId
export const session = "5".repeat(32) as SessionId
export const BLOCK_BYTES = 32 << 10

/**
 * Stores a disk as a point of its own: blocks in data packs of some slots, pages in one map pack. A block of `undefined`
 * is zero. Gives what a manifest would name.
 */
export async function storePoint(
  view: MemoryView,
  blocks: readonly (Uint8Array | undefined)[],
  slotsPerPack = 3,
): Promise<PointTree> {
  const { suite, codec, sha256, hash } = view
  const packBytes = 64 << 20
  const keyOf = (number: number) => layout.pack(backup, session, number)
  const begin = (number: number) => dataPackWriter({ suite, codec, level: 3, objectKey: keyOf(number), packBytes })
  const refs = new Map<number, { slot: SlotRef; place: number }>()
  const newPacks = new Map<number, NewPack>()
  const stored = [...blocks.keys()].filter((block) => blocks[block] !== undefined)
  let number = 1
  let pack = begin(number)
  const close = () => {
    const bytes = pack.finish()
    view.objects.set(keyOf(number), bytes)
    newPacks.set(number - 1, { session, number, hint: pack.hint, storedBytes: bytes.length, lockedUntilMs: 0 })
    pack = begin(++number)
  }
  const stride = placesPerSlot(BLOCK_BYTES)
  for (let first = 0; first < stored.length; first += stride) {
    const members = stored.slice(first, first + stride)
    const plain = new Uint8Array(members.length * BLOCK_BYTES)
    for (const [place, block] of members.entries()) plain.set(blocks[block] as Uint8Array, place * BLOCK_BYTES)
    const runs = members.map((block) => ({ first: block, count: 1 }))
    const { slot, offset, storedBytes } = pack.add(plain, { disk: 0, runs })
    const ref = { pack: number - 1, slot, offset, length: storedBytes }
    for (const [place, block] of members.entries()) refs.set(block, { slot: ref, place })
    if (pack.slots === slotsPerPack) close()
  }
  if (pack.slots > 0) close()
  const nextPack = number - 1

  const map = mapPackWriter({ suite, codec, level: 3, objectKey: keyOf(number), packBytes })
  let liveBytes = 0
  const sink: PageSink = {
    async write(record, page, digest) {
      const { offset, storedBytes } = map.add(page, record)
      liveBytes += storedBytes
      return { pack: 0, offset, length: storedBytes, digest }
    },
    drop(pointer) {
      liveBytes -= pointer.length
    },
  }
  const uses = new PackUses(BLOCK_BYTES)
  const sizeBytes = blocks.length * BLOCK_BYTES
  const writer = new MapWriter({ disk: 0, sizeBytes, blockBytes: BLOCK_BYTES, base: undefined, sink, hash, uses })
  for (const [block, bytes] of blocks.entries()) {
    const ref = refs.get(block)
    if (bytes === undefined || ref === undefined) await writer.zero(1)
    else await writer.put(sha256(bytes), ref.slot, ref.place)
  }
  const { root } = await writer.finish()
  const nothing = async (): Promise<never> => {
    throw new Error("a first point reads no page")
  }
  const pages = pageReader({ read: nothing, prefetch: nothing }, { hash, sha256 })
  const options = { pages, sink, sha256, changes: uses.take(), newPacks, nextPack }
  const table = await editPackTable({ nextPack: 0, root: undefined }, options)
  const bytes = map.finish()
  view.objects.set(keyOf(number), bytes)
  return {
    blockBytes: BLOCK_BYTES,
    disks: [{ name: "sda", sizeBytes, ...(root !== undefined && { map: root }) }],
    ...(table.root !== undefined && { table: table.root }),
    nextPack,
    mapPacks: [{ pack: 0, session, number, hint: map.hint, storedBytes: bytes.length, liveBytes }],
    nextMapPack: 1,
  }
}
