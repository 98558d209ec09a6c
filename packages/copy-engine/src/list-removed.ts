import { entryKey, layout, type LivePoint } from "@bcopy/chain-format"
import { parseObjectKey } from "@bcopy/repo"
import { findWorkloads, type FindWorkloadsOptions, type FoundWorkload } from "./find-workloads.ts"
import type { Repository } from "./repository.ts"

/** A point that was removed and may still be brought back. */
export interface RemovedPointListed {
  readonly job: string
  readonly workload: string
  readonly found: FoundWorkload
  readonly point: LivePoint
  /** When the store took its removal. */
  readonly removedAtMs: number
  /** Until when it is sure to come back: for its undo time, and while it is locked. It may later, while nothing has given its space back. */
  readonly untilMs: number
  /** Until when everything that it needs is locked; 0 if it is not. */
  readonly lockedUntilMs: number
}

/** Removed points of the workloads that a job and a workload name let through. One request for each removal. */
export async function* listRemoved(
  repository: Repository,
  options: FindWorkloadsOptions = {},
): AsyncIterable<RemovedPointListed> {
  const { signal } = options
  const { store, view } = repository
  for await (const found of findWorkloads(repository, options)) {
    const { job, place, state } = found
    const prefix = layout.log(place.backup, place.workload)
    const times = new Map<number, number>()
    for (const { point, removal, undoMs } of state.removed) {
      let removedAtMs = times.get(removal)
      if (removedAtMs === undefined) {
        const key = parseObjectKey(entryKey(prefix, removal, view.entryTag))
        const head = await store.head(key, signal === undefined ? {} : { signal })
        // One that is gone was taken long ago, or by somebody: nothing is promised any more.
        removedAtMs = head?.modifiedAtMs ?? 0
        times.set(removal, removedAtMs)
      }
      const { lockedUntilMs = 0 } = point
      const untilMs = Math.max(removedAtMs + undoMs, lockedUntilMs)
      yield { job, workload: state.workload.name, found, point, removedAtMs, untilMs, lockedUntilMs }
    }
  }
}
