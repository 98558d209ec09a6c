import {
  type BlocksRecord,
  type Codec,
  dataPackWriter,
  DIGEST_BYTES,
  equalBytes,
  layout,
  type PackWriter,
  placesPerSlot,
  type SealSuite,
  type Sha256,
} from "@bcopy/chain-format"
import { type DedupMemory, DedupTable } from "./dedup-table.ts"
import type { PackBuffer } from "./pack-pool.ts"
import { type PackNumbersSeed, SessionPacks } from "./session-packs.ts"

/** What a mover needs to know before the first stretch; clonable, so that it can be a thread's. */
export interface MoverSetup {
  readonly packs: PackNumbersSeed
  readonly dedup: DedupMemory
  readonly blockBytes: number
  readonly packBytes: number
  /** Compression level; 0 stores. */
  readonly level: number
}

/** What a mover is made of. */
export interface MoverMeans {
  readonly suite: SealSuite
  readonly codec: Codec
  readonly sha256: Sha256
  /** A buffer to fill a pack in, and its way back. */
  readonly takeBuffer: () => PackBuffer
  readonly releaseBuffer: (index: number) => void
}

/**
 * A stretch of a disk for a mover: blocks in ascending order and their bytes, one after the other, in memory that a thread
 * can share.
 */
export interface Stretch {
  readonly disk: number
  readonly runs: readonly { readonly first: number; readonly count: number }[]
  readonly plain: Uint8Array
  /** Ids at the same places in the base: 32 bytes each, zeros where there is none. */
  readonly base?: Uint8Array
  /** Ids that the source gives; a block that hashes to another one is damage. */
  readonly expected?: Uint8Array
}

/** What became of a block: as in the base, zeros, stored already, or new. */
export const blockFates = { keep: 0, zero: 1, stored: 2, fresh: 3 } as const

/** What became of the blocks of a stretch, in their order. */
export interface MovedStretch {
  readonly fates: Uint8Array
  readonly ids: Uint8Array
  /**
   * Four words a block. Stored: pack, slot × 256 + place, offset, length. New: serial of its slot, place.
   */
  readonly words: Uint32Array
  /** Offset in the stretch of the first block that is not what the source says; -1 if all are. */
  readonly wrong: number
}

/** A pack that a mover has filled. */
export interface MovedPack {
  readonly pack: number
  readonly number: number
  readonly key: string
  readonly hint: Uint8Array
  readonly bytes: Uint8Array
  /** Number of the pool's buffer that `bytes` lies in; -1 if it lies in memory of its own. */
  readonly buffer: number
  /** Four words a slot: serial, slot, offset, length. */
  readonly slots: Uint32Array
  /** How many blocks it holds. */
  readonly blocks: number
}

/** A pack being filled. */
interface OpenPack {
  readonly pack: number
  readonly number: number
  readonly key: string
  readonly writer: PackWriter<BlocksRecord>
  readonly buffer: PackBuffer
}

/**
 * A data mover: tells zeros and unchanged blocks from new ones, hashes, deduplicates, compresses and seals, in one thread
 * and synchronously; whole packs come out. docs/design.md, Data movers
 */
export class Mover {
  readonly #setup: MoverSetup
  readonly #means: MoverMeans
  readonly #emit: (pack: MovedPack) => void
  readonly #packs: SessionPacks
  readonly #dedup: DedupTable
  readonly #places: number
  readonly #zero: Uint8Array
  readonly #slot: Uint8Array
  readonly #slotIds: Uint8Array
  readonly #open = new Map<string, number>()
  #disk = 0
  #runs: { first: number; count: number }[] = []
  #filled = 0
  #serial = 0
  #sealed: number[] = []
  #blocks = 0
  #current: OpenPack | undefined

  constructor(setup: MoverSetup, means: MoverMeans, emit: (pack: MovedPack) => void) {
    this.#setup = setup
    this.#means = means
    this.#emit = emit
    this.#packs = new SessionPacks(setup.packs)
    this.#dedup = new DedupTable(setup.dedup)
    this.#places = placesPerSlot(setup.blockBytes)
    this.#zero = new Uint8Array(setup.blockBytes)
    this.#slot = new Uint8Array(this.#places * setup.blockBytes)
    this.#slotIds = new Uint8Array(this.#places * DIGEST_BYTES)
  }

