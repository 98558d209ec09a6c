import { FormatError, isFormatError, withKey } from "./format-error.ts"
import { equalBytes, toHex } from "./hex.ts"
import type { BackupId } from "./ids.ts"
import type { SlotRef } from "./leaf-page.ts"
import type { PackTable } from "./pack-table.ts"
import type { RepositoryView } from "./repository-view.ts"
import { openSlot } from "./slot.ts"
import { slotRanges } from "./slot-ranges.ts"
import { fetchPack, locatePack, type StoredPack } from "./stored-pack.ts"

/** Opened slots kept for the next call. */
const KEPT_SLOTS = 4

/** A block to read: where it lies, and where its bytes go. */
export interface WantedBlock {
  readonly slot: SlotRef
  readonly place: number
  /** What it must hash to, 32 bytes. */
  readonly id: Uint8Array
  /** Offset in the target. */
  readonly at: number
}

export interface BlockReader {
  /**
   * Reads blocks into `into`: neighbouring slots in one ranged read, each slot opened once. With `prove` every block is
   * hashed and held against its id.
   * @throws FormatError `Missing` if a pack is not there; anything else is damage
   */
  read(
    wanted: readonly WantedBlock[],
    into: Uint8Array,
    options: { readonly prove: boolean; readonly signal?: AbortSignal },
  ): Promise<void>
}

/** Reads stored blocks of a point. */
export function blockReader(
  view: RepositoryView,
  { backup, blockBytes, table }: { readonly backup: BackupId; readonly blockBytes: number; readonly table: PackTable },
): BlockReader {
  const kept = new Map<string, Uint8Array>()
  /** Memory of the last range, while nobody reads into it. */
  let spare: Uint8Array | undefined
  const nameOf = (slot: SlotRef) => `${slot.pack}.${slot.slot}`

  return {
    async read(wanted, into, { prove, signal }) {
      const bySlot = new Map<string, { slot: SlotRef; blocks: WantedBlock[] }>()
      for (const block of wanted) {
        const name = nameOf(block.slot)
        const known = bySlot.get(name)
        if (known === undefined) bySlot.set(name, { slot: block.slot, blocks: [block] })
        else known.blocks.push(block)
      }
      const missing: SlotRef[] = []
      for (const [name, { slot, blocks }] of bySlot) {
        const plain = kept.get(name)
        try {
          if (plain === undefined) missing.push(slot)
          else place(plain, blocks, into, prove)
        } catch (error) {
          // What was kept without being proven may be what lies over the oldest version.
          if (!isFormatError(error)) throw error
          missing.push(slot)
        }
      }
      for (const { pack, slots: range } of slotRanges(missing, view.fetch)) {
        await fetchSlots(await locatePack(view, { backup, table }, pack), range, signal, (slot, plain) => {
          keep(nameOf(slot), plain)
          place(plain, bySlot.get(nameOf(slot))?.blocks ?? [], into, prove)
        })
      }
    },
  }

  function keep(name: string, plain: Uint8Array): void {
    kept.set(name, plain)
    const oldest = kept.entries().next()
    if (kept.size <= KEPT_SLOTS || oldest.done === true) return
    kept.delete(oldest.value[0])
    view.codec.release?.(oldest.value[1])
  }

  function place(plain: Uint8Array, blocks: readonly WantedBlock[], into: Uint8Array, prove: boolean): void {
    for (const block of blocks) {
      const bytes = plain.subarray(block.place * blockBytes, (block.place + 1) * blockBytes)
      if (bytes.length !== blockBytes)
        throw new FormatError(
          "Inconsistent",
          `slot ${block.slot.slot} of ${plain.length} bytes has no block at place ${block.place}`,
        )
      if (prove && !equalBytes(view.sha256(bytes), block.id))
        throw new FormatError(
          "Inconsistent",
          `block at place ${block.place} of slot ${block.slot.slot} is not ${toHex(block.id)}`,
        )
      into.set(bytes, block.at)
    }
  }

  async function fetchSlots(
    { key, hint }: StoredPack,
    slots: readonly SlotRef[],
    signal: AbortSignal | undefined,
    opened: (slot: SlotRef, plain: Uint8Array) => void,
  ): Promise<void> {
    const opening = view.suite.openByHint("dataPack", key, hint)
    const fetchRange = async (offset: number, length: number, oldest: boolean, into?: Uint8Array) =>
      fetchPack(view, key, { range: { offset, length }, oldest, ...(into && { into }), ...(signal && { signal }) })
    const open = (slot: SlotRef, bytes: Uint8Array) => {
      const { header, plain } = withKey(key, () => openSlot(bytes, { opening, codec: view.codec, length: slot.length }))
      if (header.number !== slot.slot)
        throw new FormatError(
          "Inconsistent",
          `${view.name}: ${key} holds slot ${header.number} where slot ${slot.slot} should be`,
        )
      // What was stored as it is lies in what was fetched, whose memory is used again.
      return header.compressed ? plain : plain.slice()
    }
    const first = slots[0] as SlotRef
    const last = slots.at(-1) as SlotRef
    const length = last.offset + last.length - first.offset
    const memory = spare !== undefined && spare.length >= length ? spare : new Uint8Array(length)
    spare = undefined
    const bytes = await fetchRange(first.offset, length, false, memory)
    for (const slot of slots) {
      const at = slot.offset - first.offset
      try {
        opened(slot, open(slot, bytes.subarray(at, at + slot.length)))
      } catch (error) {
        // What is not what it should be is read once more, by its oldest version, before anybody calls it damage.
        if (!isFormatError(error)) throw error
        opened(slot, open(slot, await fetchRange(slot.offset, slot.length, true)))
      }
    }
    spare = memory
  }
}
