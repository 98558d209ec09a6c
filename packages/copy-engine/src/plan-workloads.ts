import { type BackupId, isDamage, layout, type LogPlace, type LogState, readSettings } from "@bcopy/chain-format"
import {
  type DatedSlot,
  missedSlots,
  planPrune,
  planRetention,
  type PlanRetentionOptions,
  type PolicyInForce,
  type RetentionPlan,
  type RetentionPoint,
  type RetentionPolicy,
} from "@bcopy/retention-gfs"
import { asEngineError } from "./as-engine-error.ts"
import { EngineError, isEngineError } from "./engine-error.ts"
import { findWorkloads, type FindWorkloadsOptions } from "./find-workloads.ts"
import type { Repository } from "./repository.ts"
import { policyInForce } from "./retention-policy.ts"
import { removedRetentionPoints, retentionPoints } from "./retention-points.ts"

export interface PlanWorkloadsOptions extends FindWorkloadsOptions {
  /** As if a point had just been stored, or on a day without; as it is, if absent. */
  readonly run?: PlanRetentionOptions["run"]
  /** In the place of the one in force. */
  readonly policy?: RetentionPolicy
  /** Milliseconds since 1970; the store's time if absent. */
  readonly nowMs?: number
}

/** What a policy keeps and removes of a workload. */
export interface WorkloadPlan {
  readonly job: string
  readonly workload: string
  readonly place: LogPlace
  readonly state: LogState
  /** The policy that is planned by; `undefined` if the job has none: then all stays. */
  readonly policy: RetentionPolicy | undefined
  /** The job's policy in force, whatever is planned by. */
  readonly inForce: PolicyInForce | undefined
  /** In the order of the source. */
  readonly points: readonly RetentionPoint[]
  readonly plan: RetentionPlan
  /** Slots of the policy in force that have closed empty. */
  readonly missed: readonly DatedSlot[]
}

/**
 * Plans retention for the workloads that a job and a workload name let through, each by the policy of its job, or by the
 * one that is given. Reads logs and settings; nothing is changed. A job whose settings do not open is told of when all others
 * were given.
 * @throws EngineError `NotFound`, `NeedsNewer`, `Damaged`; what `findWorkloads` throws
 */
export async function* planWorkloads(
  repository: Repository,
  { policy: given, nowMs = repository.storeTime.now(), run, ...options }: PlanWorkloadsOptions = {},
): AsyncIterable<WorkloadPlan> {
  const policies = new Map<BackupId, PolicyInForce | undefined | EngineError>()
  let unreadable: EngineError | undefined
  for await (const { job, place, state } of findWorkloads(repository, options)) {
    if (!policies.has(place.backup)) policies.set(place.backup, await policyOf(job, place))
    const inForce = policies.get(place.backup)
    if (isEngineError(inForce)) {
      if (options.onUnreadable === undefined) unreadable ??= inForce
      else options.onUnreadable(job, state.workload.name, inForce)
      continue
    }
    const policy = given ?? inForce
    const points = [...retentionPoints(state)].sort((a, b) => a.order - b.order)
    const plan: RetentionPlan =
      policy === undefined
        ? { keep: points.map(({ id }) => ({ id, reasons: [] })), remove: [], removesMost: false }
        : run === undefined
          ? planPrune(points, policy, nowMs)
          : planRetention(points, policy, nowMs, { run })
    const missed =
      inForce === undefined ? [] : missedSlots(points, inForce, nowMs, { removed: removedRetentionPoints(state) })
    yield { job, workload: state.workload.name, place, state, policy, inForce, points, plan, missed }
  }
  if (unreadable !== undefined) throw unreadable

  /** A policy that cannot be read is not none: what went by it would be lost, or flagged by nothing. */
  async function policyOf(job: string, { backup }: LogPlace): Promise<PolicyInForce | undefined | EngineError> {
    const { view, name } = repository
    const abortable = options.signal === undefined ? {} : { signal: options.signal }
    try {
      return policyInForce((await readSettings(view, layout.backupSettings(backup), abortable))?.entry, job)
    } catch (error) {
      if (!isDamage(error)) throw asEngineError(error, `${name}: settings of job ${job}`)
      // Who plans by another one, to put it in force as well, can do without.
      if (given !== undefined) return undefined
      return new EngineError(
        "Damaged",
        `${name}: settings of job ${job}, with its retention policy: ${error.message}`,
        {
          cause: error,
          hint: "Put the object back, or say the policy anew: `bcopy retention accept`.",
        },
      )
    }
  }
}
