import type { BackupId, SessionId } from "@bcopy/chain-format"

const LAST_NUMBER = 0
const NEXT_PACK = 1

/** What every thread of a session needs to number packs. */
export interface PackNumbersSeed {
  readonly backup: BackupId
  readonly session: SessionId
  readonly counters: SharedArrayBuffer
}

/**
 * The numbers of a session's packs, shared by its threads: data and map packs in one row from 1 (their keys), and the data
 * packs' numbers in the pack table.
 */
export class SessionPacks {
  readonly backup: BackupId
  readonly session: SessionId
  readonly seed: PackNumbersSeed
  readonly #counters: Int32Array
  /** Numbers of packs that are settled ahead of `#settled`. */
  readonly #ahead = new Set<number>()
  #settled = 0

  constructor(seed: Omit<PackNumbersSeed, "counters"> & { readonly counters?: SharedArrayBuffer }) {
    const counters = seed.counters ?? new SharedArrayBuffer(8)
    this.backup = seed.backup
    this.session = seed.session
    this.seed = { backup: seed.backup, session: seed.session, counters }
    this.#counters = new Int32Array(counters)
  }

  /** The newest number given. */
  get last(): number {
    return Atomics.load(this.#counters, LAST_NUMBER)
  }

  /** The number that the next data pack gets in the pack table. */
  get nextPack(): number {
    return Atomics.load(this.#counters, NEXT_PACK)
  }

  /** Numbers of the table below this one are taken. */
  beginAt(nextPack: number): void {
    Atomics.store(this.#counters, NEXT_PACK, nextPack)
  }

  /** Every pack up to this number is stored, and all that it holds is in the maps. For the main thread only. */
  get settled(): number {
    return this.#settled
  }

  /** This pack is stored, and all that it holds is in the maps. */
  settle(number: number): void {
    this.#ahead.add(number)
    while (this.#ahead.delete(this.#settled + 1)) this.#settled++
  }

  /** A number for the key of the next pack. */
  takeNumber(): number {
    return Atomics.add(this.#counters, LAST_NUMBER, 1) + 1
  }

  /** A number in the pack table for a data pack. */
  takePack(): number {
    return Atomics.add(this.#counters, NEXT_PACK, 1)
  }
}
