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
 * Which slots points are to fill: the first eligible point with its time in a slot's span takes the flag, for good. What is
 * incoming may take every empty slot; without it, points that are there take those of levels that came into force after
 * they were stored. A slot that was open when its level came into force counts only if its own span was not over then;
 * a chain that began under the policy is flagged as if that had been in force from its first point on. A point that comes late takes a flag only if that still keeps it.
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
  const known = inOrder(incoming === undefined ? points : [...points, incoming])
  const before = [...points, ...removed]
  const times = [...known, ...removed].map((one) => (one.dateSuspect === true ? one.committedAtMs : one.atMs))
  const firstMs = times.reduce((least, atMs) => Math.min(least, atMs), Infinity)
  const began = before.reduce((least, { committedAtMs }) => Math.min(least, committedAtMs), Infinity)
  // What is damaged or was removed by hand leaves its slot to the next point that is stored, not to one that is there.
  const filling =
    incoming === undefined ? before : before.filter((one) => !removed.includes(one) && one.damaged !== true)
  const filled = new Set(filling.flatMap(({ gfs }) => gfs))
  for (const point of removed) for (const id of point.gfs) if (isOver(id, point.atMs)) filled.add(id)
  const isLate = incoming !== undefined && before.some((point) => byOrder(point, incoming) > 0)

  // Whoever stores a point gives flags to that one only.
  return (incoming === undefined ? known : [incoming]).filter(isEligible).flatMap((point) => {
    const day = zone.dayOf(point.atMs)
    const gfs: string[] = []
    for (const level of gfsLevels) {
      const since = policy.since[level] ?? 0
      if (incoming === undefined && !seeded && point.committedAtMs >= since) continue
      const slot = slotAt(policy, level, day)
      if (slot === undefined || filled.has(slot.id)) continue
      // A chain that began under the policy is flagged as if it had been in force from its first point on.
      const from = seeded || began >= since ? Math.min(since, firstMs) : since
      if (zone.dayOf(from) >= slot.spanEnds) continue
      const keeps = flagExpires(policy, level, day) > today
      if (isLate && !keeps) continue
      filled.add(slot.id)
      if (incoming !== undefined || keeps) gfs.push(slot.id)
    }
    return gfs.length === 0 ? [] : [{ id: point.id, gfs }]
  })

  function isOver(id: string, atMs: number): boolean {
    const level: GfsLevel | undefined = levelOfSlot(id)
    return level !== undefined && flagExpires(policy, level, zone.dayOf(atMs)) <= today
  }
}
