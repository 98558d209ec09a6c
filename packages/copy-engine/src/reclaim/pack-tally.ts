import type { SessionId } from "@bcopy/chain-format"

/** A table is made anew at twice the size when it is fuller than this. */
const FULLEST = 0.75
const LEAST_PLACES = 1024
const HOUR_MS = 3_600_000

/** What holds a pack; of several the one named first here. */
export const holders = ["live", "undo", "reading", "session"] as const
export type Holder = (typeof holders)[number]

/**
 * Which packs are held, by what, and how much of each is in use: in some 20 bytes a pack, whatever their number. A pack is
 * known by 64 bits made of its session's id, which is random, and its number: two packs of one session never meet, and of two
 * that do, the one that should go stays.
 */
export class PackTally {
  /** Where a pack is in the columns, plus 1; 0 where a place is free. */
  #places: Uint32Array
  #high: Uint32Array
  #low: Uint32Array
  #holder: Uint8Array
  #used: Uint32Array
  #most: Uint32Array
  /** Hours since 1970, rounded up. */
  #locked: Uint32Array
  #count = 0

  constructor(expected = 0) {
    let places = LEAST_PLACES
    while (places * FULLEST < expected) places *= 2
    this.#places = new Uint32Array(places)
    const columns = Math.ceil(places * FULLEST)
    this.#high = new Uint32Array(columns)
    this.#low = new Uint32Array(columns)
    this.#holder = new Uint8Array(columns)
    this.#used = new Uint32Array(columns)
    this.#most = new Uint32Array(columns)
    this.#locked = new Uint32Array(columns)
  }

  get size(): number {
    return this.#count
  }

  /** Notes that a pack is held, and gives what it is called in `addUse`. */
  hold(session: SessionId, number: number, holder: Holder): number {
    const rank = holders.indexOf(holder) + 1
    const at = this.#find(...wordsOf(session, number), true)
    const known = this.#holder[at] as number
    if (known === 0 || rank < known) this.#holder[at] = rank
    return at
  }

  /** A pack is known to be locked until then. */
  noteLock(at: number, untilMs: number): void {
    this.#locked[at] = Math.max(this.#locked[at] as number, Math.ceil(untilMs / HOUR_MS))
  }

  /** Until when a pack is known to be locked, to the hour; 0 if it is not. */
  lockedUntil(session: SessionId, number: number): number {
    const at = this.#find(...wordsOf(session, number), false)
    return at < 0 ? 0 : (this.#locked[at] as number) * HOUR_MS
  }

  /** So many more positions of a pack are in use, of `most` that it brought. */
  addUse(at: number, used: number, most: number): void {
    this.#used[at] = (this.#used[at] as number) + used
    this.#most[at] = Math.max(this.#most[at] as number, most)
  }

  holderOf(session: SessionId, number: number): Holder | undefined {
    const at = this.#find(...wordsOf(session, number), false)
    return at < 0 ? undefined : holders[(this.#holder[at] as number) - 1]
  }

  /** The share of a pack that is in use, 0 to 1; 1 where that is not known. */
  shareOf(session: SessionId, number: number): number {
    const at = this.#find(...wordsOf(session, number), false)
    const most = at < 0 ? 0 : (this.#most[at] as number)
    return most === 0 ? 1 : Math.min(1, (this.#used[at] as number) / most)
  }

  #find(high: number, low: number, make: boolean): number {
    const mask = this.#places.length - 1
    let place = (high ^ low) & mask
    for (; this.#places[place] !== 0; place = (place + 1) & mask) {
      const at = (this.#places[place] as number) - 1
      if (this.#low[at] === low && this.#high[at] === high) return at
    }
    if (!make) return -1
    if (this.#count === this.#high.length) {
      this.#grow()
      return this.#find(high, low, make)
    }
    const at = this.#count++
    this.#places[place] = at + 1
    this.#high[at] = high
    this.#low[at] = low
    return at
  }

  #grow(): void {
    const places = new Uint32Array(this.#places.length * 2)
    const mask = places.length - 1
    for (let at = 0; at < this.#count; at++) {
      let place = ((this.#high[at] as number) ^ (this.#low[at] as number)) & mask
      while (places[place] !== 0) place = (place + 1) & mask
      places[place] = at + 1
    }
    this.#places = places
    const columns = Math.ceil(places.length * FULLEST)
    this.#high = wider(this.#high, new Uint32Array(columns))
    this.#low = wider(this.#low, new Uint32Array(columns))
    this.#holder = wider(this.#holder, new Uint8Array(columns))
    this.#used = wider(this.#used, new Uint32Array(columns))
    this.#most = wider(this.#most, new Uint32Array(columns))
    this.#locked = wider(this.#locked, new Uint32Array(columns))
  }
}

function wider<Column extends Uint32Array | Uint8Array>(column: Column, into: Column): Column {
  into.set(column)
  return into
}

/** For one session no two numbers give the same words: multiplying by an odd number loses nothing. */
function wordsOf(session: SessionId, number: number): [high: number, low: number] {
  const a = Number.parseInt(session.slice(0, 8), 16)
  const b = Number.parseInt(session.slice(8, 16), 16)
  const high = (a ^ Math.imul(number, 0x9e3779b1)) >>> 0
  const low = (b ^ Math.imul(number + 1, 0x85ebca6b)) >>> 0
  return [high, low]
}
