import {
  type BackupId,
  isDamage,
  type LivePoint,
  type LogState,
  type Manifest,
  MAX_MAP_PACKS,
  type MovedSubtree,
  packBufferBytes,
  pointReader,
  type PointTree,
  readManifest,
  type SessionId,
} from "@bcopy/chain-format"
import { appendLogEntry } from "../append-log-entry.ts"
import { withMovers } from "../data-movers.ts"
import { EngineError, isEngineError } from "../engine-error.ts"
import { MapPackSink } from "../map-pack-sink.ts"
import { repackingPlan } from "../memory-budget.ts"
import { PackUploads } from "../pack-uploads.ts"
import type { Repository } from "../repository.ts"
import { listSessions } from "../session-list.ts"
import { settledSessions } from "../session-marks.ts"
import { SessionPacks } from "../session-packs.ts"
import { backupLogs, type BackupLog } from "./backup-logs.ts"
import type { DuePoints } from "./due-points.ts"
import { unseenPages } from "./held-packs.ts"
import { type MovedBlocks, movePacks, type WantedPack } from "./move-packs.ts"
import { ReclaimerBeat } from "./reclaimer-beat.ts"
import { nameOfPack, type Rehomed, rehomePoint } from "./rehome-points.ts"
import { readEpochs } from "./read-epochs.ts"
import type { SparsePack } from "./sparse-packs.ts"

/** Positions moved before points are rehomed: what is kept in memory of where they went. */
const MAX_POSITIONS = 200_000
/** Bytes of trees in one entry, about: small objects take twice as much. */
const MAX_ENTRY_BYTES = 4 << 20

export interface EmptySparseOptions {
  readonly chosen: readonly SparsePack[]
  /** Points that are about to go for good: nothing is moved for them. */
  readonly due: DuePoints
  readonly session: SessionId
  readonly onMoved?: (packs: number) => void
  /** Target for the memory of the process; 288 MiB by default. */
  readonly memoryBytes?: number
  /** Data movers: as many as there are cores and memory for, by default, where there is much to move. */
  readonly movers?: number
  readonly signal?: AbortSignal
}

/** What was moved. */
export interface EmptiedPacks {
  readonly packs: number
  readonly movedBytes: number
  /** Workloads that were let be: somebody writes them or gives their space back, or a point of them does not open. */
  readonly skipped: readonly string[]
}

/**
 * Writes what points need of sparse packs into new ones, and moves the points there, workload by workload: the emptied packs
 * are then nobody's, and go like all others. No point changes its content; what dies on the way leaves packs that are
 * nobody's. Beside a writer of a workload nothing of it is moved.
 */
export async function emptySparse(
  repository: Repository,
  backup: BackupId,
  options: EmptySparseOptions,
): Promise<EmptiedPacks> {
  const { chosen, session, signal } = options
  const sums = { packs: 0, movedBytes: 0 }
  const skipped: string[] = []
  if (chosen.length === 0) return { ...sums, skipped }
  const abortable = signal === undefined ? {} : { signal }
  const wanted = new Set(chosen.map(nameOfPack))
  const beat = new ReclaimerBeat(repository, backup, session)
  await beat.touch()
  try {
    const packs = new SessionPacks({ backup, session })
    for await (const log of backupLogs(repository, backup, abortable)) {
      signal?.throwIfAborted()
      // Behind this look a new epoch is met in the log.
      if ((await readEpochs(repository.view, backup, abortable)).open.length > 0) break
      const settled = settledSessions(log.state)
      const sessions = await listSessions(repository, log.place, abortable)
      if (sessions.some((one) => !settled.has(one.session))) {
        skipped.push(log.state.workload.name)
        continue
      }
      try {
        await emptyOf(repository, log, { ...options, wanted, packs, beat }, sums)
      } catch (error) {
        // What does not open is not moved, and holds what it may need; nor is anything beside another who gives space back.
        if (!isDamage(error) && !(isEngineError(error) && error.code === "Busy")) throw error
        skipped.push(log.state.workload.name)
      }
    }
  } finally {
    await beat.end()
  }
  return { ...sums, skipped }
}

