import { type EntryBody, type LivePoint, type LogState, type PointRef, randomId } from "@bcopy/chain-format"
import { appendLogEntry } from "./append-log-entry.ts"
import { EngineError } from "./engine-error.ts"
import type { FoundWorkload } from "./find-workloads.ts"
import type { Repository } from "./repository.ts"

interface Abortable {
  readonly signal?: AbortSignal
}

/** Holds a point by hand, with a reason. @throws EngineError `NotFound` if the workload has no such point */
export async function pinPoint(
  repository: Repository,
  found: FoundWorkload,
  entry: number,
  reason: string,
  options: Abortable = {},
): Promise<LogState> {
  return change(repository, found, options, (state) => ({
    kind: "pin",
    points: [refOf(state.points, entry, found)],
    reason,
  }))
}

/** Lets a pinned point go. @throws EngineError `NotFound` */
export async function unpinPoint(
  repository: Repository,
  found: FoundWorkload,
  entry: number,
  options: Abortable = {},
): Promise<LogState> {
  return change(repository, found, options, (state) => ({ kind: "unpin", points: [refOf(state.points, entry, found)] }))
}

/**
 * Takes points out of the chain; they can be brought back for `undoMs`, and nothing is deleted.
 * @throws EngineError `Refused` if none would be left that is complete; `NotFound`
 */
export async function removePoints(
  repository: Repository,
  found: FoundWorkload,
  entries: readonly number[],
  options: Abortable & { readonly undoMs: number },
): Promise<LogState> {
  return change(repository, found, options, (state) => {
    const points = entries.map((entry) => refOf(state.points, entry, found))
    // Decided against the whole log: two who each remove one of the last two points do not both succeed.
    const left = state.points.filter(({ entry, damaged }) => damaged !== true && !entries.includes(entry))
    if (left.length === 0)
      throw new EngineError("Refused", `${found.job}/${state.workload.name} would be left without a complete point`)
    return { kind: "removal", points, undoMs: options.undoMs }
  })
}

/** Takes a removal back. @throws EngineError `NotFound` if the point is not among the removed ones */
export async function restoreRemoved(
  repository: Repository,
  found: FoundWorkload,
  entry: number,
  options: Abortable = {},
): Promise<LogState> {
  return change(repository, found, options, (state) => ({
    kind: "undo",
    points: [
      refOf(
        state.removed.map(({ point }) => point),
        entry,
        found,
      ),
    ],
  }))
}

async function change(
  repository: Repository,
  found: FoundWorkload,
  { signal }: Abortable,
  decide: (state: LogState) => EntryBody,
): Promise<LogState> {
  const { state } = await appendLogEntry(repository, {
    place: found.place,
    state: found.state,
    readAtMs: repository.storeTime.now(),
    session: randomId(repository.seams.random(16)),
    decide,
    ...(signal && { signal }),
  })
  return state
}

function refOf(points: readonly LivePoint[], entry: number, found: FoundWorkload): PointRef {
  const point = points.find((one) => one.entry === entry)
  if (point === undefined)
    throw new EngineError("NotFound", `${found.job}/${found.state.workload.name} has no such point with entry ${entry}`)
  return { entry, point: point.point }
}
