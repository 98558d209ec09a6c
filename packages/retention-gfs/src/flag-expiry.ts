import { addMonths, type Day } from "./calendar.ts"
import { type GfsLevel, keepOf, type RetentionPolicy } from "./policy.ts"

/**
 * The day from whose first instant a flag of this level keeps a point of this date no more: so many weeks later; so many
 * months or years, clamped to the month's end, and one day. A level that was never on keeps nothing.
 */
export function flagExpires(policy: RetentionPolicy, level: GfsLevel, day: Day): Day {
  const keep = keepOf(policy, level)
  if (keep === 0) return day
  if (level === "weekly") return day + 7 * keep
  return addMonths(day, level === "monthly" ? keep : 12 * keep) + 1
}
