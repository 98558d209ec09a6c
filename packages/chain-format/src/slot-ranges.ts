import { type FetchLimits, nearFetch } from "./fetch-limits.ts"
import type { SlotRef } from "./leaf-page.ts"

/** Slots of a pack that one ranged read fetches, with what little lies between them. */
export interface SlotRange {
  readonly pack: number
  readonly offset: number
  readonly length: number
  /** In the order of their places; each slot once. */
  readonly slots: readonly SlotRef[]
}

/** Divides slots into ranges within limits, or of one slot where that is longer; pack by pack, ascending. */
export function slotRanges(
  slots: readonly SlotRef[],
  { gapBytes, maxBytes }: Pick<FetchLimits, "gapBytes" | "maxBytes"> = nearFetch,
): readonly SlotRange[] {
  const ranges: { pack: number; offset: number; length: number; slots: SlotRef[] }[] = []
  for (const slot of slots.toSorted((a, b) => a.pack - b.pack || a.offset - b.offset)) {
    const range = ranges.at(-1)
    const end = range === undefined ? 0 : range.offset + range.length
    if (range?.pack === slot.pack && range.slots.at(-1)?.slot === slot.slot) continue
    const reach = slot.offset + slot.length
    if (range?.pack === slot.pack && slot.offset - end <= gapBytes && reach - range.offset <= maxBytes) {
      range.slots.push(slot)
      range.length = reach - range.offset
    } else ranges.push({ pack: slot.pack, offset: slot.offset, length: slot.length, slots: [slot] })
  }
  return ranges
}
