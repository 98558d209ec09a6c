import { formatDay } from "./calendar.ts"
import { flagExpires } from "./flag-expiry.ts"
import { type GfsSlot, slotAfter, slotAt } from "./gfs-slot.ts"
import { type GfsLevel, gfsLevels, type PolicyInForce, type RetentionPolicy } from "./policy.ts"
import type { RetentionPoint } from "./retention-point.ts"
import { type Zone, zoneOf } from "./zone.ts"

const TOLD_DAYS = 7

/** A slot with its dates; a point of its span is what fills it. */
export interface DatedSlot {
  readonly level: GfsLevel
  readonly id: string
  /** The day it opens, and the one on which the next of its level does. */
  readonly opens: string
  readonly closes: string
  readonly opensAtMs: number
  readonly closesAtMs: number
}

/** The open slot of every level that is on, and the one after it. @throws RetentionError `BadZone` */
export function nextSlots(
  policy: RetentionPolicy,
  nowMs: number,
): readonly { readonly level: GfsLevel; readonly open: DatedSlot; readonly next: DatedSlot }[] {
  const zone = zoneOf(policy.zone)
  const today = zone.dayOf(nowMs)
  return gfsLevels.flatMap((level) => {
    const open = slotAt(policy, level, today)
    const next = open && slotAfter(policy, open)
    return open && next ? [{ level, open: dated(open, zone), next: dated(next, zone) }] : []
  })
}

/**
 * Slots that have closed since the policy is in force and the first point was made, and that no point has filled: nothing
 * was stored in their span, or nothing good. They are told of for a week, and as long as a flag of their first day would
 * run. Points that were removed and are still known should be given: one of theirs may have filled a slot, and be over.
 * @throws RetentionError `BadPoint`, `BadZone`
 */
export function missedSlots(
  points: readonly RetentionPoint[],
  policy: PolicyInForce,
  nowMs: number,
  { removed = [] }: { readonly removed?: readonly RetentionPoint[] } = {},
): readonly DatedSlot[] {
  const zone = zoneOf(policy.zone)
  const today = zone.dayOf(nowMs)
  const firstMs = points.reduce((least, { atMs }) => Math.min(least, atMs), Infinity)
  if (firstMs === Infinity) return []
  const filled = new Set([...points, ...removed].flatMap(({ gfs }) => gfs))
  const missed: DatedSlot[] = []
  for (const level of gfsLevels) {
    const from = zone.dayOf(Math.max(firstMs, policy.since[level] ?? 0))
    for (
      let slot = slotAt(policy, level, from);
      slot !== undefined && slot.closes <= today;
      slot = slotAfter(policy, slot)
    )
      if (
        slot.spanEnds > from &&
        !filled.has(slot.id) &&
        Math.max(flagExpires(policy, level, slot.opens), slot.closes + TOLD_DAYS) > today
      )
        missed.push(dated(slot, zone))
  }
  return missed
}

function dated({ level, id, opens, closes }: GfsSlot, zone: Zone): DatedSlot {
  const [opensAtMs, closesAtMs] = [zone.startOf(opens), zone.startOf(closes)]
  return { level, id, opens: formatDay(opens), closes: formatDay(closes), opensAtMs, closesAtMs }
}
