import { assignFlags } from "./assign-flags.ts"
import { type Day, formatDay } from "./calendar.ts"
import { changePolicy } from "./change-policy.ts"
import { flagExpires } from "./flag-expiry.ts"
import { levelOfSlot, slotAt } from "./gfs-slot.ts"
import { planRetention } from "./plan-retention.ts"
import { gfsLevels, type PolicyInForce, type RetentionPolicy } from "./policy.ts"
import { RetentionError } from "./retention-error.ts"
import type { RetentionPoint } from "./retention-point.ts"
import { runTimes, type SimulatedSchedule } from "./run-times.ts"
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

/** More runs than anybody looks at. */
const MOST_RUNS = 5_000_000

/**
 * Plays a policy through: a point at every time of the schedule, flags as they are given, removal after every run, and of
 * what flags let go at every day's begin. Pure: the same for the same arguments.
 * @throws RetentionError `BadArgument` for a span or schedule that cannot be; `BadZone`
 */
export function simulate(
  policy: RetentionPolicy,
  schedule: SimulatedSchedule,
  { fromMs, toMs, edits = [] }: SimulateOptions,
): Simulation {
  const zone = zoneOf(policy.zone)
  if (!Number.isFinite(fromMs) || !(toMs > fromMs))
    throw new RetentionError("BadArgument", `nothing happens from ${fromMs} to ${toMs}`)
  let inForce: PolicyInForce = changePolicy(undefined, policy, fromMs)
  let living: RetentionPoint[] = []
  /** Expired points whose slot is still open: it is filled. */
  let spent: readonly RetentionPoint[] = []
  const pending = [...edits].sort((a, b) => a.atMs - b.atMs)
  const points: (SimulatedPoint & { removedAtMs?: number; removed?: string })[] = []
  const runs: { readonly atMs: number; readonly points: number }[] = []
  let most = 0
  let today: Day = zone.dayOf(fromMs)

  for (const atMs of runTimes(schedule, fromMs, toMs, zone)) {
    passTo(atMs)
    if (points.length >= MOST_RUNS) throw new RetentionError("BadArgument", `more than ${MOST_RUNS} points`)
    const order = points.length + 1
    const bare: RetentionPoint = { id: String(order), atMs, order, committedAtMs: atMs, gfs: [] }
    const [granted] = assignFlags(living, inForce, { nowMs: atMs, incoming: bare, removed: spent })
    const point = granted === undefined ? bare : { ...bare, gfs: granted.gfs }
    living.push(point)
    points.push({ id: point.id, atMs, date: formatDay(zone.dayOf(atMs)), gfs: point.gfs })
    most = Math.max(most, living.length)
    remove(atMs, "session")
    runs.push({ atMs, points: living.length })
  }
  passTo(toMs - 1)
  return { points, runs, most }

  /** Lets days begin and policies change up to an instant. */
  function passTo(untilMs: number): void {
    const last = zone.dayOf(untilMs)
    for (;;) {
      const [edit] = pending
      const dayMs = today < last ? zone.startOf(today + 1) : Infinity
      if (edit !== undefined && edit.atMs <= Math.min(untilMs, dayMs)) {
        pending.shift()
        inForce = changePolicy(inForce, edit.policy, edit.atMs)
        for (const { id, gfs } of assignFlags(living, inForce, { nowMs: edit.atMs, removed: spent })) grant(id, gfs)
      } else if (today < last) {
        today++
        if (living.some(letsGo)) remove(dayMs, "daily")
      } else return
    }
  }

  /** Whether a flag of a point ends today. */
  function letsGo({ gfs, atMs }: RetentionPoint): boolean {
    return gfs.some((slot) => {
      const level = levelOfSlot(slot)
      return level !== undefined && flagExpires(inForce, level, zone.dayOf(atMs)) <= today
    })
  }

  function grant(id: string, gfs: readonly string[]): void {
    living = living.map((point) => (point.id === id ? { ...point, gfs: [...point.gfs, ...gfs] } : point))
    const index = Number(id) - 1
    const seen = points[index]
    if (seen !== undefined) points[index] = { ...seen, gfs: [...seen.gfs, ...gfs] }
  }

  function remove(atMs: number, run: "session" | "daily"): void {
    const gone = new Set(planRetention(living, inForce, atMs, { run }).remove.map(({ id }) => id))
    if (gone.size === 0) return
    const open = new Set(gfsLevels.map((level) => slotAt(inForce, level, zone.dayOf(atMs))?.id))
    spent = [...spent, ...living.filter(({ id }) => gone.has(id))].filter(({ gfs }) => gfs.some((id) => open.has(id)))
    living = living.filter(({ id }) => !gone.has(id))
    for (const id of gone) {
      const point = points[Number(id) - 1]
      if (point !== undefined) Object.assign(point, { removedAtMs: atMs, removed: formatDay(zone.dayOf(atMs)) })
    }
  }
}
