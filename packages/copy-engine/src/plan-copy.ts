import type { LogState } from "@bcopy/chain-format"
import { assignFlags, isDateSuspect, planRetention, type PolicyInForce } from "@bcopy/retention-gfs"
import { checkCopyAllowed, isSourceError, type SourcePoint } from "@bcopy/source"
import { isSamePoint, isThere } from "./bring-point.ts"
import { removedRetentionPoints, retentionPoints } from "./retention-points.ts"

/** What a copy is going to do for one workload, and what not, and why. */
export interface CopyTask {
  /** Names in the source. */
  readonly sourceJob: string
  /** Names in the target. */
  readonly job: string
  readonly workload: string
  /** Points to bring, in order. */
  readonly points: readonly SourcePoint[]
  /**
   * Bytes that each of them may bring, as far as the source knows: what it stored from the point before, that is there or is
   * brought too, up to this one. More where points between were removed, less where blocks are there already.
   */
  readonly aboutBytes: readonly (number | undefined)[]
  readonly skipped: readonly { readonly point: string; readonly reason: string }[]
  /** Why the workload may not be copied at all. */
  readonly refused: Error | undefined
}

export interface PlanCopyOptions {
  readonly source: string
  readonly sourceJob: string
  readonly job: string
  readonly workload: string
  /** Points of the workload as its source lists them, in order. */
  readonly points: readonly SourcePoint[]
  /** The target's log; `undefined` if it has none. */
  readonly target: LogState | undefined
  /** Only the newest complete point, or all that are not there. */
  readonly select: "latest" | "all"
  /** Id of the target repository. */
  readonly targetRepository: string
  /** The target's retention policy, and when it is asked; absent if it has none, or all is to be copied. */
  readonly retention?: { readonly policy: PolicyInForce; readonly nowMs: number } | undefined
}

/** Decides which points of one workload are copied: PRODUCT's list of what never is, each skip with its reason. */
export function planCopy(options: PlanCopyOptions): CopyTask {
  const { source, sourceJob, job, workload, points, target, select, targetRepository, retention } = options
  const skipped: { point: string; reason: string }[] = []
  const eligible: SourcePoint[] = []
  for (const point of points) {
    const reason = reasonToSkip(point, target, targetRepository)
    if (reason === undefined) eligible.push(point)
    else skipped.push({ point: point.id, reason })
  }
  const newest = points.findLast((point) => point.complete && !point.damaged)
  const chosen = select === "all" ? [...eligible] : eligible.filter((point) => point === newest)
  for (const point of eligible)
    if (!chosen.includes(point))
      skipped.push({ point: point.id, reason: "not the newest point (--select all copies it)" })
  for (const point of retention === undefined ? [] : expiredPoints(chosen, target, retention)) {
    chosen.splice(chosen.indexOf(point), 1)
    skipped.push({
      point: point.id,
      reason: "no rule of the retention policy would keep it (--copy-expired copies it)",
    })
  }
  const aboutBytes = chosen.map((point) => storedSince(points, point, (one) => chosen.includes(one) || there(one)))
  return { sourceJob, job, workload, points: chosen, aboutBytes, skipped, refused: refusal() }

  function there(point: SourcePoint): boolean {
    return target !== undefined && isThere(target, point)
  }

  function refusal(): Error | undefined {
    for (const point of chosen)
      try {
        checkCopyAllowed(point, { job, source })
      } catch (error) {
        if (isSourceError(error)) return error
        throw error
      }
    return undefined
  }
}

/** Of points that would be brought now, one after the other, those that the policy would remove at once. */
function expiredPoints(
  chosen: readonly SourcePoint[],
  target: LogState | undefined,
  { policy, nowMs }: NonNullable<PlanCopyOptions["retention"]>,
): readonly SourcePoint[] {
  const known = target === undefined ? [] : [...retentionPoints(target)]
  const removed = target === undefined ? [] : removedRetentionPoints(target)
  const last = [...known, ...removed].reduce((most, { order }) => Math.max(most, order), 0)
  const brought = new Map<string, SourcePoint>()
  for (const [at, point] of chosen.entries()) {
    const order = point.seq ?? last + at + 1
    const bare = { id: `source:${point.id}`, atMs: point.createdAtMs, order, committedAtMs: nowMs, gfs: [] }
    const incoming = { ...bare, dateSuspect: isDateSuspect(bare, [...known, ...removed]) }
    const [granted] = assignFlags(known, policy, { nowMs, incoming, removed }).filter(({ id }) => id === incoming.id)
    known.push({ ...incoming, gfs: granted?.gfs ?? [] })
    brought.set(incoming.id, point)
  }
  return planRetention(known, policy, nowMs).remove.flatMap(({ id }) => brought.get(id) ?? [])
}

/** What the source stored from the last point before that is at hand, up to this one. */
function storedSince(
  points: readonly SourcePoint[],
  point: SourcePoint,
  isAtHand: (point: SourcePoint) => boolean,
): number | undefined {
  const end = points.indexOf(point)
  const from = points.slice(0, end).findLastIndex(isAtHand) + 1
  let sum = 0
  for (const { storedBytes } of points.slice(from, end + 1)) {
    if (storedBytes === undefined) return undefined
    sum += storedBytes
  }
  return sum
}

function reasonToSkip(point: SourcePoint, target: LogState | undefined, targetRepository: string): string | undefined {
  if (!point.complete) return "incomplete"
  if (point.damaged) return "damaged"
  if (point.copiedFrom?.repository === targetRepository) return "lies in the target repository itself"
  if (target === undefined) return undefined
  if (isThere(target, point)) return "already copied"
  const removed = target.removed.some(({ point: known }) => !known.damaged && isSamePoint(known, point))
  return removed ? "was removed from the target" : undefined
}
