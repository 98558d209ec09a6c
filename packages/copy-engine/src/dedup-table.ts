import { DIGEST_BYTES } from "@bcopy/chain-format"

/** Where a stored block lies: in a pack that the table's owner knows by number. */
export interface StoredBlock {
  readonly pack: number
  readonly slot: number
  readonly offset: number
  readonly length: number
  readonly place: number
}

/** The memory of a table, as another thread gets it. */
export interface DedupMemory {
  readonly ids: SharedArrayBuffer
  readonly words: SharedArrayBuffer
  readonly size: SharedArrayBuffer
}

const WORDS = 4
const LENGTH = 3
const MIN_CAPACITY = 1 << 12
const ENTRY_BYTES = DIGEST_BYTES + WORDS * 4
const MAX_LOAD = 0.75
/** Stands in the length of an entry that another thread is filling in. */
const CLAIMED = 0xffff_ffff

/**
 * Block ids and where their bytes are stored, in a table of fixed size that all threads of a session share: open
 * addressing over two flat arrays, an entry's length written last. Full ids are kept, so that a hit needs no
 * confirmation. When it is full it takes no more; what it misses is stored twice, never wrongly.
 */
export class DedupTable {
  readonly memory: DedupMemory
  readonly #ids: Uint8Array
  readonly #words: Uint32Array
  readonly #size: Int32Array
  readonly #capacity: number

  /** Takes over the memory of a table made by {@link dedupMemoryFor}. */
  constructor(memory: DedupMemory) {
    this.memory = memory
    this.#ids = new Uint8Array(memory.ids)
    this.#words = new Uint32Array(memory.words)
    this.#size = new Int32Array(memory.size)
    this.#capacity = this.#words.length / WORDS
  }

  get size(): number {
    return Atomics.load(this.#size, 0)
  }

  /** Whether nothing more goes in. */
  get full(): boolean {
    return this.size >= this.#capacity * MAX_LOAD
  }

  /** Where the block with this id (at `at` in `ids`) is stored; `undefined` if the table does not know. */
  find(ids: Uint8Array, at = 0): StoredBlock | undefined {
    const mask = this.#capacity - 1
    for (let index = this.#first(ids, at); ; index = (index + 1) & mask) {
      const word = index * WORDS
      const length = Atomics.load(this.#words, word + LENGTH)
      if (length === 0) return undefined
      if (length === CLAIMED || !this.#equals(index, ids, at)) continue
      const slotAndPlace = this.#words[word + 1] as number
      return {
        pack: this.#words[word] as number,
        slot: slotAndPlace >>> 8,
        place: slotAndPlace & 0xff,
        offset: this.#words[word + 2] as number,
        length,
      }
    }
  }

  /** Remembers a block, unless its id is known or the table is full. */
  add(ids: Uint8Array, at: number, block: StoredBlock): void {
    if (this.full) return
    const mask = this.#capacity - 1
    for (let index = this.#first(ids, at); ; index = (index + 1) & mask) {
      const word = index * WORDS
      const length = Atomics.compareExchange(this.#words, word + LENGTH, 0, CLAIMED)
      if (length === 0) {
        this.#ids.set(ids.subarray(at, at + DIGEST_BYTES), index * DIGEST_BYTES)
        this.#words[word] = block.pack
        this.#words[word + 1] = block.slot * 256 + block.place
        this.#words[word + 2] = block.offset
        Atomics.store(this.#words, word + LENGTH, block.length)
        Atomics.add(this.#size, 0, 1)
        return
      }
      // An entry being filled in may hold the same id: then the table has it twice, which does no harm.
      if (length !== CLAIMED && this.#equals(index, ids, at)) return
    }
  }

  #first(ids: Uint8Array, at: number): number {
    const head =
      (ids[at] as number) |
      ((ids[at + 1] as number) << 8) |
      ((ids[at + 2] as number) << 16) |
      ((ids[at + 3] as number) << 24)
    return head & (this.#capacity - 1)
  }

  #equals(index: number, ids: Uint8Array, at: number): boolean {
    const own = index * DIGEST_BYTES
    for (let byte = 0; byte < DIGEST_BYTES; byte++) if (this.#ids[own + byte] !== ids[at + byte]) return false
    return true
  }
}

/** Memory for a table of so many blocks, within a limit; at least a small one. */
export function dedupMemoryFor(blocks: number, limitBytes: number): DedupMemory {
  const wanted = 2 ** Math.ceil(Math.log2(Math.max(1, blocks) / MAX_LOAD))
  const most = 2 ** Math.floor(Math.log2(limitBytes / ENTRY_BYTES))
  const capacity = Math.max(MIN_CAPACITY, Math.min(wanted, most))
  return {
    ids: new SharedArrayBuffer(capacity * DIGEST_BYTES),
    words: new SharedArrayBuffer(capacity * WORDS * 4),
    size: new SharedArrayBuffer(4),
  }
}
