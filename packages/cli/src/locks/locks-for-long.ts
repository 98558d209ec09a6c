import { LONG_LOCK_MS } from "@bcopy/copy-engine"
import type { RetentionPolicy } from "@bcopy/retention-gfs"

const DAY_MS = 86_400_000

/** Whether locks that follow a policy would reach further than ten years. */
export function locksForLong({ days = 0, weekly, monthly, yearly }: RetentionPolicy): boolean {
  const longest = Math.max(days, (weekly?.keep ?? 0) * 7, (monthly?.keep ?? 0) * 31, (yearly?.keep ?? 0) * 366)
  return longest * DAY_MS > LONG_LOCK_MS
}
