import type { LivePoint } from "@bcopy/chain-format"
import {
  backUp,
  type BackUpReport,
  type EngineErrorCode,
  type FoundWorkload,
  findWorkload,
  isEngineError,
  reclaim,
  type ReclaimOptions,
  type ReclaimReport,
  removePoints,
  restoreRemoved,
} from "@bcopy/copy-engine"
import type { RepoStore } from "@bcopy/repo"
import type { SourcePoint } from "@bcopy/source"
import { contentRoot } from "../../../packages/copy-engine/src/testing/content-root.ts"
import { disksNow } from "../../../packages/copy-engine/src/testing/memory-source.ts"
import { noise } from "../../../packages/copy-engine/src/testing/noise.ts"
import { makeWorld, type World, type WorldOptions } from "../../../packages/copy-engine/src/testing/world.ts"
import { BLOCK_BYTES } from "../reference.ts"

export const JOB = "nightly"
export const MIB = 1 << 20
const MINUTE_MS = 60_000

type Given = Parameters<typeof disksNow>[1]

export interface BackUpGiven extends NonNullable<Given> {
  readonly store?: RepoStore
  readonly takeOver?: boolean
  readonly signal?: AbortSignal
}

export interface ReclaimGiven extends ReclaimOptions {
  readonly store?: RepoStore
  /** How far its machine's clock is ahead of the store's. */
  readonly aheadMs?: number
  /** How it may fail. */
  readonly mayBe?: readonly EngineErrorCode[]
  readonly waitMs?: number
}

/** A point that somebody was told to be there. */
export interface PromisedPoint {
  readonly workload: string
  /** Its content root. */
  readonly root: string
}

/** A repository, engines that work in it one step at a time, and what was promised of it. */
export class Stage {
  readonly world: World
  readonly problems: string[] = []
  readonly #promised = new Map<string, PromisedPoint>()

  private constructor(world: World) {
    this.world = world
  }

  static async begin(options: WorldOptions = {}): Promise<Stage> {
    const stage = new Stage(makeWorld({ encrypted: false, ...options }))
    await stage.world.create()
    return stage
  }

  get store(): RepoStore {
    return this.world.store
  }

  problem(text: string): void {
    this.problems.push(text)
  }

  async wait(ms = MINUTE_MS): Promise<void> {
    await this.world.clock.advance(ms)
  }

  /** Keys with this in them. */
  keys(part: string): readonly string[] {
    return this.world.store.keys().filter((key) => key.includes(part))
  }

  /** Backs up a disk, by an engine of its own; what it says that it brought is promised. */
  async backUp(workload: string, bytes: Uint8Array, given: BackUpGiven = {}): Promise<BackUpReport> {
    const { store, takeOver, signal, ...rest } = given
    const repository = await this.world.open(store)
    const source = disksNow({ sda: bytes }, { workload, ...rest })
    const options = { level: 0, movers: 0, ...(takeOver !== undefined && { takeOver }), ...(signal && { signal }) }
    const report = await backUp(repository, { source, job: JOB, workload, ...options })
    if (report.point === undefined) this.problem(`${workload}: a backup ended well and brought no point`)
    else this.#promised.set(report.point, { workload, root: contentRoot(bytes, BLOCK_BYTES) })
    await this.wait()
    return report
  }

  /** A backup whose source cannot be opened once its session has begun. */
  async failToBackUp(workload: string, bytes: Uint8Array, given: Partial<SourcePoint> = {}): Promise<void> {
    const source = {
      ...disksNow({ sda: bytes }, { workload, ...given }),
      open: () => Promise.reject(new Error("no answer")),
    }
    const running = backUp(await this.world.open(), { source, job: JOB, workload, level: 0, movers: 0 })
    await running.then(
      () => this.problem(`${workload}: a source that does not open was backed up`),
      () => undefined,
    )
    await this.wait()
  }

  async find(workload: string): Promise<FoundWorkload> {
    return findWorkload(await this.world.open(), { job: JOB, workload })
  }

  /** Removes a point: from then on it may be gone for good, unless somebody takes that back in time. */
  async remove(
    workload: string,
    point: string | undefined,
    undoMs = 0,
    { store, waitMs = MINUTE_MS }: { readonly store?: RepoStore; readonly waitMs?: number } = {},
  ): Promise<void> {
    const repository = await this.world.open(store)
    const found = await this.find(workload)
    await removePoints(repository, found, [entryOf(found.state.points, point)], { undoMs })
    this.#promised.delete(point ?? "")
    await this.wait(waitMs)
  }

  /** Takes a removal back: the point is promised again. */
  async undo(workload: string, point: string | undefined, bytes: Uint8Array): Promise<void> {
    const repository = await this.world.open()
    const found = await this.find(workload)
    const removed = found.state.removed.map((one) => one.point)
    await restoreRemoved(repository, found, entryOf(removed, point))
    this.#promised.set(point ?? "", { workload, root: contentRoot(bytes, BLOCK_BYTES) })
    await this.wait()
  }

  /** Gives space back. Nothing is damaged here: that it cannot is a problem. */
  async reclaim({ store, aheadMs = 0, mayBe = [], waitMs = MINUTE_MS, ...options }: ReclaimGiven = {}): Promise<
    ReclaimReport | undefined
  > {
    const repository = await this.world.open(store)
    const { seams } = repository
    const clock = { ...seams.clock, now: () => seams.clock.now() + aheadMs }
    const engine = { ...repository, seams: { ...seams, clock } }
    const report = await reclaim(engine, { maxUnused: Number.POSITIVE_INFINITY, ...options }).catch(
      (error: unknown) => {
        if (isEngineError(error) && mayBe.includes(error.code)) return undefined
        throw error
      },
    )
    for (const { error } of report?.failed ?? [])
      if (!isEngineError(error) || !mayBe.includes(error.code)) this.problem(`reclaim failed: ${error.message}`)
    for (const { unknown } of report?.backups ?? [])
      if (!mayBe.includes("Damaged")) for (const { message } of unknown) this.problem(`reclaim: ${message}`)
    await this.wait(waitMs)
    return report
  }

  /** What was promised, point by point. */
  get promised(): ReadonlyMap<string, PromisedPoint> {
    return this.#promised
  }
}

/** A disk of so many parts of a MiB, each noise of its seed. */
export function disk(...seeds: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(seeds.length * MIB)
  for (const [at, seed] of seeds.entries()) bytes.set(noise(MIB, seed), at * MIB)
  return bytes
}

function entryOf(points: readonly LivePoint[], point: string | undefined): number {
  const found = points.find((one) => one.point === point)
  if (found === undefined) throw new Error(`there is no point ${point} to act on`)
  return found.entry
}