interface EmptyOptions extends EmptySparseOptions {
  readonly wanted: ReadonlySet<string>
  readonly packs: SessionPacks
  readonly beat: ReclaimerBeat
}

async function emptyOf(
  repository: Repository,
  log: BackupLog,
  options: EmptyOptions,
  sums: { packs: number; movedBytes: number },
): Promise<void> {
  const { place } = log
  const { signal, packs, beat, session, wanted, due } = options
  const abortable = signal === undefined ? {} : { signal }
  let { state } = log
  const manifests = new Map<number, Manifest>()
  const going = new Set(due.of(place, state).map(({ entry }) => entry))
  for (const point of pointsOf(state).filter(({ entry }) => !going.has(entry)))
    manifests.set(point.entry, await readManifest(repository.view, place, point, abortable))
  const all = [...manifests.values()]
  if (all.some(({ mapPacks }) => mapPacks.length >= MAX_MAP_PACKS - 8)) return
  const free = await unlockedOf(repository, log, manifests, wanted, abortable)
  for (const blockBytes of new Set(all.map((one) => one.blockBytes))) {
    const ofSize = all.filter((one) => one.blockBytes === blockBytes)
    for (const batch of inBatches(await usesOf(repository, log, ofSize, free, abortable)))
      await emptyBatch(batch, blockBytes)
  }

  async function emptyBatch(batch: readonly WantedPack[], blockBytes: number): Promise<void> {
    // A number that no point of the workload has given yet: pages that several of them share mean the same to all.
    packs.beginAt(Math.max(packs.nextPack, ...all.map(({ nextPack }) => nextPack)))
    const uploads = new PackUploads(repository)
    const { places, made, movedBytes } = await moveAll(batch, blockBytes, uploads)
    sums.movedBytes += movedBytes
    const mapBuffer = new Uint8Array(packBufferBytes(repository.packBytes))
    const nextMapPack = Math.max(...all.map((one) => one.nextMapPack))
    const sink = new MapPackSink(repository, packs, uploads, { mapBuffer }, { mapPacks: [], nextMapPack })
    const done = new Map<string, MovedSubtree>()
    const { nextPack } = packs
    const rehomed = new Map<number, Rehomed>()
    for (const [entry, manifest] of manifests) {
      if (manifest.blockBytes !== blockBytes) continue
      await beat.touch()
      const now = await rehomePoint(repository, manifest, {
        place,
        sink,
        moved: places,
        made,
        nextPack,
        done,
        ...abortable,
      })
      if (now !== undefined) rehomed.set(entry, now)
    }
    await sink.flush()
    await append([...rehomed].map(([entry, tree]) => ({ entry, tree: tree(sink) })))
  }

  /** Has movers write packs anew. They end with it: what comes then has their memory. */
  async function moveAll(batch: readonly WantedPack[], blockBytes: number, uploads: PackUploads): Promise<MovedBlocks> {
    const { packBytes } = repository
    const { backup } = place
    const before = async () => {
      signal?.throwIfAborted()
      await beat.touch()
    }
    const after = () => options.onMoved?.(++sums.packs)
    const plan = repackingPlan(options, packBytes)
    const { fillBytes } = plan
    return withMovers({ plan, packBytes: fillBytes }, async (movers) =>
      movePacks(repository, batch, {
        backup,
        blockBytes,
        fillBytes,
        packs,
        uploads,
        movers,
        before,
        after,
        ...abortable,
      }),
    )
  }

  /** Moves points, as many with one entry as it takes. */
  async function append(points: readonly { readonly entry: number; readonly tree: PointTree }[]): Promise<void> {
    for (let at = 0; at < points.length;) {
      let bytes = 0
      let end = at
      while (end < points.length && (end === at || bytes < MAX_ENTRY_BYTES))
        bytes += JSON.stringify(points[end++], (_, value: unknown) =>
          value instanceof Uint8Array ? "x".repeat(2 * value.length) : value,
        ).length
      await rehome(points.slice(at, end))
      at = end
    }
  }

  async function rehome(points: readonly { readonly entry: number; readonly tree: PointTree }[]): Promise<void> {
    const before = new Map(pointsOf(state).map((point) => [point.entry, point]))
    const barrier = state.barrier?.entry ?? 0
    const appended = await appendLogEntry(repository, {
      place,
      state,
      readAtMs: log.readAtMs,
      session,
      decide: (now) => {
        // An epoch that has begun since may take the new packs, which nobody named yet.
        if ((now.barrier?.entry ?? 0) !== barrier)
          throw new EngineError(
            "Busy",
            `${now.workload.name}: somebody else gives space back; sparse packs stay for now`,
          )
        const living = new Map(pointsOf(now).map((point) => [point.entry, point]))
        const moved = points.flatMap(({ entry, tree }) => {
          const [was, is] = [before.get(entry), living.get(entry)]
          return is !== undefined && was?.home?.entry === is.home?.entry ? [{ entry, point: is.point, tree }] : []
        })
        return moved.length === 0 ? undefined : { kind: "rehomed", points: moved }
      },
      ...abortable,
    })
    state = appended.state
    for (const { entry, tree } of points) {
      const manifest = manifests.get(entry) as Manifest
      const disks = tree.disks.map((disk, at) => ({ ...disk, contentRoot: manifest.disks[at]?.contentRoot as string }))
      const { table: _, ...rest } = manifest
      manifests.set(entry, { ...rest, ...tree, disks })
    }
  }
}

