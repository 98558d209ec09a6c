import { type Codec, DIGEST_BYTES, equalBytes, placesPerSlot, type Sha256 } from "@bcopy/chain-format"
import type { SealedSlots } from "@bcopy/source"
import { addToRuns, type BlockRun, blocksOf, runsOf } from "./block-runs.ts"
import { copyBytes } from "./copy-bytes.ts"
import { type DedupMemory, DedupTable } from "./dedup-table.ts"
import { openStretch, type WholeSlot } from "./open-stretch.ts"
import { type MovedPack, PackFiller } from "./pack-filler.ts"
import type { PackBuffer } from "./pack-pool.ts"
import { type RepackedBlocks, Repacker, type RepackTask } from "./repacker.ts"
import { SCAN_TAG_BYTES } from "./scan-cache.ts"
import { ScanTagger } from "./scan-tagger.ts"
import type { PackNumbersSeed } from "./session-packs.ts"
import type { SuiteSeed } from "./suite-of.ts"

/** What a mover needs to know before the first stretch; clonable, so that it can be a thread's. */
export interface MoverSetup {
  /** What packs are sealed with. */
  readonly suite: SuiteSeed
  readonly packs: PackNumbersSeed
  readonly dedup: DedupMemory
  readonly blockBytes: number
  readonly packBytes: number
  /** Compression level; 0 stores. */
  readonly level: number
  /** Whether what the source compressed may stay as it is. */
  readonly keepsSlots: boolean
  /** What tags of blocks are made with; absent where nothing is remembered of a disk. */
  readonly tagKey?: Uint8Array
}

/** What a mover is made of. */
export interface MoverMeans {
  readonly codec: Codec
  readonly sha256: Sha256
  /** A buffer to fill a pack in, and its way back. */
  readonly takeBuffer: () => PackBuffer
  readonly releaseBuffer: (index: number) => void
}

/** A stretch of a disk for a mover: blocks in ascending order, and their bytes in memory that a thread can share. */
export interface Stretch {
  readonly disk: number
  readonly runs: readonly BlockRun[]
  /** The blocks one after the other; or, with `expected`, the slots that hold them. */
  readonly content: Uint8Array | readonly SealedSlots[]
  /** What opens slots. */
  readonly suite?: SuiteSeed
  /** Ids at the same places in the base: 32 bytes each, zeros where there is none. */
  readonly base?: Uint8Array
  /** Tags remembered of the blocks, zeros where there is none; with it those of now are made. */
  readonly tags?: Uint8Array
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
  /** Tags of the blocks as they are now, if there are others than were given. */
  readonly tags?: Uint8Array
  /** Offset in the stretch of the first block that is not what the source says; -1 if all are. */
  readonly wrong: number
}

type WorkedStretch = Omit<MovedStretch, "wrong">

/** A stretch being worked through. */
interface Work {
  /** Numbers of its blocks. */
  readonly blocks: readonly number[]
  readonly plain: Uint8Array
  readonly moved: WorkedStretch
  /** Offsets of new blocks by id, as they come. */
  readonly fresh: Map<string, number>
  /** Offsets of blocks that repeat a new one, and of that one. */
  readonly again: { readonly at: number; readonly first: number }[]
}

/**
 * A data mover: tells zeros and unchanged blocks from new ones, hashes, deduplicates, compresses and seals, in one thread
 * and synchronously; whole packs come out. docs/design.md, Data movers
 */
export class Mover {
  readonly #setup: MoverSetup
  readonly #means: MoverMeans
  readonly #packs: PackFiller
  readonly #dedup: DedupTable
  readonly #tagger: ScanTagger | undefined
  #repacker: Repacker | undefined
  readonly #places: number
  readonly #zero: Uint8Array
  #slot = new Uint8Array(0)
  #slotIds = new Uint8Array(0)
  /** Places in the slot that is open, by id. */
  readonly #open = new Map<string, number>()
  /** Memory for what is opened of a stretch. */
  #opened = new Uint8Array(0)
  #disk = 0
  #runs: { first: number; count: number }[] = []
  #filled = 0
  /** Serial of the slot that is open, and that of the next one. */
  #serial = 0
  #nextSerial = 0

  constructor(setup: MoverSetup, means: MoverMeans, emit: (pack: MovedPack) => void) {
    this.#setup = setup
    this.#means = means
    this.#packs = new PackFiller(setup, means, emit)
    this.#dedup = new DedupTable(setup.dedup)
    this.#tagger = setup.tagKey && new ScanTagger(setup.tagKey)
    this.#places = placesPerSlot(setup.blockBytes)
    this.#zero = new Uint8Array(setup.blockBytes)
  }

  /** Whether a stretch of so many bytes goes into the pack that is being filled, whatever becomes of it. */
  hasRoomFor(bytes: number): boolean {
    return this.#packs.hasRoomFor(bytes)
  }

  /** Lets go of a pack that nobody will finish. */
  abandon(): void {
    this.#packs.abandon()
  }

