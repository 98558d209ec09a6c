import type { EntrySummary, LivePoint, RemovedPoint, SessionMark } from "./log-entry.ts"
import { type FeatureSets, unknownForWriting } from "./feature-sets.ts"
import type { SessionId, WorkloadId } from "./ids.ts"
import type { PointRef, PointSummary } from "./entry-body.ts"

/** What a commit log says after its newest entry: docs/format.md, State of a log. */
export interface LogState {
  readonly workload: { readonly id: WorkloadId; readonly name: string }
  readonly head: { readonly number: number; readonly digest: string }
  /** Entries below that the catalogue does not name are void. */
  readonly floor: number
  /** Living points in order (`seq`), the newest last. */
  readonly points: readonly LivePoint[]
  readonly removed: readonly RemovedPoint[]
  /** Sessions that were adopted or abandoned: neither can happen to them again, and they can commit nothing. */
  readonly fenced: readonly SessionMark[]
  /** The newest fence that adopted work which no later entry has superseded. */
  readonly adoption: { readonly entry: number; readonly session: SessionId } | undefined
  /** The newest barrier, its epoch, and the floor before it: void entries below that one may be deleted. */
  readonly barrier: { readonly entry: number; readonly epoch: number; readonly voidBelow: number } | undefined
  /** Entries that are missing or do not open: while there is one, the log takes nothing but its repair. */
  readonly broken: readonly number[]
  /** Entries given up by a repair. */
  readonly lost: readonly number[]
  /** Names of features that keep this version from writing. */
  readonly unknown: readonly string[]
  /** The newest catalogue, and summaries of all entries behind it up to the head. */
  readonly catalogue: { readonly number: number; readonly digest: string | undefined }
  readonly since: readonly EntrySummary[]
}

/** The state of a log without entries. */
export function emptyLog(workload: LogState["workload"]): LogState {
  return {
    workload,
    head: { number: 0, digest: "" },
    floor: 1,
    points: [],
    removed: [],
    fenced: [],
    adoption: undefined,
    barrier: undefined,
    broken: [],
    lost: [],
    unknown: [],
    catalogue: { number: 0, digest: undefined },
    since: [],
  }
}

/** The newest living point that is not damaged: what an increment builds on. */
export function newestPoint(state: LogState): LivePoint | undefined {
  return state.points.findLast((point) => !point.damaged)
}

/** The state after one more entry: pure, and the only place that says what entries mean. */
export function foldEntry(state: LogState, entry: EntrySummary): LogState {
  const next: LogState = {
    ...state,
    head: { number: entry.number, digest: entry.digest },
    since: [...state.since, entry],
    unknown: [...new Set([...state.unknown, ...unknownIn(entry)])],
  }
  const { body } = entry
  switch (body.kind) {
    case "point":
      return {
        ...next,
        adoption: undefined,
        points: insertInOrder(state.points, livePoint(entry, body)),
      }
    case "fence": {
      const fenced = [...state.fenced, { session: body.fenced, entry: entry.number }]
      if (body.outcome === "adopted")
        return { ...next, fenced, adoption: { entry: entry.number, session: entry.session } }
      const superseded = state.adoption?.session === body.fenced
      return { ...next, fenced, adoption: superseded ? undefined : state.adoption }
    }
    case "rehomed": {
      const home = { entry: entry.number, digest: entry.digest }
      return changePoints(next, body.points, (point) => ({ ...point, home }))
    }
    case "removal": {
      const gone = state.points.filter((point) => isNamed(point, body.points))
      const removed = gone.map((point) => ({ point, removal: entry.number, undoMs: body.undoMs }))
      return {
        ...next,
        points: state.points.filter((point) => !gone.includes(point)),
        removed: [...state.removed, ...removed],
      }
    }
    case "undo": {
      const back = state.removed.filter(({ point }) => isNamed(point, body.points))
      return {
        ...next,
        removed: state.removed.filter((removed) => !back.includes(removed)),
        points: back.reduce((points, { point }) => insertInOrder(points, point), state.points),
      }
    }
    case "pin":
      return changePoints(next, body.points, (point) => ({ ...point, pin: body.reason }))
    case "unpin":
      return changePoints(next, body.points, ({ pin: _, ...point }) => point)
    case "flagged":
      return changePoints(next, body.points, (point) => ({ ...point, gfs: [...new Set([...point.gfs, ...body.gfs])] }))
    case "damaged":
      if ("lost" in body && body.lost !== undefined) return loseEntry(next, body.lost.entry)
      return changePoints(next, body.points, (point) => ({ ...point, damaged: true }))
    case "healed":
      return changePoints(next, body.points, ({ damaged: _, ...point }) => point)
    case "locked":
      return changePoints(next, body.points, (point) => ({
        ...point,
        lockedUntilMs: Math.max(point.lockedUntilMs ?? 0, body.untilMs),
      }))
    case "barrier": {
      const floor = Math.max(state.floor, body.floor)
      return {
        ...next,
        floor,
        removed: state.removed.filter(({ point }) => !isNamed(point, body.purged)),
        // Reclaim has taken away what sessions left that were shut out before the floor.
        fenced: state.fenced.filter((mark) => mark.entry >= floor),
        lost: state.lost.filter((number) => number >= floor),
        barrier: { entry: entry.number, epoch: body.epoch, voidBelow: state.floor },
      }
    }
    case "lost":
      return { ...next, broken: [...state.broken, entry.number] }
    case "opened":
    case "rotated":
    case "unknown":
      return next
  }
}

function livePoint(entry: EntrySummary, { kind: _, ...summary }: PointSummary): LivePoint {
  return { ...summary, entry: entry.number, digest: entry.digest, session: entry.session }
}

/** By `seq`, and of equal ones by entry: the order of the source. */
function insertInOrder(points: readonly LivePoint[], point: LivePoint): readonly LivePoint[] {
  return [...points, point].sort((a, b) => a.seq - b.seq || a.entry - b.entry)
}

function isNamed(point: LivePoint, refs: readonly PointRef[]): boolean {
  return refs.some((ref) => ref.entry === point.entry && ref.point === point.point)
}

function changePoints(state: LogState, refs: readonly PointRef[], change: (point: LivePoint) => LivePoint): LogState {
  return {
    ...state,
    points: state.points.map((point) => (isNamed(point, refs) ? change(point) : point)),
    removed: state.removed.map((one) => (isNamed(one.point, refs) ? { ...one, point: change(one.point) } : one)),
  }
}

function loseEntry(state: LogState, entry: number): LogState {
  return {
    ...state,
    broken: state.broken.filter((number) => number !== entry),
    lost: [...new Set([...state.lost, entry])],
    points: state.points.filter((point) => point.entry !== entry),
    removed: state.removed.filter(({ point }) => point.entry !== entry),
  }
}

/** docs/format.md, Features: an unknown kind stops writers unless it declares itself compatible and nothing else. */
export function unknownIn(entry: {
  readonly features?: FeatureSets
  readonly body: EntrySummary["body"]
}): readonly string[] {
  const against = unknownForWriting(entry.features)
  if (against.length > 0) return against
  const declared = (entry.features?.compatible?.length ?? 0) > 0
  return entry.body.kind === "unknown" && !declared ? [`entry "${entry.body.name}"`] : []
}