/**
 * Those of the wanted packs that no locked point needs: what such a point needs is locked, where it lies and in the log. Pack
 * tables may not know how long, where locks were extended behind them.
 */
async function unlockedOf(
  repository: Repository,
  { place, state }: BackupLog,
  manifests: ReadonlyMap<number, Manifest>,
  wanted: ReadonlySet<string>,
  options: { readonly signal?: AbortSignal },
): Promise<ReadonlySet<string>> {
  const free = new Set(wanted)
  const pages = new Set<string>()
  const nowMs = repository.storeTime.now()
  for (const { entry, lockedUntilMs = 0 } of pointsOf(state)) {
    const manifest = manifests.get(entry)
    if (lockedUntilMs <= nowMs || manifest === undefined) continue
    const { table } = pointReader(repository.view, place.backup, manifest, options)
    for await (const { record } of table.records({ passes: unseenPages(manifest, pages) }))
      free.delete(nameOfPack(record))
  }
  return free
}

/** Which positions of the wanted packs points use, all of them together. */
async function usesOf(
  repository: Repository,
  { place }: BackupLog,
  manifests: readonly Manifest[],
  wanted: ReadonlySet<string>,
  options: { readonly signal?: AbortSignal },
): Promise<readonly WantedPack[]> {
  const uses = new Map<string, { record: WantedPack["record"]; used: Uint32Array }>()
  const pages = new Set<string>()
  for (const manifest of manifests) {
    const { table } = pointReader(repository.view, place.backup, manifest, options)
    // A page that points share says the same of all of them.
    for await (const { record } of table.records({ passes: unseenPages(manifest, pages) })) {
      const name = nameOfPack(record)
      if (!wanted.has(name)) continue
      const last = record.live.at(-1)
      const words = Math.ceil(((last?.first ?? 0) + (last?.count ?? 0)) / 32)
      const known = uses.get(name)
      const used = new Uint32Array(Math.max(words, known?.used.length ?? 0))
      used.set(known?.used ?? [])
      for (const { first, count } of record.live)
        for (let at = first; at < first + count; at++) used[at >>> 5] = (used[at >>> 5] as number) | (1 << (at & 31))
      uses.set(name, { record, used })
    }
  }
  return [...uses.values()]
}

/** As many packs at once as it may be known of where their blocks went. */
function* inBatches(packs: readonly WantedPack[]): Iterable<readonly WantedPack[]> {
  let batch: WantedPack[] = []
  let positions = 0
  for (const pack of packs) {
    batch.push(pack)
    positions += pack.used.length * 32
    if (positions < MAX_POSITIONS) continue
    yield batch
    batch = []
    positions = 0
  }
  if (batch.length > 0) yield batch
}

/** Living points, and those that may come back. */
function pointsOf({ points, removed }: LogState): readonly LivePoint[] {
  return [...points, ...removed.map((one) => one.point)]
}
