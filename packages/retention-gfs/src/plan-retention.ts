import { formatDay } from "./calendar.ts"
import type { ExpiredReason, KeepReason } from "./keep-reason.ts"
import type { RetentionPolicy } from "./policy.ts"
import { RetentionError } from "./retention-error.ts"
import { inOrder, type RetentionPoint } from "./retention-point.ts"
import { datePoint, type DatedPoint, FLOOR, isLetGoByFlag, weighPoints } from "./weigh-points.ts"
import { zoneOf } from "./zone.ts"

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
 * what a rule keeps without it (waiting for a session is no rule).
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
  const dated = inOrder(points).map((point) => datePoint(point, policy, zone))
  const weighing = weighPoints(dated, policy, today)
  const keep: KeptPoint[] = []
  const remove: ExpiredPoint[] = []
  for (const one of dated) {
    const { id } = one.point
    if (weighing.isKept(one)) keep.push({ id, reasons: reasonsOf(one) })
    else if (run === "daily" && !isLetGoByFlag(one, policy)) keep.push({ id, reasons: [{ rule: "session" }] })
    else remove.push(expiredOf(one, policy))
  }
  return { keep, remove, removesMost: remove.length * 2 > dated.length }

  function reasonsOf(one: DatedPoint): readonly KeepReason[] {
    const { point, day, flags } = one
    const { days, count } = policy
    const reasons: KeepReason[] = []
    if (one === weighing.newest) reasons.push({ rule: "newest" })
    if (point.pin !== undefined) reasons.push({ rule: "pin", reason: point.pin })
    for (const { level, slot, expires } of flags)
      if (expires > today) reasons.push({ rule: level, slot, until: formatDay(expires) })
    if (days !== undefined && weighing.isYoung(one))
      reasons.push({ rule: "days", days, until: formatDay(day + days + 1) })
    if (weighing.isInFloor(one)) reasons.push({ rule: "floor", count: FLOOR })
    if (count !== undefined && weighing.isCounted(one)) reasons.push({ rule: "count", count })
    return reasons.length > 0 ? reasons : [{ rule: "nothing good" }]
  }
}

function expiredOf({ point, day, flags }: DatedPoint, { days, count }: RetentionPolicy): ExpiredPoint {
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
