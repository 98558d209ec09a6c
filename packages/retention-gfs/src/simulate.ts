import { assignFlags, type FlagGrant } from "./assign-flags.ts"
import { type Day, formatDay } from "./calendar.ts"
import { changePolicy } from "./change-policy.ts"
import { slotAt } from "./gfs-slot.ts"
import { gfsLevels, type PolicyInForce, type RetentionPolicy } from "./policy.ts"
import { RetentionError } from "./retention-error.ts"
import type { RetentionPoint } from "./retention-point.ts"
import { runTimes, type SimulatedSchedule } from "./run-times.ts"
import { datePoint, type DatedPoint, isLetGoByFlag, weighPoints } from "./weigh-points.ts"
import { zoneOf } from "./zone.ts"

/** A point of a simulation. */
export interface SimulatedPoint {
  /** Its number, from 1. */
  readonly id: string
  readonly atMs: number
  /** Its local date. */
  readonly date: string
  /** Slots that it filled. */
  readonly gfs: readonly string[]
  /** When it was removed; absent if it is there at the end. */
  readonly removedAtMs?: number
  readonly removed?: string
}

/** What a policy would come to. */
export interface Simulation {
  readonly points: readonly SimulatedPoint[]
  /** After every run: when it was, and how many points there were. */
  readonly runs: readonly { readonly atMs: number; readonly points: number }[]
  /** The most points there were at once. */
  readonly most: number
}

export interface SimulateOptions {
  readonly fromMs: number
  readonly toMs: number
  /** Policies that take the place of the first, ascending; each is in force from its moment. */
  readonly edits?: readonly { readonly atMs: number; readonly policy: RetentionPolicy }[]
}

/** A point every minute of a year. */
const MOST_RUNS = 530_000

/**
 * Plays a policy through: a point at every time of the schedule, flags as they are given, removal after every run, and of
 * what flags let go at every day's begin. Times of the schedule are those of the first policy's zone.
 * Pure: the same for the same arguments.
 * @throws RetentionError `BadArgument` for a span or schedule that cannot be; `BadZone`
 */
export function simulate(
  policy: RetentionPolicy,
  schedule: SimulatedSchedule,
  { fromMs, toMs, edits = [] }: SimulateOptions,
): Simulation {
  let zone = zoneOf(policy.zone)
  if (!Number.isFinite(fromMs) || !Number.isFinite(toMs) || !(toMs > fromMs))
    throw new RetentionError("BadArgument", `nothing happens from ${fromMs} to ${toMs}`)
  let inForce: PolicyInForce = changePolicy(undefined, policy, fromMs)
  let living: DatedPoint[] = []
  /** Expired points whose slot is still open: it is filled. */
  let spent: readonly RetentionPoint[] = []
  let today: Day = zone.dayOf(fromMs)
  let isEdited = false
  /** Slots that were given: most points find all of theirs among them. */
  const filled = new Set<string>()
  /** No point under a policy in days goes before this day. */
  let nextDue: Day = -Infinity
  let most = 0
  const pending = [...edits].sort((a, b) => a.atMs - b.atMs)
  const points: SimulatedPoint[] = []
  const runs: { readonly atMs: number; readonly points: number }[] = []

  for (const atMs of runTimes(schedule, fromMs, toMs, zone)) {
    passTo(atMs)
    if (points.length >= MOST_RUNS)
      throw new RetentionError("BadArgument", `more than ${MOST_RUNS} points; play a shorter time`)
    const order = points.length + 1
    const bare: RetentionPoint = { id: String(order), atMs, order, committedAtMs: atMs, gfs: [] }
    const [granted] = isAnyOpen(atMs)
      ? assignFlags(pointsOf(living), inForce, { nowMs: atMs, incoming: bare, removed: spent })
      : []
    for (const id of granted?.gfs ?? []) filled.add(id)
    const point = granted === undefined ? bare : { ...bare, gfs: granted.gfs }
    living.push(datePoint(point, inForce, zone))
    points.push({ id: point.id, atMs, date: formatDay(zone.dayOf(atMs)), gfs: point.gfs })
    most = Math.max(most, living.length)
    if (inForce.days === undefined || today >= nextDue) remove(atMs, () => true)
    runs.push({ atMs, points: living.length })
  }
  passTo(toMs - 1)
  return { points, runs, most }

  function isAnyOpen(atMs: number): boolean {
    const day = zone.dayOf(atMs)
    return gfsLevels.some((level) => {
      const id = slotAt(inForce, level, day)?.id
      return id !== undefined && !filled.has(id)
    })
  }

  /** Lets days begin and policies change up to an instant. */
  function passTo(untilMs: number): void {
    for (;;) {
      const last = zone.dayOf(untilMs)
      const [edit] = pending
      const dayMs = today < last ? zone.startOf(today + 1) : Infinity
      if (edit !== undefined && edit.atMs <= Math.min(untilMs, dayMs)) {
        pending.shift()
        isEdited = true
        nextDue = -Infinity
        inForce = changePolicy(inForce, edit.policy, edit.atMs)
        zone = zoneOf(inForce.zone)
        // One at a day's first instant comes before the day.
        today = zone.dayOf(edit.atMs - 1)
        const grants = assignFlags(pointsOf(living), inForce, { nowMs: edit.atMs, removed: spent })
        living = living.map(({ point }) => datePoint(withFlags(point, grants), inForce, zone))
      } else if (today < last) {
        today++
        // A day on which no flag ends lets nothing go: points that never had one go when the next is stored.
        if (isEdited || living.some(({ flags }) => flags.some(({ expires }) => expires === today)))
          remove(dayMs, (one) => isLetGoByFlag(one, inForce))
        isEdited = false
      } else return
    }
  }

  function withFlags(point: RetentionPoint, grants: readonly FlagGrant[]): RetentionPoint {
    const more = grants.find(({ id }) => id === point.id)?.gfs
    if (more === undefined) return point
    const gfs = [...point.gfs, ...more]
    for (const id of more) filled.add(id)
    change(point, { gfs })
    return { ...point, gfs }
  }

  function remove(atMs: number, mayGo: (one: DatedPoint) => boolean): void {
    const { isKept } = weighPoints(living, inForce, today)
    const gone = living.filter((one) => !isKept(one) && mayGo(one))
    if (gone.length > 0) letGo(gone, atMs)
    const { days = 0 } = inForce
    nextDue = living.reduce(
      (least, { day, flaggedUntil }) => Math.min(least, Math.max(flaggedUntil, day + days + 1)),
      Infinity,
    )
    // What is stored later is due later.
    nextDue = Math.min(nextDue, today + days + 1)
  }

  function letGo(gone: readonly DatedPoint[], atMs: number): void {
    for (const { point } of gone) change(point, { removedAtMs: atMs, removed: formatDay(today) })
    const open = new Set(gfsLevels.map((level) => slotAt(inForce, level, today)?.id))
    spent = [...spent, ...pointsOf(gone)].filter(({ gfs }) => gfs.some((id) => open.has(id)))
    const leaving = new Set(gone)
    living = living.filter((one) => !leaving.has(one))
  }

  function change({ order }: RetentionPoint, what: Partial<SimulatedPoint>): void {
    const known = points[order - 1]
    if (known !== undefined) points[order - 1] = { ...known, ...what }
  }
}

function pointsOf(dated: readonly DatedPoint[]): readonly RetentionPoint[] {
  return dated.map(({ point }) => point)
}
