import {
  type BackupId,
  condemnedStage,
  MAX_LISTED_RUNS,
  type PackRuns,
  randomId,
  type SessionId,
} from "@bcopy/chain-format"
import { EngineError, isEngineError } from "../engine-error.ts"
import { interruptible } from "../interruptible.ts"
import { type Repository, requireWritable } from "../repository.ts"
import { requireClock } from "../require-clock.ts"
import { settleRepeats } from "../settle-repeats.ts"
import { findBackups } from "./find-backups.ts"
import { backupLogs } from "./backup-logs.ts"
import { clearBeats, clearEntries, clearEpochs, clearReclaimers } from "./clear-up.ts"
import { CondemnedPacks } from "./condemned-packs.ts"
import { DuePoints } from "./due-points.ts"
import { asRuns, beginEpoch, endEpoch, removeKeys } from "./epoch.ts"
import { emptySparse } from "./empty-sparse.ts"
import { isKept } from "./is-kept.ts"
import { proveState } from "./prove-state.ts"
import { readEpochs } from "./read-epochs.ts"
import { type SparseLimits, type SparsePack, SparsePacks } from "./sparse-packs.ts"
import { surveyPacks } from "./survey-packs.ts"

/** A list names so many packs at most: the rest is for the next epoch. */
const MAX_CONDEMNED = MAX_LISTED_RUNS
/** Epochs of a run in one backup, at most: others may begin some too. */
const MAX_EPOCHS = 1000

export interface ReclaimOptions {
  /** Only the backup of this job. */
  readonly job?: string
  /**
   * How many bytes may lie unused in packs beside those in use, as a share of these: until then the emptiest packs are written
   * anew; 0.25 by default. `Infinity` writes nothing.
   */
  readonly maxUnused?: number
  /** Bytes that are written anew in this run, at most. */
  readonly maxBytes?: number
  /** Target for the memory of the process in bytes; 288 MiB by default. */
  readonly memoryBytes?: number
  /** Data mover threads that write packs anew, 0 to 64; by default as many as there are cores and memory for. */
  readonly movers?: number
  readonly dryRun?: boolean
  readonly signal?: AbortSignal
}

/** Of what is in use, so much may lie unused beside it. */
export const DEFAULT_MAX_UNUSED = 0.25

/** What was given back of one backup, or would be. */
export interface ReclaimedOfBackup {
  readonly job: string
  /** Removed points that are gone for good. */
  readonly purged: number
  readonly packs: number
  readonly storedBytes: number
  /** Sparse packs whose blocks were written anew; they are among those deleted. */
  readonly emptied: number
  readonly movedBytes: number
  /** Log entries that no longer meant anything. */
  readonly entries: number
  /** Packs that nothing needs and that are locked: they go when that is over. */
  readonly locked: number
  readonly lockedBytes: number
  /** Removed points whose undo time may be over, and which are locked: they are purged when that is over. */
  readonly lockedPoints: number
  /** Packs that the store kept for a reason of its own; the next run looks whether it still does. */
  readonly left: readonly { readonly key: string; readonly reason: string }[]
  /** Points of which it is not known what they need: what was stored before them is held. */
  readonly unknown: readonly { readonly workload: string; readonly entry: number; readonly message: string }[]
}

export interface ReclaimReport {
  readonly dryRun: boolean
  readonly backups: readonly ReclaimedOfBackup[]
  readonly failed: readonly { readonly job: string; readonly error: Error }[]
}

/**
 * Gives back the space of what nothing needs any more: packs of removed points whose undo time is over, and what dead
 * sessions left. Beside any number of backups, copies and restores, and beside another reclaim; a run that dies is gone on
 * with by the next one. docs/design.md, Reclaim
 * @throws EngineError `Refused` if clocks disagree by more than a day, `NotWritable`, `NotFound`, `Interrupted`
 */
export async function reclaim(repository: Repository, options: ReclaimOptions = {}): Promise<ReclaimReport> {
  return interruptible(options.signal, "reclaim was interrupted; the next run goes on from where it stood", () =>
    reclaimAll(repository, options),
  )
}

async function reclaimAll(
  repository: Repository,
  { job, signal, memoryBytes, movers, ...options }: ReclaimOptions,
): Promise<ReclaimReport> {
  const { dryRun = false, maxUnused = DEFAULT_MAX_UNUSED, maxBytes = Number.POSITIVE_INFINITY } = options
  if (!dryRun) requireWritable(repository)
  const abortable = signal === undefined ? {} : { signal }
  const means = { ...(memoryBytes !== undefined && { memoryBytes }), ...(movers !== undefined && { movers }) }
  const backups: ReclaimedOfBackup[] = []
  const failed: ReclaimReport["failed"][number][] = []
  for await (const found of findBackups(repository, { ...(job !== undefined && { job }), ...abortable }))
    try {
      requireClock(repository, "nothing is deleted")
      backups.push(await reclaimBackup(repository, found, { dryRun, maxUnused, maxBytes, means, ...abortable }))
    } catch (error) {
      // What is not known of one backup stops nothing in another.
      if (!isEngineError(error) || error.code === "Refused" || signal?.aborted === true) throw error
      failed.push({ job: found.job, error })
    }
  await settleRepeats(repository, signal)
  return { dryRun, backups, failed }
}

interface OfBackup {
  readonly dryRun: boolean
  readonly means: Pick<ReclaimOptions, "memoryBytes" | "movers">
  readonly signal?: AbortSignal
}

