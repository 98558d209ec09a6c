import { byOrder, isEligible, type RetentionPoint } from "./retention-point.ts"

/** A point may be dated this much after it was stored: clocks differ. */
const AHEAD_MS = 24 * 60 * 60_000

/**
 * Whether the time of a point that is about to be stored cannot be right: over 24 hours after its commit, before that of
 * the good point it follows, or, if it comes late, after that of a good point that follows it. Such a point takes no flag
 * and is not counted, so that a clock gone wrong can evict nothing. What was judged once stays: keep the answer with it.
 */
export function isDateSuspect(
  point: Pick<RetentionPoint, "id" | "atMs" | "order" | "committedAtMs">,
  known: readonly RetentionPoint[],
): boolean {
  if (point.atMs > point.committedAtMs + AHEAD_MS) return true
  const self = { ...point, gfs: [] }
  for (const other of known) {
    if (!isEligible(other) || other.id === point.id) continue
    const isBefore = byOrder(other, self) < 0
    if (isBefore ? other.atMs > point.atMs : other.atMs < point.atMs) return true
  }
  return false
}
