import type { BackupId, SessionId } from "@bcopy/chain-format"

const DATA_PACKS = 0
const MAP_PACKS = 1
const NEXT_PACK = 2

/** What every thread of a session needs to number packs. */
export interface PackNumbersSeed {
  readonly backup: BackupId
  readonly session: SessionId
  readonly counters: SharedArrayBuffer
}

/**
 * The numbers of a session's packs, shared by its threads: in their keys data packs have the odd ones and map packs the
 * even ones, so that neither depends on how fast the other is; and the data packs' numbers in the pack table.
 */
export class SessionPacks {
  readonly backup: BackupId
  readonly session: SessionId
  readonly seed: PackNumbersSeed
  readonly #counters: Int32Array
  /** Numbers of data packs that are settled ahead of `#settled`. */
  readonly #ahead = new Set<number>()
  #settled = -1

  constructor(seed: Omit<PackNumbersSeed, "counters"> & { readonly counters?: SharedArrayBuffer }) {
    const counters = seed.counters ?? new SharedArrayBuffer(12)
    this.backup = seed.backup
    this.session = seed.session
    this.seed = { backup: seed.backup, session: seed.session, counters }
    this.#counters = new Int32Array(counters)
  }

  /** Whether a pack was begun. */
  get begun(): boolean {
    return Atomics.load(this.#counters, DATA_PACKS) > 0 || Atomics.load(this.#counters, MAP_PACKS) > 0
  }

  /** The number that the next data pack gets in the pack table. */
  get nextPack(): number {
    return Atomics.load(this.#counters, NEXT_PACK)
  }

  /** Numbers of the table below this one are taken. */
  beginAt(nextPack: number): void {
    Atomics.store(this.#counters, NEXT_PACK, nextPack)
  }

  /** Every data pack up to this number is stored, and all that it holds is in the maps. For the main thread only. */
  get settled(): number {
    return Math.max(0, this.#settled)
  }

  /** This data pack is stored, and all that it holds is in the maps. */
  settle(number: number): void {
    this.#ahead.add(number)
    while (this.#ahead.delete(this.#settled + 2)) this.#settled += 2
  }

  /** A number for the key of the next data pack. */
  takeDataNumber(): number {
    return Atomics.add(this.#counters, DATA_PACKS, 1) * 2 + 1
  }

  /** A number for the key of the next map pack. */
  takeMapNumber(): number {
    return Atomics.add(this.#counters, MAP_PACKS, 1) * 2 + 2
  }

  /** A number in the pack table for a data pack. */
  takePack(): number {
    return Atomics.add(this.#counters, NEXT_PACK, 1)
  }
}