async function reclaimBackup(
  repository: Repository,
  { job, backup }: { readonly job: string; readonly backup: BackupId },
  { dryRun, means, signal, ...limits }: SparseLimits & OfBackup,
): Promise<ReclaimedOfBackup> {
  const abortable = signal === undefined ? {} : { signal }
  const { seams } = repository
  const session = randomId<"session">(seams.random(16))
  const sums = { purged: 0, packs: 0, storedBytes: 0, emptied: 0, movedBytes: 0, entries: 0 }
  let locked = 0
  let lockedBytes = 0
  let lockedPoints = 0
  let isEmptied = false
  const ended = new Set<number>()
  let left: ReclaimedOfBackup["left"] = []
  let unknown: ReclaimedOfBackup["unknown"] = []
  for (let round = 0; ; round++) {
    const epochs = await readEpochs(repository.view, backup, abortable)
    const due = new DuePoints()
    await due.findReaders(repository, backup, abortable)
    let newest = Math.max(epochs.closed, ...epochs.open.map(({ epoch }) => epoch))
    for await (const { place, state: claimed } of backupLogs(repository, backup, abortable)) {
      // What a catalogue claims is proven before anything is deleted by it.
      const state = await proveState(repository, place, claimed, abortable)
      newest = Math.max(newest, state.barrier?.epoch ?? 0)
      if (!dryRun) {
        await clearBeats(repository, place, state, abortable)
        sums.entries += await clearEntries(repository, place, state, abortable)
      }
      await due.find(repository, place, state, abortable)
    }
    lockedPoints = due.locked
    if (!dryRun) {
      await removeKeys(repository, due.expired, signal)
      await clearEpochs(repository, backup, epochs, abortable)
      await clearReclaimers(repository, backup, abortable)
    }
    const end = async (list: Parameters<typeof endEpoch>[2]) => {
      const onDeleted = (packs: number) =>
        seams.onEvent?.({ type: "reclaim", job, phase: "deleting", packs: sums.packs + packs })
      const result = await endEpoch(repository, backup, list, { session, due, onDeleted, ...abortable })
      sums.packs += result.deleted
      left = result.left
      await clearEpochs(repository, backup, await readEpochs(repository.view, backup, abortable), abortable)
    }
    if (!dryRun && epochs.open.length > 0) {
      // What somebody has begun comes to its end first.
      for (const list of epochs.open) {
        if (ended.has(list.epoch))
          throw new EngineError("Damaged", `${repository.name}: epoch ${list.epoch} of ${job} does not close`, {
            hint: "Something that does not open lies where that is said: `condemned/…closed` in the backup's folder.",
          })
        ended.add(list.epoch)
        await end(list)
      }
      continue
    }
    seams.onEvent?.({ type: "reclaim", job, phase: "reading", packs: sums.packs })
    const dead: { session: SessionId; number: number; storedBytes: number; storedAtMs: number }[] = []
    unknown = []
    locked = 0
    lockedBytes = 0
    const onUnknown = (place: { readonly workload: string }, entry: number, error: unknown) => {
      unknown = [...unknown, { workload: place.workload, entry, message: (error as Error).message }]
    }
    let isWhole = true
    const wasLeft = new CondemnedPacks([epochs.left])
    const sparse = new SparsePacks(repository.storeTime.now())
    for await (const pack of surveyPacks(repository, backup, { due, onUnknown, ...abortable })) {
      sparse.add(pack)
      if (pack.holder !== undefined) continue
      if (await isKept(repository, backup, pack, wasLeft, abortable)) {
        locked++
        lockedBytes += pack.storedBytes
        continue
      }
      if (dead.length >= MAX_CONDEMNED) {
        isWhole = false
        continue
      }
      dead.push(pack)
    }
    const packs: readonly PackRuns[] = asRuns(dead)
    const bytes = dead.reduce((sum, { storedBytes }) => sum + storedBytes, 0)
    const chosen = isEmptied ? [] : sparse.choose({ ...limits, maxBytes: limits.maxBytes - sums.movedBytes })
    if (dryRun) {
      const would = { purged: due.count, packs: dead.length, storedBytes: bytes, ...planned(chosen) }
      return { job, ...would, locked, lockedBytes, lockedPoints, left, unknown }
    }
    if (chosen.length > 0) {
      // They go with the epoch that follows.
      isEmptied = true
      const onMoved = (count: number) => seams.onEvent?.({ type: "reclaim", job, phase: "moving", packs: count })
      const emptied = await emptySparse(repository, backup, { chosen, due, session, onMoved, ...means, ...abortable })
      sums.emptied += emptied.packs
      sums.movedBytes += emptied.movedBytes
      continue
    }
    if (dead.length === 0 && due.count === 0) break
    const oldestMs = dead.reduce((oldest, { storedAtMs }) => Math.min(oldest, storedAtMs), Number.MAX_SAFE_INTEGER)
    const list = await beginEpoch(
      repository,
      backup,
      { epoch: freeNumber(newest, backup, epochs.keys), packs, oldestMs },
      abortable,
    )
    const before = sums.packs
    await end(list)
    sums.purged += due.purged
    sums.storedBytes += dead.length === 0 ? 0 : Math.round((bytes * (sums.packs - before)) / dead.length)
    if (isWhole || round >= MAX_EPOCHS) break
  }
  return { job, ...sums, locked, lockedBytes, lockedPoints, left, unknown }
}

/** The next epoch's number: one that no key has, whoever has put it there. */
function freeNumber(newest: number, backup: BackupId, keys: readonly string[]): number {
  const taken = new Set(keys.map((key) => condemnedStage(backup, key)?.epoch))
  let number = newest + 1
  while (taken.has(number)) number++
  return number
}

/** What would be written anew. */
function planned(chosen: readonly SparsePack[]) {
  const movedBytes = chosen.reduce((sum, { share, storedBytes }) => sum + Math.round(share * storedBytes), 0)
  return { emptied: chosen.length, movedBytes, entries: 0 }
}
