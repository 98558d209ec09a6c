import { areZeros, DIGEST_BYTES, equalBytes, LEAF_BLOCKS, type LeafPage } from "@bcopy/chain-format"
import { type SourceDisk, SourceError, type Span } from "@bcopy/source"
import { runsOf } from "./block-runs.ts"
import type { Stretch } from "./mover.ts"
import type { PointWriter } from "./point-writer.ts"
import type { MapOp } from "./session-movers.ts"
import { seedOfSealed } from "./suite-of.ts"
import { type WantedBlock, WantedBlocks, type WantedGroup } from "./wanted-blocks.ts"

/** Blocks after which a piece ends, whatever is to be read of it. */
const MAX_BLOCKS = 8 * LEAF_BLOCKS

/** Room beside the blocks of a group for what comes with their slots. */
const SLOT_ROOM_BYTES = 64 << 10
/** How much of what is to be read waits for blocks of the same slots, and how many pieces wait with it at most. */
const WAITING_BYTES = 16 << 20
const WAITING_PIECES = 32
/** How much is announced to a source before it is read, where the source wants to know. */
const AHEAD_BYTES = 32 << 20

/** A piece of a disk: its operations come when a mover has answered. */
export interface DiskPiece {
  readonly first: number
  readonly count: number
  /** What this resolves to is asked for once, in the order of the disk. */
  readonly ops: Promise<() => readonly MapOp[]>
  /** What is to be remembered of it. */
  readonly tags?: Promise<Uint8Array | undefined>
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
interface KnownPiece {
  readonly first: number
  readonly count: number
  readonly ops: readonly (MapOp | WantedBlock)[]
  /** Those of `ops` that are to be read. */
  readonly wanted: readonly WantedBlock[]
}

/**
 * Brings blocks whose ids the source knows: only what is stored nowhere is read, and must hash to its id. Where the source
 * is a repository, its slots are read as a whole, wherever on the disk their blocks lie, and movers get them as they are.
 */
export class TransferKnown {
  readonly #writer: PointWriter
  readonly #options: TransferKnownOptions
  /** The piece that is being put together. */
  #first = 0
  #count = 0
  #ops: (MapOp | WantedBlock)[] = []
  #wanted: WantedBlock[] = []
  /** Pieces that are complete, in the order of the disk, the first of which has blocks that no mover has yet. */
  readonly #pieces: KnownPiece[] = []
  readonly #waiting: WantedBlocks
  readonly #maxWaiting: number
  /** Announced to the source, and not yet read. */
  readonly #announced: WantedGroup[] = []
  #announcedBlocks = 0
  readonly #maxAnnounced: number
  /** Those that movers have, the first asked first. */
  readonly #moving: Promise<unknown>[] = []

  constructor(writer: PointWriter, options: TransferKnownOptions) {
    this.#writer = writer
    this.#options = options
    const { disk, blockBytes, stretchBlocks } = options
    const opens = seedOfSealed(disk.sealed) !== undefined
    this.#waiting = new WantedBlocks(stretchBlocks)
    this.#maxWaiting = opens ? Math.floor(WAITING_BYTES / blockBytes) : 0
    this.#maxAnnounced = opens && disk.sealed?.willRead !== undefined ? Math.floor(AHEAD_BYTES / blockBytes) : 0
  }

