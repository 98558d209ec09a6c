import type { LivePoint, LogState, PointTree } from "@bcopy/chain-format"
import { epochOf } from "@bcopy/crypto"
import { appendLogEntry } from "./append-log-entry.ts"
import { asEngineError } from "./as-engine-error.ts"
import { type EndedEpochs, endEarlierEpochs } from "./end-epochs.ts"
import { EngineError, isEngineError } from "./engine-error.ts"
import { findWorkloads, type FoundWorkload } from "./find-workloads.ts"
import { interruptible } from "./interruptible.ts"
import { areEpochsEnded, requireRoot, rootInForce } from "./key-slots.ts"
import { immutabilityIn } from "./locks/immutability.ts"
import { lockRotation } from "./locks/lock-rotation.ts"
import { lockTree } from "./locks/lock-tree.ts"
import { needsNothingGone } from "./reclaim/needs-nothing-gone.ts"
import { type PackHome, PackResealer } from "./reseal-packs.ts"
import { type Repository, requireWritable } from "./repository.ts"
import { openSession } from "./session.ts"
import { settleRepeats } from "./settle-repeats.ts"

export interface RewriteKeysOptions {
  readonly job?: string
  readonly workload?: string
  readonly takeOver?: boolean
  readonly signal?: AbortSignal
}

/** What was sealed anew. */
export interface RewriteReport {
  /** Points whose packs are all under the epoch in force now, and were not before. */
  readonly points: number
  readonly packs: number
  readonly storedBytes: number
  /** Logs that a rotation has not reached yet, and why. */
  readonly open: EndedEpochs["open"]
}

/**
 * Seals anew what living points need of earlier epochs, so that a stolen root opens nothing of it any more once the old
 * packs are gone: that is for reclaim. Nothing is compressed again, and no block or page changes its place in its pack.
 * Points are moved by `rehomed` entries, pack by pack: a run that was killed is gone on with where its last entry stood. What
 * fails in one workload is told at the end, when the others have been done.
 * @throws EngineError `Busy`, `Damaged`, `NotWritable`, `Interrupted`
 */
export async function rewriteKeys(repository: Repository, options: RewriteKeysOptions = {}): Promise<RewriteReport> {
  const message = "sealing anew was interrupted; what was done is kept, and the next run goes on from it"
  return interruptible(options.signal, message, () => rewriteAll(repository, options))
}

async function rewriteAll(repository: Repository, options: RewriteKeysOptions): Promise<RewriteReport> {
  requireWritable(repository)
  requireRoot(repository)
  // A rotation that died, or met damage, is carried through first.
  const abortable = options.signal === undefined ? {} : { signal: options.signal }
  const wereEnded = areEpochsEnded(repository)
  const { open } = wereEnded ? { open: [] } : await endEarlierEpochs(repository, abortable)
  if (!wereEnded) await lockRotation(repository, abortable)
  const sums = { points: 0, packs: 0, storedBytes: 0 }
  const homes = new Map<string, PackHome>()
  const failures: unknown[] = []
  for await (const found of findWorkloads(repository, options)) {
    const { job, state } = found
    const workload = state.workload.name
    try {
      await rewriteWorkload(repository, found, { ...options, homes }, sums)
    } catch (error) {
      const failure = asEngineError(error, `${repository.name}: ${job}/${workload}`)
      if (options.signal?.aborted === true || !isEngineError(failure)) throw failure
      failures.push(failure)
      repository.seams.onEvent?.({ type: "failed", job, workload, message: failure.message })
    }
  }
  await settleRepeats(repository, options.signal)
  if (failures.length > 0) throw failures[0]
  return { ...sums, open }
}

