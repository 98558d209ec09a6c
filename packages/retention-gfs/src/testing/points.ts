import { assignFlags } from "../assign-flags.ts"
import type { PolicyInForce, RetentionPolicy } from "../policy.ts"
import type { RetentionPoint } from "../retention-point.ts"

export const HOUR_MS = 3_600_000
export const DAY_MS = 24 * HOUR_MS

/** A week of days, Saturday for four weeks, the first week for twelve months, January for three years. */
export const allLevels: RetentionPolicy = {
  zone: "UTC",
  days: 7,
  weekly: { keep: 4, day: "saturday" },
  monthly: { keep: 12, week: "first" },
  yearly: { keep: 3, month: "january" },
}

/** The instant of `2025-01-04` (its midnight) or `2025-01-04T22:00` in UTC. */
export function utc(text: string): number {
  const ms = Date.parse(text.includes("T") ? `${text}Z` : `${text}T00:00Z`)
  if (Number.isNaN(ms)) throw new Error(`${text} is no time`)
  return ms
}

/** A good point made at a time of UTC and stored at once; its id is that time. */
export function pointAt(time: string, more: Partial<RetentionPoint> = {}): RetentionPoint {
  const atMs = utc(time)
  return { id: time, atMs, order: atMs, committedAtMs: atMs, gfs: [], ...more }
}

/** Every date from one to another, with both, and the time of the day if one is given. */
export function everyDay(from: string, to: string, time = ""): readonly string[] {
  const dates: string[] = []
  for (let ms = utc(from); ms <= utc(to); ms += DAY_MS) dates.push(new Date(ms).toISOString().slice(0, 10) + time)
  return dates
}

/** A policy as it is in force since a time, with all its levels. */
export function inForceSince(since: string, policy: RetentionPolicy): PolicyInForce {
  const ms = utc(since)
  return { ...policy, since: { weekly: ms, monthly: ms, yearly: ms } }
}

/** Stores points one after the other, each with the flags it takes; removes nothing. */
export function storeAll(
  incoming: readonly RetentionPoint[],
  policy: PolicyInForce,
  stored: readonly RetentionPoint[] = [],
): readonly RetentionPoint[] {
  return incoming.reduce<readonly RetentionPoint[]>((points, point) => {
    const grants = assignFlags(points, policy, { nowMs: point.committedAtMs, incoming: point })
    return withGrants([...points, point], grants)
  }, stored)
}

/** The points with the slots that they were granted. */
export function withGrants(
  points: readonly RetentionPoint[],
  grants: ReturnType<typeof assignFlags>,
): readonly RetentionPoint[] {
  const granted = new Map(grants.map(({ id, gfs }) => [id, gfs]))
  return points.map((point) => ({ ...point, gfs: [...point.gfs, ...(granted.get(point.id) ?? [])] }))
}

/** Which slots the points fill, by their ids; those without are left out. */
export function flagsOf(
  points: readonly Pick<RetentionPoint, "id" | "gfs">[],
): Readonly<Record<string, readonly string[]>> {
  return Object.fromEntries(points.filter(({ gfs }) => gfs.length > 0).map(({ id, gfs }) => [id, gfs]))
}

/** The ids of a list. */
export function idsOf(list: readonly { readonly id: string }[]): readonly string[] {
  return list.map(({ id }) => id)
}
