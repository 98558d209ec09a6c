import { planRetention, type RetentionPlan } from "./plan-retention.ts"
import type { RetentionPolicy } from "./policy.ts"
import { byOrder, type RetentionPoint } from "./retention-point.ts"

/**
 * What is to be removed at a moment of its own, when nothing was stored just now: short-term retention as of the last point
 * that was stored, since a source that is dead ages nothing; flags as of now. What only the next point will let go stays,
 * with that as its reason. Idempotent as `planRetention` is.
 * @throws RetentionError as `planRetention` does
 */
export function planPrune(points: readonly RetentionPoint[], policy: RetentionPolicy, nowMs: number): RetentionPlan {
  const lastMs = points.reduce((last, { committedAtMs }) => Math.max(last, committedAtMs), 0)
  const atLast = planRetention(points, policy, Math.min(lastMs, nowMs)).remove
  const due = new Set(atLast.map(({ id }) => id))
  const left = points.filter(({ id }) => !due.has(id))
  for (const { id } of planRetention(left, policy, nowMs, { run: "daily" }).remove) due.add(id)
  const { keep, remove } = planRetention(points, policy, nowMs)
  const waiting = remove
    .filter(({ id }) => !due.has(id))
    .map(({ id }) => ({ id, reasons: [{ rule: "session" as const }] }))
  const place = new Map([...points].sort(byOrder).map(({ id }, at) => [id, at]))
  const inPlace = [...keep, ...waiting].sort((a, b) => (place.get(a.id) ?? 0) - (place.get(b.id) ?? 0))
  const going = remove.filter(({ id }) => due.has(id))
  return { keep: inPlace, remove: going, removesMost: going.length * 2 > points.length }
}
