import { FormatError } from "./format-error.ts"
import { areZeros } from "./hex.ts"
import { DIGEST_BYTES, LEAF_BLOCKS, MAX_PACK_OBJECT_BYTES, MAX_SLOTS_PER_PACK } from "./limits.ts"
import { beginPage, openPage } from "./page.ts"

/** A slot of a data pack, as a block map names it. */
export interface SlotRef {
  /** The data pack's number in the pack table. */
  readonly pack: number
  readonly slot: number
  /** First byte of the slot in the pack, and all its bytes: header, body and tag. */
  readonly offset: number
  readonly length: number
}

/** A leaf of the block map: what 128 adjacent blocks are and where they lie. */
export interface LeafPage {
  /** 128 ids of 32 bytes; a zero block has 32 zero bytes. */
  readonly ids: Uint8Array
  /** The slot that holds each block; absent for a zero block. */
  readonly slots: readonly (SlotRef | undefined)[]
  /** The block's place in its slot. */
  readonly places: Uint8Array
}

const MAX_ZERO_RUN = 128
const DATA_RUN = 0x80

const NO_SLOTS: readonly undefined[] = Array.from<undefined>({ length: LEAF_BLOCKS })

/** A leaf of nothing but zero blocks, which is never stored. */
export function emptyLeaf(): { ids: Uint8Array; slots: (SlotRef | undefined)[]; places: Uint8Array } {
  return {
    ids: new Uint8Array(LEAF_BLOCKS * DIGEST_BYTES),
    slots: NO_SLOTS.slice(),
    places: new Uint8Array(LEAF_BLOCKS),
  }
}

/** docs/format.md, Leaf pages: slots, then runs of zero blocks and of neighbours in one slot, then the ids. */
export function encodeLeafPage(index: number, leaf: LeafPage): Uint8Array {
  const numbers = new Map<string, number>()
  const refs: SlotRef[] = []
  let last = -1
  const numberOf = (ref: SlotRef) => {
    const before = refs[last]
    // Neighbours mostly lie in the same slot.
    if (before?.pack === ref.pack && before.slot === ref.slot) return last
    return (last = findNumber(ref))
  }
  const findNumber = (ref: SlotRef) => {
    const name = `${ref.pack}.${ref.slot}`
    const known = numbers.get(name)
    if (known !== undefined) return known
    numbers.set(name, refs.length)
    return refs.push(ref) - 1
  }
  const slotOf = leaf.slots.map((ref) => (ref === undefined ? undefined : numberOf(ref)))
  const writer = beginPage("mapLeaf", 0, index, 5632).u8(refs.length)
  for (const ref of refs) writer.varint(ref.pack).varint(ref.slot).varint(ref.offset).varint(ref.length)
  const end = slotOf.findLastIndex((slot) => slot !== undefined) + 1
  writer.u8(end)
  for (let block = 0; block < end;) {
    const slot = slotOf[block]
    let next = block + 1
    if (slot === undefined) {
      while (next < end && slotOf[next] === undefined) next++
      writer.u8(next - block - 1)
    } else {
      const place = leaf.places[block] as number
      while (next < end && slotOf[next] === slot && leaf.places[next] === place + next - block) next++
      writer
        .u8(DATA_RUN + next - block - 1)
        .u8(slot)
        .u8(place)
    }
    block = next
  }
  for (const { first, next } of dataRuns(leaf.slots, end))
    writer.bytes(leaf.ids.subarray(first * DIGEST_BYTES, next * DIGEST_BYTES))
  return writer.view()
}

/** Runs of neighbours that hold data, among the blocks before `end`. */
function* dataRuns(
  slots: readonly (SlotRef | undefined)[],
  end: number,
): Generator<{ readonly first: number; readonly next: number }> {
  for (let first = 0; first < end;) {
    let next = first
    while (next < end && slots[next] !== undefined) next++
    if (next > first) yield { first, next }
    first = next + 1
  }
}

/** @throws FormatError */
export function decodeLeafPage(index: number, bytes: Uint8Array): LeafPage {
  const reader = openPage(bytes, "mapLeaf", 0, index)
  const what = `mapLeaf page 0/${index}`
  const refCount = reader.u8()
  if (refCount > LEAF_BLOCKS || refCount === 0)
    throw new FormatError("BadValue", `${what} names ${refCount} slots for ${LEAF_BLOCKS} blocks`)
  const refs: SlotRef[] = []
  for (let count = 0; count < refCount; count++) {
    const ref = { pack: reader.varint(), slot: reader.varint(), offset: reader.varint(), length: reader.varint() }
    if (ref.slot >= MAX_SLOTS_PER_PACK || ref.offset + ref.length > MAX_PACK_OBJECT_BYTES)
      throw new FormatError("BadValue", `${what} names slot ${ref.slot} at byte ${ref.offset} + ${ref.length}`)
    refs.push(ref)
  }
  const end = reader.u8()
  if (end > LEAF_BLOCKS) throw new FormatError("BadValue", `${what} describes ${end} blocks of ${LEAF_BLOCKS}`)
  const leaf = emptyLeaf()
  for (let block = 0; block < end;) {
    const run = reader.u8()
    const length = (run % MAX_ZERO_RUN) + 1
    if (block + length > end)
      throw new FormatError("BadValue", `${what} has a run of ${length} blocks at ${block} of ${end}`)
    if (run >= DATA_RUN) {
      const number = reader.u8()
      const slot = refs[number]
      const place = reader.u8()
      if (slot === undefined) throw new FormatError("BadValue", `${what} uses slot ${number} of ${refCount}`)
      if (place + length > 256) throw new FormatError("BadValue", `${what} uses place ${place + length - 1} of a slot`)
      for (let offset = 0; offset < length; offset++) {
        leaf.slots[block + offset] = slot
        leaf.places[block + offset] = place + offset
      }
    }
    block += length
  }
  let holdsData = false
  for (const { first, next } of dataRuns(leaf.slots, end)) {
    holdsData = true
    const ids = reader.bytes((next - first) * DIGEST_BYTES)
    for (let at = 0; at < ids.length; at += DIGEST_BYTES)
      if (areZeros(ids, at, at + DIGEST_BYTES))
        throw new FormatError("BadValue", `${what} gives block ${first + at / DIGEST_BYTES} the id of zeros`)
    leaf.ids.set(ids, first * DIGEST_BYTES)
  }
  reader.end()
  if (!holdsData) throw new FormatError("BadValue", `${what} holds no data; it should be absent`)
  return leaf
}
