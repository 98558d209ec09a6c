import type { Immutability } from "@bcopy/copy-engine"
import { counted } from "../counted.ts"

/** What protects points less under new terms than under those before, in words; empty if nothing does. */
export function weakenedLocks(before: Immutability | undefined, now: Immutability | undefined): readonly string[] {
  if (before === undefined) return []
  if (now === undefined) return ["nothing more is locked"]
  const days = (terms: Immutability) => terms.days ?? 0
  return [
    ...(days(now) < days(before) ? [`${counted(days(now), "day")} in place of ${days(before)}`] : []),
    ...(before.followsRetention && !now.followsRetention ? ["no longer as long as retention keeps points"] : []),
    ...(before.lockMode === "compliance" && now.lockMode === "governance"
      ? ["governance mode in place of compliance"]
      : []),
  ]
}
