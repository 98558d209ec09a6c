import { type Day, formatDay } from "./calendar.ts"
import { flagExpires } from "./flag-expiry.ts"
import { levelOfSlot } from "./gfs-slot.ts"
import type { ExpiredReason, KeepReason } from "./keep-reason.ts"
import type { RetentionPolicy } from "./policy.ts"
import { RetentionError } from "./retention-error.ts"
import { byOrder, inOrder, isEligible, type RetentionPoint } from "./retention-point.ts"
import { zoneOf } from "./zone.ts"

/** However old, so many points without flag or pin stay under a policy in days. */
const FLOOR = 3

/** A point that stays, and every reason why. */
export interface KeptPoint {
  readonly id: string
  readonly reasons: readonly KeepReason[]
}

/** A point that goes, and what kept it until when. */
export interface ExpiredPoint {
  readonly id: string
  readonly expired: readonly ExpiredReason[]
  /** Since which date no rule has kept it, where that can be told. */
  readonly since?: string
}

/** What a policy keeps and removes; plain data, in the order of the source. */
export interface RetentionPlan {
  readonly keep: readonly KeptPoint[]
  readonly remove: readonly ExpiredPoint[]
  /** Whether over half of the points would go at once: worth a question. */
  readonly removesMost: boolean
}

export interface PlanRetentionOptions {
  /**
   * `session`: a point of the workload was just stored, and everything counts. `daily`: only flags run out, since a source
   * that is dead ages nothing. `session` if absent.
   */
  readonly run?: "session" | "daily"
}

/**
 * Which points of a workload stay, with all reasons, and which go. Pure: flags are those that the points have, "now" is
 * given. Idempotent; the order of the input does not matter; no rule that is added and no number that is raised removes
 * what stays without it.
 * @throws RetentionError `BadPoint` for a time that is none or an id that two points have; `BadZone`
 */
export function planRetention(
  points: readonly RetentionPoint[],
  policy: RetentionPolicy,
  nowMs: number,
  { run = "session" }: PlanRetentionOptions = {},
): RetentionPlan {
  const zone = zoneOf(policy.zone)
  if (!Number.isFinite(nowMs)) throw new RetentionError("BadArgument", `${nowMs} is no time`)
  const today = zone.dayOf(nowMs)
  const dated = inOrder(points).map((point) => {
    // A time that cannot be right says nothing: it is kept as what was stored then.
    const day = zone.dayOf(point.dateSuspect === true ? point.committedAtMs : point.atMs)
    const flags = flagsOf(point, day)
    return { point, day, flags, runs: flags.some(({ expires }) => expires > today) }
  })
  const good = dated.filter(({ point }) => isEligible(point))
  const newest = good.at(-1)?.point
  const plain = good.filter(({ point, runs }) => !runs && point.pin === undefined)
  const counted = policy.count === undefined ? [] : plain.slice(-policy.count)
  const young = plain.filter(({ day }) => isYoung(day))
  const floor = policy.days === undefined || young.length >= FLOOR ? [] : plain.slice(-FLOOR)
  const [countedSet, floorSet] = [new Set(counted), new Set(floor)]

  const keep: KeptPoint[] = []
  const remove: ExpiredPoint[] = []
  for (const one of dated) {
    const { id } = one.point
    const reasons = reasonsOf(one)
    if (reasons.length > 0) keep.push({ id, reasons })
    else if (newest === undefined) keep.push({ id, reasons: [{ rule: "nothing good" }] })
    else if (run === "daily" && one.flags.length === 0) keep.push({ id, reasons: [{ rule: "session" }] })
    else remove.push(expiredOf(one))
  }
  return { keep, remove, removesMost: remove.length * 2 > dated.length }

  function flagsOf({ gfs }: RetentionPoint, day: Day) {
    return gfs.flatMap((slot) => {
      const level = levelOfSlot(slot)
      return level === undefined ? [] : [{ level, slot, expires: flagExpires(policy, level, day) }]
    })
  }

  function isYoung(day: Day): boolean {
    return policy.days !== undefined && day >= today - policy.days
  }

  function reasonsOf(one: (typeof dated)[number]): readonly KeepReason[] {
    const { point, day, flags } = one
    const reasons: KeepReason[] = []
    if (point === newest) reasons.push({ rule: "newest" })
    if (point.pin !== undefined) reasons.push({ rule: "pin", reason: point.pin })
    for (const { level, slot, expires } of flags)
      if (expires > today) reasons.push({ rule: level, slot, until: formatDay(expires) })
    const { days, count } = policy
    if (days !== undefined && isYoung(day)) reasons.push({ rule: "days", days, until: formatDay(day + days + 1) })
    if (floorSet.has(one)) reasons.push({ rule: "floor", count: FLOOR })
    if (count !== undefined && (countedSet.has(one) || isAmongCounted(point))) reasons.push({ rule: "count", count })
    return reasons
  }

  /** Points that are not counted stay as long as those that were made, or stored, when they were. */
  function isAmongCounted(point: RetentionPoint): boolean {
    if (isEligible(point)) return false
    const oldest = counted.length < (policy.count ?? 0) ? undefined : counted[0]?.point
    if (oldest === undefined) return true
    return point.dateSuspect === true ? point.committedAtMs >= oldest.committedAtMs : byOrder(point, oldest) > 0
  }

  function expiredOf({ point, day, flags }: (typeof dated)[number]): ExpiredPoint {
    const { days, count } = policy
    const ends = flags.map(({ expires }) => expires)
    if (days !== undefined) ends.push(day + days + 1)
    return {
      id: point.id,
      expired: [
        ...flags.map(({ level, slot, expires }) => ({ rule: level, slot, since: formatDay(expires) })),
        ...(days === undefined ? [] : [{ rule: "days" as const, days, since: formatDay(day + days + 1) }]),
        ...(count === undefined ? [] : [{ rule: "count" as const, count }]),
      ],
      ...(ends.length > 0 && count === undefined && { since: formatDay(Math.max(...ends)) }),
    }
  }
}
