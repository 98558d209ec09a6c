import type { LogPlace, LogState } from "@bcopy/chain-format"
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
import { readBackupSettings } from "./ensure-backup.ts"
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
 * one that is given. Reads logs and settings; nothing is changed.
 * @throws EngineError `NotFound`, `NeedsNewer`; what `findWorkloads` throws
 */
export async function* planWorkloads(
  repository: Repository,
  { policy: given, nowMs = repository.storeTime.now(), run, ...options }: PlanWorkloadsOptions = {},
): AsyncIterable<WorkloadPlan> {
  const policies = new Map<string, PolicyInForce | undefined>()
  for await (const { job, place, state } of findWorkloads(repository, options)) {
    if (!policies.has(job)) {
      const { signal } = options
      const settings = await readBackupSettings(repository, job, signal === undefined ? {} : { signal })
      policies.set(job, policyInForce(settings?.entry, job))
    }
    const inForce = policies.get(job)
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
}
