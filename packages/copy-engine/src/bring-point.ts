import {
  backupIdOf,
  blockCount,
  type Checkpoint,
  type EntryBody,
  isDamage,
  type LivePoint,
  type LogPlace,
  type LogState,
  type Manifest,
  type PointId,
  type PointTree,
  randomId,
  readLog,
  workloadIdOf,
} from "@bcopy/chain-format"
import type { PolicyInForce } from "@bcopy/retention-gfs"
import { isSourceError, type OpenPoint, type Source, type SourceError, type SourcePoint } from "@bcopy/source"
import { adoptPacks } from "./adopt-packs.ts"
import { appendLogEntry } from "./append-log-entry.ts"
import { asEngineError } from "./as-engine-error.ts"
import type { DataMovers } from "./data-movers.ts"
import { dedupMemoryFor } from "./dedup-table.ts"
import { EngineError, isEngineError } from "./engine-error.ts"
import type { TransferCounts } from "./engine-event.ts"
import { requireName } from "./ensure-backup.ts"
import { PointLock } from "./locks/point-lock.ts"
import { doneBefore, doneBlocks, matchDisks } from "./match-disks.ts"
import { pointManifest } from "./point-manifest.ts"
import { PointWriter } from "./point-writer.ts"
import { readBase } from "./read-base.ts"
import { needsNothingGone } from "./reclaim/needs-nothing-gone.ts"
import type { Repository } from "./repository.ts"
import { noCounts } from "./running-counts.ts"
import { openSession, type Session } from "./session.ts"
import { SessionPacks } from "./session-packs.ts"
import { seedOf } from "./suite-of.ts"
import { addSiblingBlocks } from "./sibling-blocks.ts"
import { CarefulTags, type ScanCache } from "./scan-cache.ts"
import { transferDisk } from "./transfer-disk.ts"

/** A point is brought again if space was given back that it would have needed, so often at most. */
const MAX_ATTEMPTS = 5

/** Zstandard level of slots unless told otherwise. */
const DEFAULT_LEVEL = 3

export interface BringPointOptions {
  readonly source: Source
  readonly point: SourcePoint
  /** Names of the target backup and workload. */
  readonly job: string
  readonly workload: string
  /** Compression level, 0 to 19; without it what the source compressed stays as it is, the rest gets the default. */
  readonly level: number | undefined
  readonly takeOver: boolean
  /** Memory for the dedup table. */
  readonly dedupBytes: number
  readonly movers: DataMovers
  /** What this machine remembers of disks, and whether they are to be hashed whatever that is. */
  readonly scans?: ScanCache
  readonly rehash?: boolean
  /** The retention policy of the backup. */
  readonly policy: PolicyInForce | undefined
  readonly signal?: AbortSignal
}

/** What came of one point. */
export interface BroughtPoint {
  /** The new point; absent if it was there already. */
  readonly point: PointId | undefined
  readonly kind: "full" | "increment" | undefined
  readonly contentRoots: Readonly<Record<string, string>>
  readonly counts: TransferCounts
}

/** A backup's and a workload's place, computed from their names. */
export function placeOf(repository: Repository, job: string, workload: string): LogPlace {
  const backup = backupIdOf(repository.view.idMac, job)
  return { backup, workload: workloadIdOf(repository.view.idMac, backup, workload) }
}

/**
 * Brings one point of a source into the repository as the next point of its chain: one session, from its first beat to
 * the log entry that makes the point visible (docs/design.md, Write order).
 * @throws EngineError, SourceError, StoreError; what was stored by then serves the next session
 */
export async function bringPoint(repository: Repository, options: BringPointOptions): Promise<BroughtPoint> {
  for (let attempt = 1; ; attempt++)
    try {
      return await bringOnce(repository, options)
    } catch (error) {
      if (!isWorthAnother(error) || attempt >= MAX_ATTEMPTS) throw error
      const { message: reason } = error
      repository.seams.onEvent?.({ type: "waiting", workload: options.workload, reason })
    }
}

/** What the point needed was given back in the target, or lies elsewhere in the source by now: another session finds it. */
function isWorthAnother(error: unknown): error is EngineError | SourceError {
  return (isEngineError(error) && error.code === "Condemned") || (isSourceError(error) && error.code === "Moved")
}