  /** Takes the next blocks of the disk: what is known of them, or data with ids. */
  async add({ kind, first, count, ids, slots }: Span): Promise<void> {
    if (this.#count === 0) this.#first = first
    if (kind !== "data" || ids === undefined) {
      this.#push({ kind: kind === "zero" ? "zero" : "keep", count })
      this.#count += count
      if (this.#wanted.length === 0) await this.#endPiece()
      return
    }
    let leaf: LeafPage | undefined
    for (let at = 0; at < count; at++) {
      const block = first + at
      if (at === 0 || block % LEAF_BLOCKS === 0) leaf = await this.#options.baseLeaf(Math.floor(block / LEAF_BLOCKS))
      const id = ids.subarray(at * DIGEST_BYTES, (at + 1) * DIGEST_BYTES)
      if (this.#count === 0) this.#first = block
      const op = this.#opFor(block, id, leaf)
      if (op === undefined) this.#want({ block, id }, slots?.[at])
      else this.#push(op)
      this.#count++
      if (this.#count >= MAX_BLOCKS || this.#wanted.length >= this.#options.stretchBlocks) await this.#endPiece()
    }
  }

  /** Sends what was taken. */
  async flush(): Promise<void> {
    await this.#endPiece()
    while (this.#waiting.count > 0) await this.#announceNext()
    while (this.#announced.length > 0) await this.#moveFirst()
    await this.#sendMoved()
  }

  #want(wanted: WantedBlock, slot: number | undefined): void {
    this.#ops.push(wanted)
    this.#wanted.push(wanted)
    this.#waiting.add(wanted, slot)
  }

  /** Sends what can be: pieces with nothing to read at once, so that who follows the progress is told. */
  async #endPiece(): Promise<void> {
    if (this.#count === 0) return
    this.#pieces.push({ first: this.#first, count: this.#count, ops: this.#ops, wanted: this.#wanted })
    this.#ops = []
    this.#wanted = []
    this.#count = 0
    await this.#sendMoved()
    while (this.#waiting.count > this.#maxWaiting) await this.#announceNext()
    while (this.#pieces.length > WAITING_PIECES)
      await (this.#announced.length === 0 ? this.#announceNext() : this.#moveFirst())
  }

  /** Tells a source that wants to know beforehand what will be read, and reads what was told long enough ago. */
  async #announceNext(): Promise<void> {
    const group = this.#waiting.next()
    const { disk, signal } = this.#options
    this.#announced.push(group)
    this.#announcedBlocks += group.blocks.length
    if (this.#maxAnnounced > 0) await disk.sealed?.willRead?.(numbersOf(group), signal === undefined ? {} : { signal })
    while (this.#announcedBlocks > this.#maxAnnounced) await this.#moveFirst()
  }

  async #moveFirst(): Promise<void> {
    const group = this.#announced.shift() as WantedGroup
    this.#announcedBlocks -= group.blocks.length
    while (this.#moving.length > this.#writer.movers.depth) await this.#moving.shift()
    const { moved } = await this.#bring(group)
    group.moved = moved.then((take) => void (group.take = take))
    // It is awaited in its turn; until then a failure of it is not unheard.
    group.moved.catch(() => undefined)
    this.#moving.push(group.moved)
    await this.#sendMoved()
  }

  /** Sends pieces, as many as have nothing to read that no mover has. */
  async #sendMoved(): Promise<void> {
    for (let piece = this.#pieces[0]; piece !== undefined; piece = this.#pieces[0]) {
      const groups = new Set(piece.wanted.map((wanted) => wanted.with?.group))
      const answers: Promise<void>[] = []
      for (const group of groups) {
        if (group?.moved === undefined) return
        answers.push(group.moved)
      }
      this.#pieces.shift()
      const { first, count, ops } = piece
      await this.#options.send({ first, count, ops: Promise.all(answers).then(() => () => ops.map(opOf)) })
    }
  }

  #push(op: MapOp): void {
    const last = this.#ops.at(-1)
    if (op.kind !== "put" && last !== undefined && "kind" in last && last.kind === op.kind) last.count += op.count
    else this.#ops.push(op)
  }

  /** What is known of a block by its id alone. */
  #opFor(block: number, id: Uint8Array, leaf: LeafPage | undefined): MapOp | undefined {
    if (areZeros(id)) return { kind: "zero", count: 1 }
    const at = (block % LEAF_BLOCKS) * DIGEST_BYTES
    if (leaf !== undefined && equalBytes(leaf.ids.subarray(at, at + DIGEST_BYTES), id))
      return { kind: "keep", count: 1 }
    const found = this.#writer.movers.find(id)
    return found && { kind: "put", id: id.slice(), ...found, isNew: false }
  }

  /** Reads blocks and hands them to a mover; `moved` resolves when it has answered. */
  async #bring(group: WantedGroup): Promise<{ readonly moved: Promise<() => readonly MapOp[]> }> {
    const blocks = numbersOf(group)
    const expected = Buffer.concat(group.blocks.map(({ id }) => id))
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
            `disk ${disk.name}: a block near ${blocks[0]} of the source is not what its id says`,
          )
        return ops
      }),
    }
  }
}

function numbersOf({ blocks }: WantedGroup): readonly number[] {
  return blocks.map(({ block }) => block)
}

/** What a mover found of a block that was not known. Groups are asked in the order in which they were formed. */
function opOf(op: MapOp | WantedBlock): MapOp {
  if ("kind" in op) return op
  const { group, at } = op.with as NonNullable<WantedBlock["with"]>
  group.ops ??= group.take?.()
  return group.ops?.[at] as MapOp
}
