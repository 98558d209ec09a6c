import { readLog } from "@bcopy/chain-format"
import { isSourceError, type Source, type SourcePoint } from "@bcopy/source"
import { requireLevel } from "./back-up.ts"
import { asEngineError } from "./as-engine-error.ts"
import { bringPoint, type BroughtPoint, placeOf } from "./bring-point.ts"
import { type DataMovers, withMovers } from "./data-movers.ts"
import { EngineError, isEngineError } from "./engine-error.ts"
import { ensureBackup, readBackupSettings, requireName } from "./ensure-backup.ts"
import { interruptible } from "./interruptible.ts"
import { memoryPlan } from "./memory-budget.ts"
import { settleRepeats } from "./settle-repeats.ts"
import { type CopyTask, planCopy, type PlanCopyOptions } from "./plan-copy.ts"
import { type Repository, requireWritable } from "./repository.ts"
import { policyInForce } from "./retention-policy.ts"
import type { StoredSettings } from "./settings-in-force.ts"
import type { TransferOptions } from "./transfer-options.ts"

export interface CopyOptions extends TransferOptions {
  /** A repository as a source, already filtered by job and workload. */
  readonly source: Source
  /** `latest` by default. */
  readonly select?: "latest" | "all"
  /** Whether to copy points, too, that no rule of the target's retention policy would keep. */
  readonly copyExpired?: boolean
  /** Name of the target backup; that of the source's job by default. */
  readonly as?: string
}

export interface CopyReport {
  readonly copied: readonly (BroughtPoint & {
    readonly job: string
    readonly workload: string
    readonly from: string
  })[]
  readonly skipped: readonly {
    readonly job: string
    readonly workload: string
    readonly point: string
    readonly reason: string
  }[]
  /** Workloads that failed; with the source's name and no workload, what of the source could not be listed. */
  readonly failed: readonly { readonly job: string; readonly workload: string; readonly error: Error }[]
  /** What would be copied, in a dry run. */
  readonly planned: readonly PlannedPoint[]
  readonly dryRun: boolean
}

/** A point that a dry run found to be copied. */
export interface PlannedPoint {
  readonly job: string
  readonly workload: string
  /** Its id in the source. */
  readonly point: string
  /** Bytes that it may bring: what the source stored since the point before that is at hand. Absent if it does not know. */
  readonly aboutBytes?: number
}

/**
 * Copies points of a source into the repository, workload by workload, each in the order of its chain. One workload's
 * failure does not stop the others: it is in the report.
 * @throws EngineError `Interrupted`, `NotWritable`, `BadArgument`, `Ambiguous`; SourceError if the source cannot be listed
 */
export async function copy(repository: Repository, options: CopyOptions): Promise<CopyReport> {
  const message = `copy from ${options.source.name} was interrupted; what was stored by now is kept`
  return interruptible(options.signal, message, () => copyNow(repository, options))
}

async function copyNow(repository: Repository, options: CopyOptions): Promise<CopyReport> {
  const { source, level, takeOver = false, dryRun = false, signal } = options
  const { onEvent } = repository.seams
  const abortable = signal === undefined ? {} : { signal }
  requireWritable(repository)
  if (level !== undefined) requireLevel(level)
  // What is taken over as it was compressed is done with in milliseconds.
  const plan = memoryPlan({ ...options, mayHelp: level === undefined }, repository.packBytes)
  const { tasks, unlisted, settings } = await planTasks(repository, options)
  const copied: CopyReport["copied"][number][] = []
  const skipped: CopyReport["skipped"][number][] = []
  const failed: CopyReport["failed"][number][] = []
  const planned: CopyReport["planned"][number][] = []
  const skip = (task: CopyTask, point: string, reason: string) => {
    const { job, workload } = task
    skipped.push({ job, workload, point, reason })
    onEvent?.({ type: "skipped", job, workload, point, reason })
  }
  const fail = ({ job, workload }: CopyTask, error: Error) => {
    failed.push({ job, workload, error })
    onEvent?.({ type: "failed", job, workload, message: error.message })
  }

  if (unlisted !== undefined) {
    failed.push({ job: source.name, workload: "", error: unlisted })
    onEvent?.({ type: "failed", job: source.name, workload: "", message: unlisted.message })
  }
  const { packBytes } = repository
  await withMovers({ plan, packBytes, ...(options.started && { started: options.started }) }, async (movers) => {
    for (const task of tasks) {
      for (const { point, reason } of task.skipped) skip(task, point, reason)
      if (task.refused !== undefined) fail(task, task.refused)
      else if (dryRun)
        for (const [at, { id }] of task.points.entries()) {
          const { [at]: aboutBytes } = task.aboutBytes
          planned.push({
            job: task.job,
            workload: task.workload,
            point: id,
            ...(aboutBytes !== undefined && { aboutBytes }),
          })
        }
      else await run(task, movers)
    }
  })
  await settleRepeats(repository, signal)
  return { copied, skipped, failed, planned, dryRun }

  async function run(task: CopyTask, movers: DataMovers): Promise<void> {
    const { job, workload } = task
    for (const point of task.points) {
      try {
        const from = point.copiedFrom?.repository
        const records = from === undefined ? [] : [{ type: "origin" as const, repository: from, job: task.sourceJob }]
        const known = settings.get(job)
        const entry = await ensureBackup(repository, job, { records, ...abortable, ...(known && { known }) })
        const brought = await bringPoint(repository, {
          source,
          point,
          job,
          workload,
          level,
          takeOver,
          dedupBytes: plan.dedupBytes,
          movers,
          policy: policyInForce(entry, job),
          ...abortable,
        })
        if (brought.point === undefined) skip(task, point.id, "already copied")
        else copied.push({ job, workload, from: point.id, ...brought })
      } catch (error) {
        if (signal?.aborted === true || (isEngineError(error) && error.code === "Interrupted")) throw error
        if (isSourceError(error) && error.code === "PointRemoved") {
          skip(task, point.id, "was removed from the source meanwhile")
          continue
        }
        return fail(task, error as Error)
      }
    }
  }
}

