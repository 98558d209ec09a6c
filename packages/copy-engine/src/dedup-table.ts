import { DIGEST_BYTES } from "@bcopy/chain-format"

/** Where a stored block lies: in a pack that the table's owner knows by number. */
export interface StoredBlock {
  readonly pack: number
  readonly slot: number
  readonly offset: number
  readonly length: number
  readonly place: number
}

const WORDS = 4
const FIRST_CAPACITY = 1 << 12
const ENTRY_BYTES = DIGEST_BYTES + WORDS * 4

/**
 * Block ids and where their bytes are stored, in a table of bounded size: open addressing over two flat arrays. Full ids
 * are kept, so that a hit needs no confirmation. When it is full it takes no more; what it misses is stored twice.
 */
export class DedupTable {
  readonly #limit: number
  #ids = new Uint8Array(FIRST_CAPACITY * DIGEST_BYTES)
  #words = new Uint32Array(FIRST_CAPACITY * WORDS)
  #capacity = FIRST_CAPACITY
  #size = 0

  /** @param limitBytes memory that the table may take */
  constructor(limitBytes: number) {
    this.#limit = Math.max(FIRST_CAPACITY, 2 ** Math.floor(Math.log2(limitBytes / ENTRY_BYTES)))
  }

  get size(): number {
    return this.#size
  }

  /** Whether nothing more goes in. */
  get full(): boolean {
    return this.#size >= this.#limit * 0.75
  }

  /** Where the block with this id (at `at` in `ids`) is stored; `undefined` if the table does not know. */
  find(ids: Uint8Array, at = 0): StoredBlock | undefined {
    const index = this.#indexOf(ids, at)
    const word = index * WORDS
    const length = this.#words[word + 3] as number
    if (length === 0) return undefined
    const slotAndPlace = this.#words[word + 1] as number
    return {
      pack: this.#words[word] as number,
      slot: slotAndPlace >>> 8,
      place: slotAndPlace & 0xff,
      offset: this.#words[word + 2] as number,
      length,
    }
  }

  /** Remembers a block, unless its id is known or the table is full. */
  add(ids: Uint8Array, at: number, block: StoredBlock): void {
    if (this.#size >= this.#capacity * 0.75) {
      if (this.#capacity >= this.#limit) return
      this.#grow()
    }
    const index = this.#indexOf(ids, at)
    const word = index * WORDS
    if (this.#words[word + 3] !== 0) return
    this.#ids.set(ids.subarray(at, at + DIGEST_BYTES), index * DIGEST_BYTES)
    this.#words[word] = block.pack
    this.#words[word + 1] = block.slot * 256 + block.place
    this.#words[word + 2] = block.offset
    this.#words[word + 3] = block.length
    this.#size++
  }

  /** The place of an id: its own, or the free one where it would go. */
  #indexOf(ids: Uint8Array, at: number): number {
    const mask = this.#capacity - 1
    let index =
      ((ids[at] as number) |
        ((ids[at + 1] as number) << 8) |
        ((ids[at + 2] as number) << 16) |
        ((ids[at + 3] as number) << 24)) &
      mask
    while (this.#words[index * WORDS + 3] !== 0 && !this.#equals(index, ids, at)) index = (index + 1) & mask
    return index
  }

  #equals(index: number, ids: Uint8Array, at: number): boolean {
    const own = index * DIGEST_BYTES
    for (let byte = 0; byte < DIGEST_BYTES; byte++) if (this.#ids[own + byte] !== ids[at + byte]) return false
    return true
  }

  #grow(): void {
    const ids = this.#ids
    const words = this.#words
    this.#capacity *= 2
    this.#ids = new Uint8Array(this.#capacity * DIGEST_BYTES)
    this.#words = new Uint32Array(this.#capacity * WORDS)
    for (let old = 0; old * WORDS < words.length; old++) {
      if (words[old * WORDS + 3] === 0) continue
      const index = this.#indexOf(ids, old * DIGEST_BYTES)
      this.#ids.set(ids.subarray(old * DIGEST_BYTES, (old + 1) * DIGEST_BYTES), index * DIGEST_BYTES)
      this.#words.set(words.subarray(old * WORDS, (old + 1) * WORDS), index * WORDS)
    }
  }
}
