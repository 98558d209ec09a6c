import { type EntryBody, type LivePoint, type LogState, randomId } from "@bcopy/chain-format"
import { type ExpiredPoint, planPrune, type PolicyInForce } from "@bcopy/retention-gfs"
import { appendLogEntry } from "./append-log-entry.ts"
import { isEngineError } from "./engine-error.ts"
import { interruptible } from "./interruptible.ts"
import { planWorkloads, type WorkloadPlan } from "./plan-workloads.ts"
import { type Repository, requireWritable } from "./repository.ts"
import { requireClock } from "./require-clock.ts"
import { retentionPoints } from "./retention-points.ts"

/** How long removed points can be brought back, unless told otherwise. */
export const DEFAULT_UNDO_MS = 7 * 24 * 60 * 60_000

export interface RemoveExpiredOptions {
  readonly job?: string
  readonly workload?: string
  /** How long they can be brought back. */
  readonly undoMs?: number
  /** Whether over half of a chain may go at once, and flags may have run out while nothing was stored for long. */
  readonly confirmed?: boolean
  readonly dryRun?: boolean
  readonly signal?: AbortSignal
}

/** What was removed of a workload, or would be. */
export interface RemovedOfWorkload {
  readonly job: string
  readonly workload: string
  readonly points: number
  readonly removed: readonly (ExpiredPoint & { readonly createdAtMs: number })[]
  /** Why nothing was, though the policy would have it. */
  readonly asks?: string
}

export interface RemoveExpiredReport {
  readonly dryRun: boolean
  readonly workloads: readonly RemovedOfWorkload[]
  readonly failed: readonly { readonly job: string; readonly workload: string; readonly error: Error }[]
}

/**
 * Removes what no rule of its job's policy keeps: by an entry in the log of each workload, decided against the whole log,
 * that can be taken back for a while. Nothing is deleted. A workload of which over half would go is left alone unless that
 * is confirmed; jobs without a policy lose nothing.
 * @throws EngineError `Refused` if the clocks of this machine and of the store disagree by more than a day; `NotWritable`,
 * `NeedsNewer`, `Interrupted`
 */
export async function removeExpired(
  repository: Repository,
  options: RemoveExpiredOptions = {},
): Promise<RemoveExpiredReport> {
  return interruptible(options.signal, "removing was interrupted; what was removed by now stays so", () =>
    removeNow(repository, options),
  )
}

async function removeNow(
  repository: Repository,
  { job, workload, undoMs = DEFAULT_UNDO_MS, confirmed = false, dryRun = false, signal }: RemoveExpiredOptions,
): Promise<RemoveExpiredReport> {
  const abortable = signal === undefined ? {} : { signal }
  if (!dryRun) requireWritable(repository)
  const workloads: RemovedOfWorkload[] = []
  const failed: RemoveExpiredReport["failed"][number][] = []
  const onUnreadable = (of: string, which: string, error: Error) => failed.push({ job: of, workload: which, error })
  const filter = { ...(job !== undefined && { job }), ...(workload !== undefined && { workload }) }
  for await (const found of planWorkloads(repository, { ...filter, onUnreadable, ...abortable })) {
    requireClock(repository, "nothing is removed")
    const { plan, inForce, points } = found
    if (inForce === undefined) continue
    const what = { job: found.job, workload: found.workload, points: points.length }
    const asks = confirmed || plan.remove.length === 0 ? undefined : whyToAsk(repository, found)
    if (asks !== undefined || dryRun || plan.remove.length === 0) {
      workloads.push({ ...what, removed: dated(found, plan.remove), ...(asks !== undefined && { asks }) })
      continue
    }
    try {
      workloads.push({ ...what, removed: await removeOf(found, inForce) })
    } catch (error) {
      if (!isEngineError(error) || signal?.aborted === true) throw error
      failed.push({ job: found.job, workload: found.workload, error })
    }
  }
  return { dryRun, workloads, failed }

  async function removeOf(found: WorkloadPlan, policy: PolicyInForce): Promise<RemovedOfWorkload["removed"]> {
    let removed: RemovedOfWorkload["removed"] = []
    const decide = (log: LogState): EntryBody | undefined => {
      // What was pinned, flagged or stored meanwhile counts; and never more goes than was planned.
      const planned = new Set(found.plan.remove.map(({ id }) => id))
      const due = planPrune(retentionPoints(log), policy, repository.storeTime.now()).remove
      removed = dated(
        found,
        due.filter(({ id }) => planned.has(id)),
      )
      const named = new Set(removed.map(({ id }) => id))
      const points = log.points.filter(({ point }) => named.has(point)).map(refOf)
      return points.length === 0 ? undefined : { kind: "removal", points, undoMs }
    }
    const { place, state } = found
    const readAtMs = repository.storeTime.now()
    const session = randomId<"session">(repository.seams.random(16))
    await appendLogEntry(repository, { place, state, readAtMs, session, decide, ...abortable })
    return removed
  }
}

/** What a person should look at before points go. */
function whyToAsk(repository: Repository, { plan, points }: WorkloadPlan): string | undefined {
  if (plan.removesMost) return `${plan.remove.length} of ${points.length} points would go at once`
  const last = points.reduce((newest, { committedAtMs }) => Math.max(newest, committedAtMs), 0)
  if (repository.storeTime.now() < last) return "a point was stored later than it is now: the clock went back"
  return undefined
}

function dated({ points }: WorkloadPlan, expired: readonly ExpiredPoint[]): RemovedOfWorkload["removed"] {
  const times = new Map(points.map(({ id, atMs }) => [id, atMs]))
  return expired.map((one) => ({ ...one, createdAtMs: times.get(one.id) ?? 0 }))
}

function refOf({ entry, point }: LivePoint) {
  return { entry, point }
}
