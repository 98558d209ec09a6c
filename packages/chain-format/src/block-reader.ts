import { FormatError, isFormatError } from "./format-error.ts"
import { equalBytes, toHex } from "./hex.ts"
import type { BackupId } from "./ids.ts"
import { layout } from "./layout.ts"
import type { SlotRef } from "./leaf-page.ts"
import type { PackTable } from "./pack-table.ts"
import type { PackRecord } from "./pack-table-page.ts"
import type { RepositoryView } from "./repository-view.ts"
import { openSlot } from "./slot.ts"

/** Slots nearer to each other than this are fetched with what lies between them. */
const MAX_GAP_BYTES = 64 << 10
const MAX_FETCH_BYTES = 8 << 20
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
        if (plain === undefined) missing.push(slot)
        else place(plain, blocks, into, prove)
      }
      for (const range of coalesce(missing)) {
        const record = await recordOf(range[0]?.pack as number)
        await fetchSlots(record, range, signal, (slot, plain) => {
          kept.set(nameOf(slot), plain)
          const oldest = kept.keys().next()
          if (kept.size > KEPT_SLOTS && oldest.done !== true) kept.delete(oldest.value)
          place(plain, bySlot.get(nameOf(slot))?.blocks ?? [], into, prove)
        })
      }
    },
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

  async function recordOf(pack: number): Promise<PackRecord> {
    const record = await table.record(pack)
    if (record === undefined)
      throw new FormatError(
        "Inconsistent",
        `${view.name}: a block lies in pack ${pack}, which the pack table does not list`,
      )
    return record
  }

  async function fetchSlots(
    record: PackRecord,
    slots: readonly SlotRef[],
    signal: AbortSignal | undefined,
    opened: (slot: SlotRef, plain: Uint8Array) => void,
  ): Promise<void> {
    const key = layout.pack(backup, record.session, record.number)
    const opening = view.suite.openByHint("dataPack", key, record.hint)
    const fetchRange = async (offset: number, length: number, oldest: boolean) => {
      const bytes = await view.readPack(key, { range: { offset, length }, oldest, ...(signal && { signal }) })
      if (bytes === undefined) throw new FormatError("Missing", `${view.name}: pack ${key} is missing`)
      return bytes
    }
    const open = (slot: SlotRef, bytes: Uint8Array) => {
      const { header, plain } = openSlot(bytes, { opening, codec: view.codec })
      if (header.number !== slot.slot)
        throw new FormatError(
          "Inconsistent",
          `${view.name}: ${key} holds slot ${header.number} where slot ${slot.slot} should be`,
        )
      return plain
    }
    const first = slots[0] as SlotRef
    const last = slots.at(-1) as SlotRef
    const bytes = await fetchRange(first.offset, last.offset + last.length - first.offset, false)
    for (const slot of slots) {
      const at = slot.offset - first.offset
      let plain: Uint8Array
      try {
        plain = open(slot, bytes.subarray(at, at + slot.length))
      } catch (error) {
        // What fails to open is read once more, by its oldest version, before anybody calls it damage.
        if (!isFormatError(error)) throw error
        plain = open(slot, await fetchRange(slot.offset, slot.length, true))
      }
      opened(slot, plain)
    }
  }
}

/** Slots in the order of their places, in groups that one ranged read fetches. */
function coalesce(slots: readonly SlotRef[]): readonly (readonly SlotRef[])[] {
  const groups: SlotRef[][] = []
  for (const slot of slots.toSorted((a, b) => a.pack - b.pack || a.offset - b.offset)) {
    const group = groups.at(-1)
    const first = group?.[0]
    const last = group?.at(-1)
    const near =
      first !== undefined &&
      last !== undefined &&
      first.pack === slot.pack &&
      slot.offset - (last.offset + last.length) <= MAX_GAP_BYTES &&
      slot.offset + slot.length - first.offset <= MAX_FETCH_BYTES
    if (near) group?.push(slot)
    else groups.push([slot])
  }
  return groups
}
