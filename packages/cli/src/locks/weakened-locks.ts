import type { Immutability } from "@bcopy/copy-engine"
import { counted } from "../counted.ts"

/** What protects points less under new terms than under those before, in words; empty if nothing does. */
export function weakenedLocks(before: Immutability | undefined, now: Immutability | undefined): readonly string[] {
  if (before === undefined) return []
  if (now === undefined) return ["nothing more is locked"]
  const [old = 0, days = 0] = [before.days, now.days]
  return [
    ...(days < old ? [days === 0 ? "not for a number of days" : `${counted(days, "day")} in place of ${old}`] : []),
    ...(before.followsRetention && !now.followsRetention ? ["no longer as long as retention keeps points"] : []),
    ...(before.lockMode === "compliance" && now.lockMode === "governance"
      ? ["governance mode in place of compliance"]
      : []),
  ]
}