  /** Lets go of a pack that nobody will finish. */
  abandon(): void {
    if (this.#current !== undefined) this.#means.releaseBuffer(this.#current.buffer.index)
    this.#current = undefined
  }

  /**
   * Works through a stretch. Packs that fill up on the way are emitted before this returns. A stretch with a block that is
   * not what the source says is not worked through at all.
   */
  move({ disk, runs, plain, base, expected }: Stretch): MovedStretch {
    const { blockBytes } = this.#setup
    const count = runs.reduce((sum, run) => sum + run.count, 0)
    const moved = {
      fates: new Uint8Array(count),
      ids: new Uint8Array(count * DIGEST_BYTES),
      words: new Uint32Array(count * 4),
    }
    for (let at = 0; expected !== undefined && at < count; at++) {
      const id = this.#means.sha256(plain.subarray(at * blockBytes, (at + 1) * blockBytes))
      if (!equalBytes(id, idAt(expected, at))) return { ...moved, wrong: at }
    }
    if (disk !== this.#disk) this.#seal()
    this.#disk = disk
    let at = 0
    for (const run of runs)
      for (let block = run.first; block < run.first + run.count; block++, at++) {
        const bytes = plain.subarray(at * blockBytes, (at + 1) * blockBytes)
        if (expected === undefined && Buffer.compare(bytes, this.#zero) === 0) {
          moved.fates[at] = blockFates.zero
          continue
        }
        const id = expected === undefined ? this.#means.sha256(bytes) : idAt(expected, at)
        if (base !== undefined && equalBytes(id, idAt(base, at))) continue
        moved.ids.set(id, at * DIGEST_BYTES)
        this.#take(block, id, bytes, moved, at)
      }
    return { ...moved, wrong: -1 }
  }

  /** Seals and emits what is pending. */
  flush(): void {
    this.#seal()
    if (this.#current !== undefined) this.#finish()
  }

  #take(block: number, id: Uint8Array, bytes: Uint8Array, moved: Omit<MovedStretch, "wrong">, at: number): void {
    const { blockBytes } = this.#setup
    const stored = this.#dedup.find(id)
    if (stored !== undefined) {
      moved.fates[at] = blockFates.stored
      moved.words.set([stored.pack, stored.slot * 256 + stored.place, stored.offset, stored.length], at * 4)
      return
    }
    const name = Buffer.from(id.buffer, id.byteOffset, DIGEST_BYTES).toString("latin1")
    let place = this.#open.get(name)
    moved.fates[at] = place === undefined ? blockFates.fresh : blockFates.stored
    if (place !== undefined) {
      // The same block again in the slot that is still open: named by the slot's serial, as a new one is.
      moved.words.set([this.#serial, place, 0, 0], at * 4)
      return
    }
    place = this.#filled++
    this.#open.set(name, place)
    this.#slot.set(bytes, place * blockBytes)
    this.#slotIds.set(id, place * DIGEST_BYTES)
    const run = this.#runs.at(-1)
    if (run !== undefined && run.first + run.count === block) run.count++
    else this.#runs.push({ first: block, count: 1 })
    moved.words.set([this.#serial, place, 0, 0], at * 4)
    if (this.#filled === this.#places) this.#seal()
  }

  #seal(): void {
    if (this.#filled === 0) return
    this.#current ??= this.#begin()
    const { pack, writer } = this.#current
    const plain = this.#slot.subarray(0, this.#filled * this.#setup.blockBytes)
    const { slot, offset, storedBytes } = writer.add(plain, { disk: this.#disk, runs: this.#runs })
    for (let place = 0; place < this.#filled; place++)
      this.#dedup.add(this.#slotIds, place * DIGEST_BYTES, { pack, slot, offset, length: storedBytes, place })
    this.#sealed.push(this.#serial, slot, offset, storedBytes)
    this.#serial++
    this.#blocks += this.#filled
    this.#open.clear()
    this.#runs = []
    this.#filled = 0
    if (writer.full) this.#finish()
  }

  #finish(): void {
    const { pack, number, key, writer, buffer } = this.#current as OpenPack
    this.#current = undefined
    const slots = Uint32Array.from(this.#sealed)
    const blocks = this.#blocks
    this.#blocks = 0
    this.#sealed = []
    const bytes = writer.finish()
    // A pack that outgrew its buffer lies elsewhere.
    const outgrown = bytes.buffer !== buffer.bytes.buffer
    if (outgrown) this.#means.releaseBuffer(buffer.index)
    const index = outgrown ? -1 : buffer.index
    this.#emit({ pack, number, key, hint: writer.hint, bytes, buffer: index, slots, blocks })
  }

  #begin(): OpenPack {
    const { suite, codec } = this.#means
    const { packBytes, level } = this.#setup
    const buffer = this.#means.takeBuffer()
    const number = this.#packs.takeDataNumber()
    const key = layout.pack(this.#packs.backup, this.#packs.session, number)
    const writer = dataPackWriter({ suite, codec, level, objectKey: key, packBytes, buffer: buffer.bytes })
    return { pack: this.#packs.takePack(), number, key, writer, buffer }
  }
}

function idAt(ids: Uint8Array, at: number): Uint8Array {
  return ids.subarray(at * DIGEST_BYTES, (at + 1) * DIGEST_BYTES)
}
