import {
  backupIdOf,
  type EntryBody,
  layout,
  type LivePoint,
  type LogState,
  randomId,
  type SessionId,
} from "@bcopy/chain-format"
import { assignFlags, changePolicy, type PolicyInForce, type RetentionPolicy } from "@bcopy/retention-gfs"
import { appendLogEntry } from "./append-log-entry.ts"
import { appendSettings } from "./append-settings.ts"
import { ensureBackup, readBackupSettings } from "./ensure-backup.ts"
import { isEngineError } from "./engine-error.ts"
import { findWorkloads, type FoundWorkload } from "./find-workloads.ts"
import { type Repository, requireWritable } from "./repository.ts"
import { policyInForce } from "./retention-policy.ts"
import { removedRetentionPoints, retentionPoints } from "./retention-points.ts"

export interface AcceptPolicyOptions {
  readonly job: string
  readonly policy: RetentionPolicy
  /** Whether points that are there are flagged as if the policy had been in force from the first of them. */
  readonly fromFirstPoint?: boolean
  /** Whether only to say which points would take flags. */
  readonly dryRun?: boolean
  readonly signal?: AbortSignal
}

/** What putting a policy in force came to. */
export interface AcceptedPolicy {
  readonly before: PolicyInForce | undefined
  readonly policy: PolicyInForce
  /** Points that are there and took flags. */
  readonly flagged: readonly {
    readonly job: string
    readonly workload: string
    readonly point: string
    readonly gfs: readonly string[]
  }[]
  /** Workloads whose log takes nothing, so that their points took none. */
  readonly failed: readonly { readonly workload: string; readonly error: Error }[]
}

/**
 * Puts a retention policy in force for a job, from now: in the settings of its backup, which are made if there are none.
 * Then points that are there take the flags of slots that are open, each by an entry of its log; a run that died between
 * is finished by accepting the same policy again.
 * @throws EngineError `NotWritable`, `NeedsNewer`, `BadArgument`
 */
export async function acceptPolicy(repository: Repository, options: AcceptPolicyOptions): Promise<AcceptedPolicy> {
  const { job, policy: wanted, fromFirstPoint = false, dryRun = false, signal } = options
  const abortable = signal === undefined ? {} : { signal }
  if (!dryRun) {
    requireWritable(repository)
    await ensureBackup(repository, job, abortable)
  }
  const known = await readBackupSettings(repository, job, abortable)
  const before = policyInForce(known?.entry, job)
  const nowMs = repository.storeTime.now()
  const policy = changePolicy(before, wanted, nowMs)
  const session = randomId<"session">(repository.seams.random(16))
  const prefix = layout.backupSettings(backupIdOf(repository.view.idMac, job))
  if (!dryRun && JSON.stringify(before) !== JSON.stringify(policy))
    await appendSettings(repository, prefix, known, {
      session,
      records: [{ type: "retention", policy: { ...policy } }],
      ...abortable,
    })
  const flagged: AcceptedPolicy["flagged"][number][] = []
  const failed: AcceptedPolicy["failed"][number][] = []
  const onUnreadable = (_: string, workload: string, error: Error) => failed.push({ workload, error })
  if (dryRun && known === undefined) return { before, policy, flagged, failed }
  for await (const found of findWorkloads(repository, { job, onUnreadable, ...abortable })) {
    const workload = found.state.workload.name
    if (dryRun) {
      const [points, removed] = [retentionPoints(found.state), removedRetentionPoints(found.state)]
      for (const { id, gfs } of assignFlags(points, policy, { nowMs, removed, seeded: fromFirstPoint }))
        flagged.push({ job, workload, point: id, gfs })
      continue
    }
    try {
      for (const { point, gfs } of await flagPoints(repository, found, {
        policy,
        fromFirstPoint,
        session,
        ...abortable,
      }))
        flagged.push({ job, workload, point: point.point, gfs })
    } catch (error) {
      if (!isEngineError(error)) throw error
      failed.push({ workload, error })
    }
  }
  return { before, policy, flagged, failed }
}

interface FlagPointsOptions {
  readonly policy: PolicyInForce
  readonly fromFirstPoint: boolean
  readonly session: SessionId
  readonly signal?: AbortSignal
}

/** Gives points their flags, one entry for each; what others have stored meanwhile counts. */
async function flagPoints(
  repository: Repository,
  { place, state: read }: FoundWorkload,
  { policy, fromFirstPoint: seeded, session, ...abortable }: FlagPointsOptions,
): Promise<readonly { readonly point: LivePoint; readonly gfs: readonly string[] }[]> {
  const given: { point: LivePoint; gfs: readonly string[] }[] = []
  let state = read
  for (let appended = true; appended;) {
    let next: (typeof given)[number] | undefined
    const decide = (log: LogState): EntryBody | undefined => {
      const nowMs = repository.storeTime.now()
      const [grant] = assignFlags(retentionPoints(log), policy, { nowMs, removed: removedRetentionPoints(log), seeded })
      const point = grant && log.points.find((one) => one.point === grant.id)
      next = grant && point && { point, gfs: grant.gfs }
      return next && { kind: "flagged", points: [{ entry: next.point.entry, point: next.point.point }], gfs: next.gfs }
    }
    const readAtMs = repository.storeTime.now()
    const result = await appendLogEntry(repository, { place, state, readAtMs, session, decide, ...abortable })
    ;({ state, appended } = result)
    if (appended && next !== undefined) given.push(next)
  }
  return given
}