  /**
   * Works through a stretch. Packs that fill up on the way are emitted before this returns. A stretch with a block that is
   * not what the source says is not worked through at all.
   */
  move(stretch: Stretch): MovedStretch {
    const { disk, runs, base, expected, tags } = stretch
    const made = this.#tagger && tags?.slice()
    const { blockBytes } = this.#setup
    const blocks = blocksOf(runs)
    const moved: WorkedStretch = {
      fates: new Uint8Array(blocks.length),
      ids: new Uint8Array(blocks.length * DIGEST_BYTES),
      words: new Uint32Array(blocks.length * 4),
    }
    const { plain, whole, wrong } = this.#prove(stretch, blocks.length)
    if (wrong >= 0) return { ...moved, wrong }
    if (disk !== this.#disk) this.#seal()
    this.#disk = disk
    const work: Work = { blocks, plain, moved, fresh: new Map(), again: [] }
    const done = new Uint8Array(blocks.length)
    for (let at = 0; at < blocks.length; at++) {
      if (done[at] === 1) continue
      const bytes = plain.subarray(at * blockBytes, (at + 1) * blockBytes)
      if (expected === undefined && Buffer.compare(bytes, this.#zero) === 0) {
        moved.fates[at] = blockFates.zero
        continue
      }
      const tag = made?.subarray(at * SCAN_TAG_BYTES, (at + 1) * SCAN_TAG_BYTES)
      if (tag && base && this.#tagger?.recognizes(bytes, idAt(base, at), tag) === true) continue
      const id = expected === undefined ? this.#means.sha256(bytes) : idAt(expected, at)
      if (tag) tag.set((this.#tagger as ScanTagger).tag(id, bytes))
      if (base !== undefined && equalBytes(id, idAt(base, at))) continue
      moved.ids.set(id, at * DIGEST_BYTES)
      const slot = whole?.get(at)
      if (slot !== undefined && expected !== undefined && this.#isNew(slot, expected, work)) {
        this.#keep(slot, expected, work)
        for (const offset of slot.offsets) done[offset] = 1
        continue
      }
      if (slot !== undefined) this.#unpack(slot, plain)
      this.#find(id, at, work)
    }
    this.#place(work)
    const isNew = made !== undefined && tags !== undefined && !equalBytes(made, tags)
    return { ...moved, ...(isNew && { tags: made }), wrong: -1 }
  }

  /** Writes what is needed of a pack into new ones. A session either moves stretches or repacks. */
  repack(task: RepackTask): RepackedBlocks {
    this.#repacker ??= new Repacker(this.#setup, this.#means, this.#packs)
    return this.#repacker.repack(task)
  }

  /** Seals and emits what is pending. */
  flush(): void {
    this.#seal()
    this.#packs.finish()
  }

  /** The blocks of a stretch, held against what is expected of them, and slots that may stay as they are. */
  #prove(
    { content, suite = this.#setup.suite, expected, base }: Stretch,
    count: number,
  ): { plain: Uint8Array; whole?: ReadonlyMap<number, WholeSlot>; wrong: number } {
    const { blockBytes, keepsSlots } = this.#setup
    if (content instanceof Uint8Array) {
      for (let at = 0; expected !== undefined && at < count; at++) {
        const id = this.#means.sha256(content.subarray(at * blockBytes, (at + 1) * blockBytes))
        if (!equalBytes(id, idAt(expected, at))) return { plain: content, wrong: at }
      }
      return { plain: content, wrong: -1 }
    }
    if (this.#opened.length < count * blockBytes) this.#opened = new Uint8Array(count * blockBytes)
    const ids = expected ?? new Uint8Array(0)
    // Small slots are put together anew, and where blocks may be as in the base, each is looked at.
    const minWhole = keepsSlots && base === undefined ? this.#places / 2 : Infinity
    const whole = openStretch(content, { suite, blockBytes, ids, into: this.#opened, minWhole }, this.#means)
    if (whole === undefined) return { plain: this.#opened, wrong: 0 }
    return { plain: this.#opened, whole, wrong: -1 }
  }

  /** Whether nothing of a slot is stored already: that is not stored again. */
  #isNew({ offsets }: WholeSlot, ids: Uint8Array, { fresh }: Work): boolean {
    if (offsets.length > this.#places) return false
    return offsets.every((at) => {
      const id = idAt(ids, at)
      const name = nameOf(id)
      return !fresh.has(name) && !this.#open.has(name) && this.#dedup.find(id) === undefined
    })
  }

  /** Puts the blocks of a slot, which was not expected to be taken apart, in their places. */
  #unpack({ offsets, body }: WholeSlot, into: Uint8Array): void {
    const { blockBytes } = this.#setup
    const { codec } = this.#means
    const plain = codec.decompress(body, offsets.length * blockBytes)
    for (const [place, at] of offsets.entries())
      copyBytes(plain.subarray(place * blockBytes, (place + 1) * blockBytes), into, at * blockBytes)
    codec.release?.(plain)
  }

  /** Takes a slot of the source over as it was compressed there. */
  #keep({ offsets, body }: WholeSlot, expected: Uint8Array, { blocks, moved }: Work): void {
    const serial = this.#nextSerial++
    const runs = runsOf(offsets.map((at) => blocks[at] as number))
    const ids = new Uint8Array(offsets.length * DIGEST_BYTES)
    for (const [place, at] of offsets.entries()) {
      ids.set(idAt(expected, at), place * DIGEST_BYTES)
      moved.ids.set(idAt(expected, at), at * DIGEST_BYTES)
      moved.fates[at] = blockFates.fresh
      moved.words.set([serial, place, 0, 0], at * 4)
    }
    const content = { compressed: body, plainBytes: offsets.length * this.#setup.blockBytes }
    this.#packs.add({ serial, disk: this.#disk, runs, ids, content })
  }

  /** Finds a block stored, or here already, or new. */
  #find(id: Uint8Array, at: number, { moved, fresh, again }: Work): void {
    const stored = this.#dedup.find(id)
    const name = nameOf(id)
    const place = this.#open.get(name)
    const first = fresh.get(name)
    moved.fates[at] = blockFates.stored
    if (stored !== undefined)
      moved.words.set([stored.pack, stored.slot * 256 + stored.place, stored.offset, stored.length], at * 4)
    // The same block again in the slot that is still open: named by the slot's serial, as a new one is.
    else if (place !== undefined) moved.words.set([this.#serial, place, 0, 0], at * 4)
    else if (first !== undefined) again.push({ at, first })
    else {
      moved.fates[at] = blockFates.fresh
      fresh.set(name, at)
    }
  }

  /** Puts new blocks into slots. */
  #place({ blocks, plain, moved, fresh, again }: Work): void {
    const { blockBytes } = this.#setup
    // What waits for more goes with it only if that leaves the slots balanced.
    if (fresh.size * 2 >= this.#places && this.#filled * 2 >= this.#places) this.#seal()
    const sizes = slotSizes(this.#filled, fresh.size, this.#places)
    let slot = 0
    let here: number[] = []
    if (fresh.size > 0 && this.#slotIds.length === 0) this.#slotIds = new Uint8Array(this.#places * DIGEST_BYTES)
    for (const [name, at] of fresh) {
      if (this.#filled === 0) this.#serial = this.#nextSerial++
      const place = this.#filled++
      this.#open.set(name, place)
      this.#slotIds.set(idAt(moved.ids, at), place * DIGEST_BYTES)
      addToRuns(this.#runs, blocks[at] as number)
      moved.words.set([this.#serial, place, 0, 0], at * 4)
      here.push(at)
      if (this.#filled !== sizes[slot]) continue
      // What lies there as a whole is sealed from there.
      const first = here[0] as number
      const isRow = here.length === this.#filled && (here.at(-1) as number) - first === here.length - 1
      if (!isRow) this.#bring(here, plain)
      this.#seal(isRow ? plain.subarray(first * blockBytes, (first + here.length) * blockBytes) : undefined)
      here = []
      slot++
    }
    this.#bring(here, plain)
    for (const { at, first } of again) moved.words.copyWithin(at * 4, first * 4, (first + 1) * 4)
  }

  /** Brings the blocks that are the last ones of the open slot into it, from a stretch. */
  #bring(offsets: readonly number[], plain: Uint8Array): void {
    if (offsets.length === 0) return
    const { blockBytes } = this.#setup
    if (this.#slot.length === 0) this.#slot = new Uint8Array(this.#places * blockBytes)
    for (const [index, at] of offsets.entries()) {
      const place = this.#filled - offsets.length + index
      copyBytes(plain.subarray(at * blockBytes, (at + 1) * blockBytes), this.#slot, place * blockBytes)
    }
  }

  /** Seals the open slot. */
  #seal(plain: Uint8Array = this.#slot.subarray(0, this.#filled * this.#setup.blockBytes)): void {
    if (this.#filled === 0) return
    const ids = this.#slotIds.subarray(0, this.#filled * DIGEST_BYTES)
    this.#packs.add({ serial: this.#serial, disk: this.#disk, runs: this.#runs, ids, content: plain })
    this.#open.clear()
    this.#runs = []
    this.#filled = 0
  }
}

/**
 * How many blocks the slots get that are sealed next, when so many are in the slot that is open and so many are new. Few
 * wait for others; with many all slots end with the stretch, so that they can be read, and copied, stretch by stretch:
 * the open one must then be less than half full, which none of these is.
 */
function slotSizes(open: number, fresh: number, places: number): readonly number[] {
  const all = open + fresh
  if (fresh * 2 < places) return all < places ? [] : [places]
  const slots = Math.ceil(all / places)
  return Array.from({ length: slots }, (_, slot) => Math.floor(all / slots) + (slot < all % slots ? 1 : 0))
}

function idAt(ids: Uint8Array, at: number): Uint8Array {
  return ids.subarray(at * DIGEST_BYTES, (at + 1) * DIGEST_BYTES)
}

function nameOf(id: Uint8Array): string {
  return Buffer.from(id.buffer, id.byteOffset, DIGEST_BYTES).toString("latin1")
}
