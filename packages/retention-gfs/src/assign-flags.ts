import { flagExpires } from "./flag-expiry.ts"
import { levelOfSlot, slotAt } from "./gfs-slot.ts"
import { type GfsLevel, gfsLevels, type PolicyInForce } from "./policy.ts"
import { byOrder, inOrder, isEligible, type RetentionPoint } from "./retention-point.ts"
import { zoneOf } from "./zone.ts"

/** Slots that a point is to fill, beside those it does. */
export interface FlagGrant {
  readonly id: string
  readonly gfs: readonly string[]
}

export interface AssignFlagsOptions {
  readonly nowMs: number
  /** The point that is about to be stored. */
  readonly incoming?: RetentionPoint
  /** Points that were removed and may still be known: what expired has filled its slot, what was removed by hand has not. */
  readonly removed?: readonly RetentionPoint[]
  /** Whether the chain is new to the policy as a whole, as one that was brought over: it was in force from the first point. */
  readonly seeded?: boolean
}

/**
 * Which slots the points of a workload are to fill: the first eligible point with its time in a slot's span takes the
 * flag, for good. What is incoming may take every empty slot; points that are there already take those of a level that
 * came into force after them. A slot that was open when its level came into force counts only if its own span was not over
 * then. A point that comes late takes a flag only if that still keeps it.
 * @throws RetentionError `BadPoint`, `BadZone`
 */
export function assignFlags(
  points: readonly RetentionPoint[],
  policy: PolicyInForce,
  options: AssignFlagsOptions,
): readonly FlagGrant[] {
  const { nowMs, incoming, removed = [], seeded = false } = options
  const zone = zoneOf(policy.zone)
  const today = zone.dayOf(nowMs)
  const all = inOrder(incoming === undefined ? points : [...points, incoming])
  const eligible = all.filter(isEligible)
  const began = points.reduce((least, { committedAtMs }) => Math.min(least, committedAtMs), Infinity)
  const firstMs = eligible[0]?.atMs ?? nowMs
  const filled = new Set(points.filter(({ damaged = false }) => !damaged).flatMap(({ gfs }) => gfs))
  for (const point of removed) for (const id of point.gfs) if (isOver(id, point.atMs)) filled.add(id)
  const isLate = incoming !== undefined && points.some((point) => byOrder(point, incoming) > 0)

  const latest = Math.max(...gfsLevels.map((level) => policy.since[level] ?? 0))

  return eligible.flatMap((point) => {
    const isIncoming = point === incoming
    if (!isIncoming && !seeded && point.committedAtMs >= latest) return []
    const day = zone.dayOf(point.atMs)
    const gfs: string[] = []
    for (const level of gfsLevels) {
      const slot = slotAt(policy, level, day)
      if (slot === undefined || filled.has(slot.id)) continue
      const since = policy.since[level] ?? 0
      if (!isIncoming && !seeded && point.committedAtMs >= since) continue
      // A chain that began under the policy is flagged as if it had been in force from its first point.
      const from = seeded || began >= since ? Math.min(since, firstMs) : since
      if (zone.dayOf(from) >= slot.spanEnds) continue
      const keeps = flagExpires(policy, level, day) > today
      if (isIncoming && isLate && !keeps) continue
      filled.add(slot.id)
      if (isIncoming || keeps) gfs.push(slot.id)
    }
    return gfs.length === 0 ? [] : [{ id: point.id, gfs }]
  })

  function isOver(id: string, atMs: number): boolean {
    const level: GfsLevel | undefined = levelOfSlot(id)
    return level !== undefined && flagExpires(policy, level, zone.dayOf(atMs)) <= today
  }
}
