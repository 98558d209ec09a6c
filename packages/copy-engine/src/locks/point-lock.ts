import type { LogPlace, LogState, PointTree } from "@bcopy/chain-format"
import type { PolicyInForce } from "@bcopy/retention-gfs"
import type { SourcePoint } from "@bcopy/source"
import type { PackLock } from "../pack-uploads.ts"
import { flagsOf, sequenceOf } from "../point-manifest.ts"
import type { TreeLock } from "../point-writer.ts"
import type { Repository } from "../repository.ts"
import { requireClock } from "../require-clock.ts"
import { horizonNeeded, type Immutability, immutabilityIn, LOCK_MARGIN_MS, wholeSecond } from "./immutability.ts"
import { lockRoots } from "./lock-roots.ts"
import { lockTree } from "./lock-tree.ts"

interface Abortable {
  readonly signal?: AbortSignal
}

/** The locks of one point that is being brought: packs as they are stored, shared ones before its entry, the entry itself. */
export class PointLock {
  readonly #repository: Repository
  readonly #immutability: Immutability
  readonly #point: SourcePoint
  readonly #policy: PolicyInForce | undefined
  /** Until when the tree's packs are locked by now. */
  #treeUntilMs = 0

  private constructor(
    repository: Repository,
    immutability: Immutability,
    point: SourcePoint,
    policy: PolicyInForce | undefined,
  ) {
    this.#repository = repository
    this.#immutability = immutability
    this.#point = point
    this.#policy = policy
  }

  /** `undefined` where nothing is locked. @throws EngineError `Refused` if clocks disagree by more than a day */
  static of(repository: Repository, point: SourcePoint, policy: PolicyInForce | undefined): PointLock | undefined {
    const immutability = immutabilityIn(repository)
    if (immutability === undefined) return undefined
    requireClock(repository, "nothing is locked, so nothing is stored that would have to be")
    return new PointLock(repository, immutability, point, policy)
  }

  /** Until when the point has to be locked, committed at that time: by rule, and as the newest in any case. */
  horizonIn(state: LogState, committedAtMs: number = this.#repository.storeTime.now()): number {
    const { createdAtMs, seq } = this.#point
    const incoming = { id: "incoming", seq: sequenceOf(state, seq), createdAtMs }
    const { gfs, dateSuspect } = flagsOf(state, incoming, { committedAtMs, policy: this.#policy })
    const point = { atMs: createdAtMs, committedAtMs, gfs, dateSuspect }
    const asNewest = wholeSecond(committedAtMs + this.#immutability.stayMs)
    return Math.max(horizonNeeded(point, this.#immutability, this.#policy), asNewest)
  }

  /** How packs are locked as they are stored: for what is needed as it looks now, and a generation. */
  packLock(state: LogState): PackLock {
    const { generationMs, lockMode } = this.#immutability
    return { retainUntilMs: wholeSecond(this.horizonIn(state) + LOCK_MARGIN_MS + generationMs), lockMode }
  }

  /** What the tree has to be locked for when it is complete. */
  treeLock(state: LogState): TreeLock {
    const { generationMs, lockMode } = this.#immutability
    const neededUntilMs = wholeSecond(this.horizonIn(state) + LOCK_MARGIN_MS)
    this.#treeUntilMs = neededUntilMs
    return { neededUntilMs, extendedUntilMs: neededUntilMs + generationMs, lockMode }
  }

  /**
   * Sees to it that everything which reading the point needs is locked until its horizon, and gives that. The entry states it,
   * and is written only then.
   * @throws StoreError, EngineError if anything can not be locked
   */
  async secure(
    place: LogPlace,
    state: LogState,
    tree: PointTree,
    { committedAtMs, ...options }: Abortable & { readonly committedAtMs: number },
  ): Promise<number> {
    const immutability = this.#immutability
    const horizonMs = this.horizonIn(state, committedAtMs)
    // Flags that were decided anew may reach further.
    if (horizonMs > this.#treeUntilMs)
      await lockTree(this.#repository, place, tree, { untilMs: horizonMs, immutability, ...options })
    await lockRoots(this.#repository, place, state, { untilMs: horizonMs, immutability }, options)
    return horizonMs
  }

  /** How the entry is locked that says so. */
  entryLock(horizonMs: number): PackLock {
    const { generationMs, lockMode } = this.#immutability
    return { retainUntilMs: wholeSecond(horizonMs + generationMs), lockMode }
  }
}
