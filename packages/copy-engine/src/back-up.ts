import { newestPoint, readLog } from "@bcopy/chain-format"
import type { Source, SourcePoint } from "@bcopy/source"
import { bringPoint, type BroughtPoint, placeOf } from "./bring-point.ts"
import { withMovers } from "./data-movers.ts"
import { EngineError } from "./engine-error.ts"
import { ensureBackup, requireName } from "./ensure-backup.ts"
import { interruptible } from "./interruptible.ts"
import { memoryPlan } from "./memory-budget.ts"
import { type Repository, requireWritable } from "./repository.ts"
import { policyInForce } from "./retention-policy.ts"
import { noCounts } from "./running-counts.ts"
import { settleRepeats } from "./settle-repeats.ts"
import type { ScanCache } from "./scan-cache.ts"
import type { TransferOptions } from "./transfer-options.ts"

export interface BackUpOptions extends TransferOptions {
  /** A source whose newest point is what the machine is now. */
  readonly source: Source
  readonly job: string
  readonly workload: string
  /** What this machine remembers of disks that it has read; without it every block is hashed. */
  readonly scans?: ScanCache
  /** Hash every block, whatever is remembered of it. */
  readonly rehash?: boolean
}

export interface BackUpReport extends BroughtPoint {
  readonly job: string
  readonly workload: string
  /** The point as the source listed it. */
  readonly from: SourcePoint
  readonly dryRun: boolean
}

/**
 * Backs up the newest point of a source into the repository: the next point of the workload's chain.
 * @throws EngineError, SourceError, StoreError
 */
export async function backUp(repository: Repository, options: BackUpOptions): Promise<BackUpReport> {
  const { job, workload, signal } = options
  const message = `backup of ${job}/${workload} was interrupted; what was stored by now is kept`
  return interruptible(signal, message, () => backUpNow(repository, options))
}

async function backUpNow(repository: Repository, options: BackUpOptions): Promise<BackUpReport> {
  const { source, job, workload, level, takeOver = false, dryRun = false, scans, rehash = false, signal } = options
  const abortable = signal === undefined ? {} : { signal }
  requireWritable(repository)
  requireName("job", job)
  requireName("workload", workload)
  if (level !== undefined) requireLevel(level)
  const plan = memoryPlan(options, repository.packBytes)
  let from: SourcePoint | undefined
  for await (const point of source.list(abortable)) if (point.complete && !point.damaged) from = point
  if (from === undefined) throw new EngineError("NotFound", `${source.name} has no point to back up`)
  if (dryRun) {
    const state = await readLog(repository.view, placeOf(repository, job, workload), abortable)
    const kind = state !== undefined && newestPoint(state) !== undefined ? "increment" : "full"
    return { job, workload, from, dryRun, point: undefined, kind, contentRoots: {}, counts: noCounts() }
  }
  const policy = policyInForce(await ensureBackup(repository, job, abortable), job)
  const { dedupBytes } = plan
  const remembering = scans && { scans, rehash }
  const task = { policy, source, point: from, job, workload, level, takeOver, dedupBytes, ...remembering, ...abortable }
  const { packBytes } = repository
  const moving = { plan, packBytes, ...(options.started && { started: options.started }) }
  const brought = await withMovers(moving, (movers) => bringPoint(repository, { ...task, movers }))
  await settleRepeats(repository, signal)
  return { job, workload, from, dryRun, ...brought }
}

/** @throws EngineError `BadArgument` unless it is a Zstandard level from 0 to 19 */
export function requireLevel(level: number): void {
  if (!Number.isInteger(level) || level < 0 || level > 19)
    throw new EngineError("BadArgument", `compression level ${level} is not a whole number from 0 to 19`)
}