async function rewriteWorkload(
  repository: Repository,
  { place, state: before, job }: FoundWorkload,
  { takeOver = false, homes, signal }: RewriteKeysOptions & { readonly homes: Map<string, PackHome> },
  sums: { points: number; packs: number; storedBytes: number },
): Promise<void> {
  const { generation } = rootInForce(repository)
  const isOld = (hint: Uint8Array) => epochOf(hint) !== generation
  const abortable = signal === undefined ? {} : { signal }
  const workload = before.workload.name
  const looking = new PackResealer(repository, place, isOld, abortable)
  if (!(await anyOld(before, looking))) return
  const session = await openSession(repository, {
    place,
    workload,
    identity: undefined,
    takeOver,
    // What no entry names yet is sealed once more.
    abandon: true,
    ...abortable,
  })
  let { state } = session
  let failed = true
  try {
    const resealer = new PackResealer(repository, place, isOld, { session: session.id, homes, ...abortable })
    const onPack = (storedBytes: number) => {
      sums.packs++
      sums.storedBytes += storedBytes
      repository.seams.onEvent?.({ type: "resealed", job, workload, packs: sums.packs, storedBytes: sums.storedBytes })
    }
    // The newest first: what it shares with others is sealed once, and found again by the numbers that packs have.
    for (const { entry } of pointsOf(state).toReversed()) {
      const first = pointAt(entry)
      if (first !== undefined) await resealer.learn(first)
      for (let isOver = false; !isOver;) {
        const point = pointAt(entry)
        const moved = point && (await resealer.moveSome(point, onPack))
        if (moved !== undefined && point !== undefined) await rehome(point, moved.tree)
        isOver = moved?.whole ?? true
        if (moved?.whole === true) sums.points++
      }
    }
    failed = false
  } finally {
    // What was adopted on the way stays adoptable: only a commit supersedes it.
    const leavesWork = session.adoption !== undefined
    await session.end(failed || leavesWork ? "failed" : "committed", { leavesWork }).catch(() => undefined)
  }

  function pointAt(entry: number): LivePoint | undefined {
    return pointsOf(state).find((one) => one.entry === entry)
  }

  async function rehome({ entry, point: id, home, lockedUntilMs = 0 }: LivePoint, tree: PointTree): Promise<void> {
    const immutability = immutabilityIn(repository)
    const isLocked = immutability !== undefined && lockedUntilMs > repository.storeTime.now()
    // What a locked point needs is locked as long where it lies now, before the log says so.
    if (isLocked) await lockTree(repository, place, tree, { untilMs: lockedUntilMs, immutability, ...abortable })
    const appended = await appendLogEntry(repository, {
      place,
      state,
      readAtMs: session.readAtMs,
      session: session.id,
      decide: async (log) => {
        if (log.fenced.some((mark) => mark.session === session.id))
          throw new EngineError(
            "Fenced",
            `${workload} was taken over by another session; this one stops, nothing is lost`,
          )
        const now = pointsOf(log).find((one) => one.entry === entry)
        if (now === undefined) return undefined
        if (now.home?.entry !== home?.entry)
          throw new EngineError("Busy", `${workload}: point ${id.slice(0, 8)} was moved by somebody else meanwhile`)
        // Packs that an earlier workload of this run was given may have been given back.
        if (log.barrier !== undefined && !(await needsNothingGone(repository, place, tree)))
          throw new EngineError(
            "Busy",
            `${workload}: space is being given back that point ${id.slice(0, 8)} would share`,
          )
        return { kind: "rehomed", points: [{ entry, point: id, tree }] }
      },
      ...(isLocked && { lockOf: () => ({ retainUntilMs: lockedUntilMs, lockMode: immutability.lockMode }) }),
      ...abortable,
    })
    state = appended.state
  }

  async function anyOld(log: LogState, resealer: PackResealer): Promise<boolean> {
    for (const point of pointsOf(log)) if (await resealer.needsMoving(point)) return true
    return false
  }
}

/** Living points, and those that may come back. */
function pointsOf({ points, removed }: LogState): readonly LivePoint[] {
  return [...removed.map((one) => one.point), ...points]
}
