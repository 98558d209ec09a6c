import {
  type BackupId,
  fetchPack,
  FormatError,
  LEAF_BLOCKS,
  locatePack,
  type MapReader,
  nearFetch,
  type PackTable,
  type RepositoryView,
  type SlotRange,
  slotRanges,
  type SlotRef,
} from "@bcopy/chain-format"
import type { SealedSlots } from "@bcopy/source"
import type { ReadAhead } from "./read-ahead.ts"

/** Where the blocks of a disk are listed. */
export interface SealedPlace {
  readonly backup: BackupId
  readonly table: PackTable
  readonly map: MapReader
}

/** A slot, and the blocks wanted of it. */
interface WantedSlot {
  readonly slot: SlotRef
  readonly blocks: { readonly place: number; readonly index: number }[]
}

/** Whoever reads ahead, and what it is asked for. */
export interface ReadSlotsOptions {
  readonly ahead: ReadAhead | undefined
  readonly signal: AbortSignal | undefined
}

/**
 * Fetches the slots of these blocks into the beginning of `into`, neighbours in one ranged read; `undefined` if they take
 * more room. @throws FormatError `Missing` if a pack is not there; anything else is damage
 */
export async function readSealedSlots(
  view: RepositoryView,
  place: SealedPlace,
  blocks: readonly number[],
  into: Uint8Array,
  { ahead, signal }: ReadSlotsOptions,
): Promise<readonly SealedSlots[] | undefined> {
  const wanted = await slotsOf(place.map, blocks)
  const slots = [...wanted.values()].map(({ slot }) => slot)
  try {
    // What was read ahead is put together slot by slot, without what lies between them.
    const { gapBytes } = ahead === undefined ? (view.fetch ?? nearFetch) : { gapBytes: 0 }
    const ranges = slotRanges(slots, { gapBytes, maxBytes: into.length })
    if (ranges.reduce((sum, { length }) => sum + length, 0) > into.length) return undefined
    const packs: SealedSlots[] = []
    let filled = 0
    for (const range of ranges) {
      const { key, hint } = await locatePack(view, place, range.pack)
      const memory = into.subarray(filled, filled + range.length)
      const bytes =
        (await takeAhead(ahead, range, memory, signal)) ??
        (await fetchPack(view, key, { range, into: memory, ...(signal && { signal }) }))
      if (bytes.buffer !== into.buffer) memory.set(bytes)
      packs.push({ key, hint, bytes: memory.subarray(0, bytes.length), ...wordsOf(range, wanted) })
      filled += range.length
    }
    return packs
  } finally {
    ahead?.release(slots, signal)
  }
}

/** Says that the slots of these blocks will be read together. */
export async function announceSlots(
  ahead: ReadAhead,
  map: MapReader,
  blocks: readonly number[],
  signal: AbortSignal | undefined,
): Promise<void> {
  const wanted = await slotsOf(map, blocks)
  ahead.announce(
    [...wanted.values()].map(({ slot }) => slot),
    signal,
  )
}

/** Fills a range with slots that were read ahead; `undefined` unless all of them were. */
async function takeAhead(
  ahead: ReadAhead | undefined,
  { offset, slots }: SlotRange,
  memory: Uint8Array,
  signal: AbortSignal | undefined,
): Promise<Uint8Array | undefined> {
  for (const slot of slots) {
    const bytes = await ahead?.read(slot, signal)
    if (bytes === undefined) return undefined
    memory.set(bytes, slot.offset - offset)
    // The pack ends here.
    if (bytes.length < slot.length) return memory.subarray(0, slot.offset - offset + bytes.length)
  }
  return memory
}

async function slotsOf(map: MapReader, blocks: readonly number[]): Promise<ReadonlyMap<string, WantedSlot>> {
  const wanted = new Map<string, WantedSlot>()
  for (const [index, block] of blocks.entries()) {
    const leaf = await map.leaf(Math.floor(block / LEAF_BLOCKS))
    const at = block % LEAF_BLOCKS
    const slot = leaf?.slots[at]
    if (leaf === undefined || slot === undefined)
      throw new FormatError("Inconsistent", `block ${block} is asked for as a slot, and is a zero block`)
    const one = { place: leaf.places[at] as number, index }
    const known = wanted.get(nameOf(slot))
    if (known === undefined) wanted.set(nameOf(slot), { slot, blocks: [one] })
    else known.blocks.push(one)
  }
  return wanted
}

function nameOf({ pack, slot }: SlotRef): string {
  return `${pack}.${slot}`
}

function wordsOf(range: SlotRange, wanted: ReadonlyMap<string, WantedSlot>): Pick<SealedSlots, "slots" | "blocks"> {
  const slots: number[] = []
  const blocks: number[] = []
  for (const [at, slot] of range.slots.entries()) {
    slots.push(slot.slot, slot.offset - range.offset, slot.length)
    for (const { place, index } of wanted.get(nameOf(slot))?.blocks ?? []) blocks.push(at, place, index)
  }
  return { slots: Uint32Array.from(slots), blocks: Uint32Array.from(blocks) }
}
