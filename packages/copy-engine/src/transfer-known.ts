import { DIGEST_BYTES, equalBytes, LEAF_BLOCKS, type LeafPage, placesPerSlot } from "@bcopy/chain-format"
import { type SourceDisk, SourceError, type Span } from "@bcopy/source"
import { runsOf } from "./block-runs.ts"
import type { Stretch } from "./mover.ts"
import type { PointWriter } from "./point-writer.ts"
import type { MapOp } from "./session-movers.ts"
import { seedOfSealed } from "./suite-of.ts"

/** Blocks after which a stretch ends, whatever is to be read of it. */
const MAX_BLOCKS = 8 * LEAF_BLOCKS

/** Room beside the blocks of a stretch for what comes with their slots. */
const SLOT_ROOM_BYTES = 64 << 10
/** How much is announced to a source before it is read, where the source wants to know. */
const AHEAD_BYTES = 32 << 20

/** A piece of a disk: its operations come when a mover has answered. */
export interface DiskPiece {
  readonly first: number
  readonly count: number
  /** What this resolves to is asked for once, in the order of the disk. */
  readonly ops: Promise<() => readonly MapOp[]>
}

export interface TransferKnownOptions {
  /** Number of the disk in its point. */
  readonly number: number
  readonly disk: SourceDisk
  readonly blockBytes: number
  /** Most blocks to be read at a time. */
  readonly stretchBlocks: number
  readonly baseLeaf: (index: number) => Promise<LeafPage | undefined>
  /** Takes a piece; resolves when another one may come. */
  readonly send: (piece: DiskPiece) => Promise<void>
  /** Told how many blocks, from which on, were read of the source. */
  readonly onRead: (first: number, count: number) => void
  readonly signal?: AbortSignal
}

/** Blocks that lie together, and what is known of them. */
interface KnownStretch {
  readonly first: number
  readonly count: number
  readonly ops: readonly (MapOp | undefined)[]
  /** Those to be read, and what they must hash to. */
  readonly blocks: readonly number[]
  readonly ids: readonly Uint8Array[]
}

/**
 * Brings blocks whose ids the source knows: only what is stored nowhere is read, and must hash to its id. Where the source
 * is a repository, stretches end where its slots do, and movers get these as they are.
 */
export class TransferKnown {
  readonly #writer: PointWriter
  readonly #options: TransferKnownOptions
  #first = 0
  #count = 0
  /** What is known; `undefined` for a block that is to be read. */
  #ops: (MapOp | undefined)[] = []
  #blocks: number[] = []
  #ids: Uint8Array[] = []
  /** Announced to the source, and not yet read. */
  readonly #announced: KnownStretch[] = []
  #announcedBlocks = 0
  /** Where the last block to be read is stored. */
  #slot: number | undefined

  constructor(writer: PointWriter, options: TransferKnownOptions) {
    this.#writer = writer
    this.#options = options
  }

