import { flagExpires } from "./flag-expiry.ts"
import { levelOfSlot } from "./gfs-slot.ts"
import type { RetentionPolicy } from "./policy.ts"
import type { RetentionPoint } from "./retention-point.ts"
import { zoneOf } from "./zone.ts"

/**
 * Until when a policy is sure to keep a point, in milliseconds since 1970: what an object lock that follows retention has
 * to hold it for. `undefined` if no rule of the policy gives a date: a count does not, nor do pins, nor that it is the
 * newest or among the last three. A point may stay longer than this, and never goes before.
 * @throws RetentionError `BadPoint`, `BadZone`
 */
export function horizonOf(
  point: Pick<RetentionPoint, "atMs" | "committedAtMs" | "gfs" | "dateSuspect">,
  policy: RetentionPolicy,
): number | undefined {
  const zone = zoneOf(policy.zone)
  const day = zone.dayOf(point.dateSuspect === true ? point.committedAtMs : point.atMs)
  const ends = point.gfs.flatMap((slot) => {
    const level = levelOfSlot(slot)
    const expires = level && flagExpires(policy, level, day)
    return expires === undefined || expires === day ? [] : [expires]
  })
  if (policy.days !== undefined) ends.push(day + policy.days + 1)
  return ends.length === 0 ? undefined : zone.startOf(Math.max(...ends))
}
