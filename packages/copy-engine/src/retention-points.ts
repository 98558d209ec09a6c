import type { LivePoint, LogState } from "@bcopy/chain-format"
import type { RetentionPoint } from "@bcopy/retention-gfs"

/** The living points of a workload as retention sees them. */
export function retentionPoints({ points }: Pick<LogState, "points">): readonly RetentionPoint[] {
  return points.map(retentionPoint)
}

/** The removed ones that may come back. */
export function removedRetentionPoints({ removed }: Pick<LogState, "removed">): readonly RetentionPoint[] {
  return removed.map(({ point }) => retentionPoint(point))
}

/** A point as retention sees it. */
export function retentionPoint({
  point,
  createdAtMs,
  seq,
  committedAtMs,
  gfs,
  pin,
  damaged,
  dateSuspect,
}: LivePoint): RetentionPoint {
  return {
    id: point,
    atMs: createdAtMs,
    order: seq,
    committedAtMs,
    gfs,
    ...(pin !== undefined && { pin }),
    ...(damaged === true && { damaged }),
    ...(dateSuspect === true && { dateSuspect }),
  }
}
