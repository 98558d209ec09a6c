import type { Day } from "./calendar.ts"
import { flagExpires } from "./flag-expiry.ts"
import { levelOfSlot } from "./gfs-slot.ts"
import type { GfsLevel, RetentionPolicy } from "./policy.ts"
import { byOrder, isEligible, type RetentionPoint } from "./retention-point.ts"
import type { Zone } from "./zone.ts"

/** However old, so many points without flag or pin stay under a policy in days. */
export const FLOOR = 3

/** A point with its dates under a policy. */
export interface DatedPoint {
  readonly point: RetentionPoint
  /** Its local date; of a time that cannot be right, that on which it was stored. */
  readonly day: Day
  readonly flags: readonly { readonly level: GfsLevel; readonly slot: string; readonly expires: Day }[]
  /** From which day on no flag keeps it. */
  readonly flaggedUntil: Day
}

/** Works out the dates of a point. @throws RetentionError `BadPoint` for a time that is none */
export function datePoint(point: RetentionPoint, policy: RetentionPolicy, zone: Zone): DatedPoint {
  const day = zone.dayOf(point.dateSuspect === true ? point.committedAtMs : point.atMs)
  const flags = point.gfs.flatMap((slot) => {
    const level = levelOfSlot(slot)
    return level === undefined ? [] : [{ level, slot, expires: flagExpires(policy, level, day) }]
  })
  return { point, day, flags, flaggedUntil: flags.reduce((most, { expires }) => Math.max(most, expires), -Infinity) }
}

/** Whether a flag was the last that kept it: days that ended later are for sessions to count. */
export function isLetGoByFlag({ flags, flaggedUntil, day }: DatedPoint, { days }: RetentionPolicy): boolean {
  return flags.length > 0 && (days === undefined || flaggedUntil >= day + days + 1)
}

/** What the rules of a policy say of points on a day. */
export interface Weighing {
  /** The newest good one, which always stays. */
  readonly newest: DatedPoint | undefined
  isFlagged(one: DatedPoint): boolean
  isYoung(one: DatedPoint): boolean
  isInFloor(one: DatedPoint): boolean
  isCounted(one: DatedPoint): boolean
  /** Whether any rule keeps it. */
  isKept(one: DatedPoint): boolean
}

/** Holds points, in the order of the source, against a policy. */
export function weighPoints(points: readonly DatedPoint[], policy: RetentionPolicy, today: Day): Weighing {
  const { days, count } = policy
  const isFlagged = ({ flaggedUntil }: DatedPoint) => flaggedUntil > today
  const isYoung = ({ day }: DatedPoint) => days !== undefined && day >= today - days
  const good = points.filter(({ point }) => isEligible(point))
  const newest = good.at(-1)
  // Points with a flag or a pin stay by that, and are not counted.
  const plain = good.filter((one) => one.point.pin === undefined && !isFlagged(one))
  const last = new Set(count === undefined ? [] : plain.slice(-count))
  const isFewer = count === undefined || last.size < count
  const [oldest] = last
  const storedSince = [...last].reduce((least, { point }) => Math.min(least, point.committedAtMs), Infinity)
  const hasEnough = days === undefined || plain.filter(isYoung).length >= FLOOR
  const floor = new Set(hasEnough ? [] : plain.slice(-FLOOR))

  /** Points that are not counted stay as long as those that were made, or stored, when they were. */
  const isAmongCounted = ({ point }: DatedPoint) => {
    if (isEligible(point)) return false
    if (isFewer || oldest === undefined) return true
    return point.dateSuspect === true ? point.committedAtMs >= storedSince : byOrder(point, oldest.point) > 0
  }
  const isInFloor = (one: DatedPoint) => floor.has(one)
  const isCounted = (one: DatedPoint) => count !== undefined && (last.has(one) || isAmongCounted(one))
  return {
    newest,
    isFlagged,
    isYoung,
    isInFloor,
    isCounted,
    isKept: (one) =>
      one === newest ||
      one.point.pin !== undefined ||
      isFlagged(one) ||
      isYoung(one) ||
      isInFloor(one) ||
      isCounted(one) ||
      // Where there is nothing good, nothing could stay in its place.
      newest === undefined,
  }
}
