import {
  type BlocksRecord,
  type CompressedSlot,
  dataPackWriter,
  DIGEST_BYTES,
  layout,
  type PackWriter,
  type SealSuite,
} from "@bcopy/chain-format"
import { DedupTable } from "./dedup-table.ts"
import type { MoverMeans, MoverSetup } from "./mover.ts"
import type { PackBuffer } from "./pack-pool.ts"
import { SessionPacks } from "./session-packs.ts"
import { suiteOf } from "./suite-of.ts"

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

/** A slot to be sealed. */
export interface FilledSlot {
  /** What those who name it call it until its pack is known. */
  readonly serial: number
  readonly disk: number
  readonly runs: BlocksRecord["runs"]
  /** Of its blocks, one after the other; none where nobody is to find them by id. */
  readonly ids: Uint8Array
  /** The blocks one after the other, or what was made of them before. */
  readonly content: Uint8Array | CompressedSlot
}

/** A pack being filled. */
interface OpenPack {
  readonly pack: number
  readonly number: number
  readonly key: string
  readonly writer: PackWriter<BlocksRecord>
  readonly buffer: PackBuffer
}

/** Seals slots into packs, in buffers of the pool, and makes them known to the dedup table; whole packs come out. */
export class PackFiller {
  readonly #setup: MoverSetup
  readonly #means: MoverMeans
  readonly #emit: (pack: MovedPack) => void
  readonly #suite: SealSuite
  readonly #packs: SessionPacks
  readonly #dedup: DedupTable
  #sealed: number[] = []
  #blocks = 0
  #current: OpenPack | undefined

  constructor(setup: MoverSetup, means: MoverMeans, emit: (pack: MovedPack) => void) {
    this.#setup = setup
    this.#means = means
    this.#emit = emit
    this.#suite = suiteOf(setup.suite)
    this.#packs = new SessionPacks(setup.packs)
    this.#dedup = new DedupTable(setup.dedup)
  }

  /** Whether the pack that is being filled takes so many bytes more, so that no buffer is needed for them. */
  hasRoomFor(bytes: number): boolean {
    return this.#current !== undefined && this.#current.writer.bytes + bytes < this.#setup.packBytes
  }

  /** Lets go of a pack that nobody will finish. */
  abandon(): void {
    if (this.#current !== undefined) this.#means.releaseBuffer(this.#current.buffer.index)
    this.#current = undefined
  }

  /** Seals a slot. If that fills its pack, the pack is emitted. */
  add({ serial, disk, runs, ids, content }: FilledSlot): void {
    this.#current ??= this.#begin()
    const { pack, writer } = this.#current
    const { slot, offset, storedBytes } = writer.add(content, { disk, runs })
    const known = ids.length / DIGEST_BYTES
    for (let place = 0; place < known; place++)
      this.#dedup.add(ids, place * DIGEST_BYTES, { pack, slot, offset, length: storedBytes, place })
    this.#sealed.push(serial, slot, offset, storedBytes)
    for (const { count } of runs) this.#blocks += count
    if (writer.full) this.finish()
  }

  /** Emits the pack that is being filled, if there is one. */
  finish(): void {
    if (this.#current === undefined) return
    const { pack, number, key, writer, buffer } = this.#current
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
    const { codec } = this.#means
    const { packBytes, level } = this.#setup
    const buffer = this.#means.takeBuffer()
    const number = this.#packs.takeDataNumber()
    const key = layout.pack(this.#packs.backup, this.#packs.session, number)
    const writer = dataPackWriter({ suite: this.#suite, codec, level, objectKey: key, packBytes, buffer: buffer.bytes })
    return { pack: this.#packs.takePack(), number, key, writer, buffer }
  }
}