async function bringOnce(repository: Repository, options: BringPointOptions): Promise<BroughtPoint> {
  const { source, point, job, workload, takeOver, scans, signal } = options
  const { onEvent } = repository.seams
  const abortable = signal === undefined ? {} : { signal }
  const place = placeOf(repository, job, workload)
  const session = await openSession(repository, { place, workload, identity: point.identity, takeOver, ...abortable })
  let writer: PointWriter | undefined
  let opened: OpenPoint | undefined
  let identity: string | undefined
  let parent: Checkpoint["parent"]
  /** Whether maps are being written: before that a checkpoint would say that nothing is done, over one that says more. */
  let isTransferring = false
  /** Whether a checkpoint of this base is there for the next session to adopt. */
  let isAdoptable = false
  const counts = noCounts()
  const toCheckpoint = async (all: boolean) => {
    if (writer === undefined) return
    const progress = await writer.checkpoint({ all })
    await session.checkpoint({
      session: session.id,
      ...progress,
      ...(identity !== undefined && { identity }),
      ...(parent !== undefined && { parent }),
    })
    isAdoptable = true
    onEvent?.({ type: "checkpoint", workload, packs: progress.packs })
  }
  try {
    if (isThere(session.state, point)) {
      // What was adopted on the way stays adoptable: only a commit supersedes it.
      const leavesWork = session.adoption !== undefined
      await session.end(leavesWork ? "failed" : "committed", { leavesWork }).catch(() => undefined)
      return { point: undefined, kind: undefined, contentRoots: {}, counts }
    }
    const { condemned } = session
    const base = await readBase(repository, place, session, abortable)
    parent = base.parent
    isAdoptable = base.checkpoint !== undefined
    identity = point.identity
    const blockBytes = base.tree?.blockBytes ?? base.blockBytes ?? point.blockBytes ?? repository.blockBytes
    refuseOtherBlockSize(point, base.tree?.blockBytes ?? base.blockBytes, workload)
    onEvent?.({ type: "task", job, workload, point: point.id })
    opened = await source.open(point, { blockBytes, ...abortable })
    for (const { name } of opened.disks) requireName("disk", name)
    const disks = matchDisks(opened, base.tree)
    const packs = new SessionPacks({ backup: place.backup, session: session.id })
    packs.beginAt(base.tree?.nextPack ?? 0)
    counts.totalBytes = disks.reduce((sum, disk) => sum + disk.sizeBytes, 0)
    const { packBytes } = repository
    const compression = { level: options.level ?? DEFAULT_LEVEL, keepsSlots: options.level === undefined }
    const lock = PointLock.of(repository, point, options.policy)
    const packLock = lock?.packLock(session.state)
    const dedup = dedupMemoryFor(2 * blockCount(counts.totalBytes, blockBytes), options.dedupBytes)
    const writing = new PointWriter(repository, disks, {
      packs,
      setup: {
        suite: seedOf(repository.view.suite),
        packs: packs.seed,
        dedup,
        blockBytes,
        packBytes,
        ...compression,
        ...(scans && { tagKey: scans.key }),
      },
      movers: options.movers,
      base: base.tree,
      ...(packLock && { lock: packLock }),
    })
    writer = writing
    const cursor =
      base.checkpoint?.identity !== undefined && base.checkpoint.identity === point.identity
        ? base.checkpoint.cursor
        : undefined
    if (session.adoption !== undefined) {
      // A checkpoint that is not built on numbers its packs otherwise.
      const adoption = { ...session.adoption, checkpoint: base.checkpoint }
      const adopted = await adoptPacks(repository, packs, adoption, writing, { blockBytes, condemned, ...abortable })
      const cursorBytes = cursor === undefined ? 0 : doneBefore(cursor, disks, blockBytes)
      onEvent?.({ type: "adopted", workload, session: session.id, packs: adopted, cursorBytes })
    }
    if (base.tree === undefined)
      await addSiblingBlocks(repository, place, writing, { blockBytes, condemned, ...abortable })

    isTransferring = true
    for (const [number, disk] of opened.disks.entries()) {
      const remembered = rememberedOf(disk.name)
      try {
        await transferDisk(writing, {
          number,
          disk,
          blockBytes,
          from: doneBlocks(cursor, number, disk.sizeBytes, blockBytes),
          counts,
          ...(remembered && { remembered }),
          progress: async () => {
            signal?.throwIfAborted()
            counts.storedBytes = writing.storedBytes
            onEvent?.({ type: "transfer", job, workload, counts: { ...counts } })
            if (writing.checkpointDue) await toCheckpoint(false)
          },
          ...abortable,
        })
      } finally {
        await remembered?.close()
      }
    }
    const consistency = await opened.finish(abortable)
    const { tree, contentRoots } = await writing.complete(lock?.treeLock(session.state))
    proveReceipt(opened, contentRoots, workload)
    counts.storedBytes = writing.storedBytes
    const id = randomId<"point">(repository.seams.random(16))
    const made = {
      id,
      session: session.id,
      point,
      tree,
      contentRoots,
      consistency,
      storedBytes: counts.storedBytes,
      repository: repository.birth.repository,
      metadata: opened.metadata,
      policy: options.policy,
    }
    let committed: Manifest | undefined
    const { appended } = await appendLogEntry(repository, {
      place,
      state: session.state,
      readAtMs: session.readAtMs,
      session: session.id,
      decide: async (state): Promise<EntryBody | undefined> => {
        refuseFenced(state, session, workload)
        if (isThere(state, point)) return undefined
        await refuseCondemned(repository, session, state, tree)
        const committedAtMs = repository.storeTime.now()
        const lockedUntilMs = (await lock?.secure(place, state, tree, { committedAtMs, ...abortable })) ?? 0
        committed = pointManifest(state, { ...made, lockedUntilMs, committedAtMs })
        return { kind: "point", manifest: committed }
      },
      lockOf: (body) => (body.kind === "point" ? lock?.entryLock(body.manifest.lockedUntilMs ?? 0) : undefined),
    })
    // The entry is there or decided against: whatever becomes of the last beat is no failure any more.
    await session.end("committed", { leavesWork: false }).catch(() => undefined)
    if (!appended || committed === undefined) return { point: undefined, kind: undefined, contentRoots, counts }
    onEvent?.({ type: "committed", job, workload, point: id, counts: { ...counts } })
    return { point: id, kind: committed.kind, contentRoots, counts: { ...counts } }
  } catch (error) {
    throw await giveUp(error)
  } finally {
    writer?.movers.end()
    await opened?.close()
  }

  function rememberedOf(disk: string): CarefulTags | undefined {
    if (scans === undefined) return undefined
    const { rehash = false } = options
    return new CarefulTags({
      cache: scans,
      disk: { repository: repository.birth.repository, job, workload, disk },
      rehash,
    })
  }

  /** Keeps what was done, as far as it can be kept, and ends the session. */
  async function giveUp(failure: unknown): Promise<unknown> {
    const fenced = isEngineError(failure) && failure.code === "Fenced"
    const isGone = isDamage(failure) && (await hasNewBarrier(repository, session))
    // A checkpoint of a base that does not open would be adopted by every session to come.
    const isSpoiled = isDamage(failure) && !isGone
    if (isSpoiled && isAdoptable) await abandonSelf().catch(() => undefined)
    else if (!isSpoiled && !fenced && isTransferring) await toCheckpoint(true).catch(() => undefined)
    const leavesWork = writer?.hasBegun === true || session.adoption !== undefined
    await session.end(signal?.aborted === true ? "interrupted" : "failed", { leavesWork }).catch(() => undefined)
    if (signal?.aborted !== true && isGone)
      return new EngineError(
        "Condemned",
        `${workload}: what the point was built on was given back; it is brought again`,
        {
          cause: failure,
        },
      )
    if (signal?.aborted !== true) return asEngineError(failure, `${repository.name}: ${job}/${workload}`)
    return new EngineError(
      "Interrupted",
      `${workload}: interrupted; what was stored by now is kept and the next run goes on from it`,
      { cause: failure },
    )
  }

  /** Fences this very session: what it adopted is not handed on. */
  async function abandonSelf(): Promise<void> {
    await appendLogEntry(repository, {
      place,
      state: session.state,
      readAtMs: session.readAtMs,
      session: session.id,
      decide: (state) => {
        refuseFenced(state, session, workload)
        return { kind: "fence", fenced: session.id, outcome: "abandoned" }
      },
    })
  }
}