  /** Takes the next blocks of the disk: what is known of them, or data with ids. */
  async add({ kind, first, count, ids, slots }: Span): Promise<void> {
    if (this.#count === 0) this.#first = first
    if (kind !== "data" || ids === undefined) {
      this.#push({ kind: kind === "zero" ? "zero" : "keep", count })
      this.#count += count
      if (this.#blocks.length === 0) await this.#endStretch()
      return
    }
    let leaf: LeafPage | undefined
    for (let at = 0; at < count; at++) {
      const block = first + at
      if (at === 0 || block % LEAF_BLOCKS === 0) leaf = await this.#options.baseLeaf(Math.floor(block / LEAF_BLOCKS))
      const id = ids.subarray(at * DIGEST_BYTES, (at + 1) * DIGEST_BYTES)
      const op = this.#opFor(block, id, leaf)
      if (op === undefined) {
        const slot = slots?.[at]
        if (this.#isFullBefore(slot)) await this.#endStretch()
        this.#slot = slot
        this.#blocks.push(block)
        this.#ids.push(id)
      }
      if (this.#count === 0) this.#first = block
      this.#push(op)
      this.#count++
      if (this.#count >= MAX_BLOCKS) await this.#endStretch()
    }
  }

  /** Sends what was taken. */
  async flush(): Promise<void> {
    await this.#endStretch()
    while (this.#announced.length > 0) await this.#sendFirst()
  }

  /** Sends what was taken since the last stretch; a source that wants to know beforehand is told, and read later. */
  async #endStretch(): Promise<void> {
    if (this.#count === 0) return
    const stretch = { first: this.#first, count: this.#count, ops: this.#ops, blocks: this.#blocks, ids: this.#ids }
    this.#ops = []
    this.#blocks = []
    this.#ids = []
    this.#count = 0
    const { disk, blockBytes, signal } = this.#options
    this.#announced.push(stretch)
    this.#announcedBlocks += stretch.blocks.length
    const { sealed } = disk
    const tells = seedOfSealed(sealed) !== undefined && sealed?.willRead !== undefined
    if (tells && stretch.blocks.length > 0)
      await sealed.willRead?.(stretch.blocks, signal === undefined ? {} : { signal })
    const mayWait = tells ? Math.floor(AHEAD_BYTES / blockBytes) : 0
    while (this.#announcedBlocks > mayWait) await this.#sendFirst()
    // Nothing is waited for by what needs no reading: who follows the progress is told now.
    while (this.#announced[0]?.blocks.length === 0) await this.#sendFirst()
  }

  async #sendFirst(): Promise<void> {
    const { first, count, ops, blocks, ids } = this.#announced.shift() as KnownStretch
    this.#announcedBlocks -= blocks.length
    const piece = { first, count }
    if (blocks.length === 0) return this.#options.send({ ...piece, ops: Promise.resolve(() => ops as MapOp[]) })
    const { moved } = await this.#bring(first, blocks, Buffer.concat(ids))
    await this.#options.send({ ...piece, ops: moved.then((found) => () => merge(ops, found())) })
  }

  /** Whether a stretch ends before a block that is stored there: so that slots are not cut, if they are not too large. */
  #isFullBefore(slot: number | undefined): boolean {
    const { blockBytes, stretchBlocks } = this.#options
    const { length } = this.#blocks
    return length >= stretchBlocks || (slot !== this.#slot && length > stretchBlocks - placesPerSlot(blockBytes))
  }

  #push(op: MapOp | undefined): void {
    const last = this.#ops.at(-1)
    if (op !== undefined && op.kind !== "put" && last?.kind === op.kind) last.count += op.count
    else this.#ops.push(op)
  }

  /** What is known of a block by its id alone. */
  #opFor(block: number, id: Uint8Array, leaf: LeafPage | undefined): MapOp | undefined {
    if (id.every((byte) => byte === 0)) return { kind: "zero", count: 1 }
    const at = (block % LEAF_BLOCKS) * DIGEST_BYTES
    if (leaf !== undefined && equalBytes(leaf.ids.subarray(at, at + DIGEST_BYTES), id))
      return { kind: "keep", count: 1 }
    const found = this.#writer.movers.find(id)
    return found && { kind: "put", id: id.slice(), ...found, isNew: false }
  }

  /** Reads blocks and hands them to a mover; `moved` resolves when it has answered. */
  async #bring(
    near: number,
    blocks: readonly number[],
    expected: Uint8Array,
  ): Promise<{ readonly moved: Promise<() => readonly MapOp[]> }> {
    const { number, disk, blockBytes, stretchBlocks, onRead, signal } = this.#options
    const abortable = signal === undefined ? {} : { signal }
    const { movers } = this.#writer
    const memory = movers.takeMemory(stretchBlocks * blockBytes + SLOT_ROOM_BYTES)
    const runs = runsOf(blocks)
    const readPlain = async (again: boolean) => {
      let filled = 0
      for (const run of runs) {
        await disk.read(run.first, run.count, memory.subarray(filled * blockBytes), { again, ...abortable })
        filled += run.count
      }
      return memory
    }
    const suite = seedOfSealed(disk.sealed)
    const sealed = suite && (await disk.sealed?.read(blocks, memory, abortable))
    const content = sealed ?? (await readPlain(false))
    for (const run of runs) onRead(run.first, run.count)
    await movers.room()
    const move = (from: Stretch["content"]) =>
      movers.move({ disk: number, runs, content: from, ...(suite && { suite }), expected })
    const answered = move(content).then(async (answer) => (answer.wrong < 0 ? answer : move(await readPlain(true))))
    return {
      moved: answered.then(({ ops, wrong }) => {
        movers.giveMemory(memory)
        if (wrong >= 0)
          throw new SourceError(
            "Damaged",
            `disk ${disk.name}: a block near ${near} of the source is not what its id says`,
          )
        return ops
      }),
    }
  }
}

/** Fills what was not known with what the mover found, in order. */
function merge(known: readonly (MapOp | undefined)[], moved: readonly MapOp[]): readonly MapOp[] {
  const next = moved[Symbol.iterator]()
  return known.map((op) => op ?? (next.next().value as MapOp))
}