async function planTasks(
  repository: Repository,
  options: CopyOptions,
): Promise<{
  readonly tasks: readonly CopyTask[]
  readonly unlisted: Error | undefined
  /** Of the target's backups, as they were read. */
  readonly settings: ReadonlyMap<string, StoredSettings | undefined>
}> {
  const { source, select = "latest", as, copyExpired = false, signal } = options
  const settings = new Map<string, StoredSettings | undefined>()
  const abortable = signal === undefined ? {} : { signal }
  if (as !== undefined) requireName("job", as)
  const groups = new Map<string, { sourceJob: string; workload: string; points: SourcePoint[] }>()
  let unlisted: Error | undefined
  try {
    for await (const point of source.list(abortable)) {
      const sourceJob = point.job ?? source.name
      const name = `${sourceJob}\0${point.workload}`
      const group = groups.get(name)
      if (group === undefined) groups.set(name, { sourceJob, workload: point.workload, points: [point] })
      else group.points.push(point)
    }
  } catch (error) {
    // What could be listed is copied all the same; that something could not is a failure of its own in the report.
    const isPartial = isSourceError(error) && (error.code === "Damaged" || error.code === "Unreadable")
    if (!isPartial || groups.size === 0) throw error
    unlisted = error
  }
  const tasks: CopyTask[] = []
  for (const { sourceJob, workload, points } of groups.values()) {
    const job = as ?? sourceJob
    const twin = tasks.find((task) => task.job === job && task.workload === workload)
    if (twin !== undefined)
      throw new EngineError(
        "Ambiguous",
        `jobs ${twin.sourceJob} and ${sourceJob} both have a workload ${workload}, and --as would make one chain of them`,
        {
          hint: "Copy one job at a time (--job).",
        },
      )
    const targetRepository = repository.birth.repository
    try {
      const target = await readLog(repository.view, placeOf(repository, job, workload), abortable)
      const place = { source: source.name, sourceJob, job, workload }
      const planned = { ...place, points, target, select, targetRepository }
      const task = planCopy(planned)
      // The newest point always stays: the policy is asked of others only.
      tasks.push(
        select === "all" && task.points.length > 0 && !copyExpired
          ? planCopy({ ...planned, retention: await retentionOf(job) })
          : task,
      )
    } catch (error) {
      // A log that does not open concerns its workload alone.
      const refused = asEngineError(error, `${repository.name}: ${job}/${workload}`)
      if (!isEngineError(refused)) throw error
      tasks.push({ sourceJob, job, workload, points: [], aboutBytes: [], skipped: [], refused })
    }
  }
  return { tasks, unlisted, settings }

  async function retentionOf(job: string): Promise<PlanCopyOptions["retention"]> {
    if (!settings.has(job)) settings.set(job, await readBackupSettings(repository, job, abortable))
    const policy = policyInForce(settings.get(job)?.entry, job)
    return policy && { policy, nowMs: repository.storeTime.now() }
  }
}