function refuseOtherBlockSize(point: SourcePoint, chain: number | undefined, workload: string): void {
  if (chain === undefined || point.blockBytes === undefined || point.blockBytes === chain) return
  throw new EngineError(
    "Refused",
    `${workload}: point ${point.id} has blocks of ${point.blockBytes} bytes, the chain in the target has ${chain}`,
    {
      hint: "Copy it under another name (--as), which starts a new chain.",
    },
  )
}

/** The receipt: what was written has the content that the source states, or nothing is committed. */
function proveReceipt(opened: OpenPoint, written: Readonly<Record<string, string>>, workload: string): void {
  for (const { name, contentRoot } of opened.disks)
    if (contentRoot !== undefined && contentRoot !== written[name])
      throw new EngineError(
        "Damaged",
        `${workload} disk ${name}: written content has root ${written[name]}, the source says ${contentRoot}`,
      )
}

function refuseFenced(state: LogState, session: Session, workload: string): void {
  if (state.fenced.some((mark) => mark.session === session.id))
    throw new EngineError("Fenced", `${workload} was taken over by another session; this one stops, nothing is lost`)
}

/** Whether space was given back since the session began. */
async function hasNewBarrier({ view }: Repository, { place, state }: Session): Promise<boolean> {
  const now = await readLog(view, place).catch(() => undefined)
  return (now?.barrier?.entry ?? 0) > (state.barrier?.entry ?? 0)
}

/** A barrier that came while the point was being brought: what its epoch takes must not be named. */
async function refuseCondemned(
  repository: Repository,
  session: Session,
  { barrier, workload }: LogState,
  tree: PointTree,
): Promise<void> {
  if (barrier === undefined || barrier.entry <= (session.state.barrier?.entry ?? 0)) return
  if (await needsNothingGone(repository, session.place, tree)) return
  throw new EngineError(
    "Condemned",
    `${workload.name}: space was given back meanwhile that the new point would have shared; it is brought again`,
  )
}

/**
 * docs/design.md, Copying: a point is the same wherever it was copied from; points compare by origin. One that is damaged
 * is not there.
 */
export function isThere(state: LogState, point: Pick<SourcePoint, "origin">): boolean {
  return state.points.some((known) => !known.damaged && isSamePoint(known, point))
}

/** Whether a known point and one of a source are the same, wherever they were copied from. */
export function isSamePoint(
  { origin: known }: Pick<LivePoint, "origin">,
  { origin }: Pick<SourcePoint, "origin">,
): boolean {
  return known.repository === origin?.repository && known.point === origin.point
}
