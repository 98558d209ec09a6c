import {
  type BackupId,
  DIGEST_BYTES,
  type FetchLimits,
  fetchPack,
  FormatError,
  locatePack,
  nearFetch,
  type PackTable,
  type ReadPackBytesOptions,
  type SlotRange,
  slotRanges,
  type SlotRef,
  type StoredPack,
} from "@bcopy/chain-format"
import type { DataMovers } from "./data-movers.ts"
import { FillingMemory } from "./filling-memory.ts"
import { rangesHeld } from "./memory-budget.ts"
import type { Repository } from "./repository.ts"
import type { StoredDiskBlock } from "./stored-disk-block.ts"
import { seedOf, type SuiteSeed } from "./suite-of.ts"
import type { UnpackTask } from "./unpack.ts"

/** Plain bytes of a piece of work. */
const PIECE_BYTES = 4 << 20

/** Pieces that are opened and wait for being delivered: so many do not keep movers waiting for a disk. */
const MAX_DELIVERIES = 8

export interface UnpackOptions {
  readonly backup: BackupId
  readonly blockBytes: number
  readonly table: PackTable
  readonly movers: DataMovers
  /** Takes a run of blocks; `bytes` is good until it settles. Without it blocks are only proven. */
  readonly deliver?: (first: number, count: number, bytes: Uint8Array) => Promise<void>
  readonly signal?: AbortSignal
}

/** A range of a pack that is on its way into memory of its own. */
interface FetchingRange {
  readonly range: SlotRange
  readonly pack: StoredPack
  readonly filling: FillingMemory
}

/** Slots of one range, and what is wanted of them. */
interface Piece {
  readonly slots: SlotRef[]
  readonly blocks: { readonly slot: number; readonly wanted: StoredDiskBlock }[]
}

/**
 * Brings blocks out of their slots: main thread fetches and delivers, movers open and prove; a few pieces are on their way
 * at a time. Blocks come in no order, each held against its id.
 */
export class BlockUnpacker {
  readonly #repository: Repository
  readonly #options: UnpackOptions
  readonly #suite: SuiteSeed
  readonly #pieceBlocks: number
  readonly #limits: FetchLimits
  /** Ranges that may be in memory: those being fetched, and those whose slots are being opened. */
  readonly #room: number
  #held = 0
  #fetches = 0
  /** Has more fetched, as far as there is room. */
  #fetchMore: () => void = () => undefined
  /** Pieces being opened, and those being delivered. */
  readonly #running = new Set<Promise<void>>()
  readonly #deliveries = new Set<Promise<void>>()
  readonly #ranges = new Set<Promise<unknown>>()
  #given = 0
  #failure: { readonly error: unknown } | undefined

  constructor(repository: Repository, options: UnpackOptions) {
    this.#repository = repository
    this.#options = options
    this.#suite = seedOf(repository.view.suite)
    this.#pieceBlocks = Math.max(1, Math.floor(PIECE_BYTES / options.blockBytes))
    this.#limits = repository.view.fetch ?? nearFetch
    this.#room = rangesHeld(this.#limits.maxBytes)
  }

  /**
   * Has blocks brought out; resolves when there is room for more.
   * @throws FormatError `Missing` if a pack is not there; anything else is damage, of these blocks or of earlier ones
   */
  async add(blocks: readonly StoredDiskBlock[]): Promise<void> {
    const ofSlot = bySlot(blocks)
    const waiting = slotRanges([...ofSlot.keys()], this.#limits).toReversed()
    const fetching: Promise<FetchingRange>[] = []
    this.#fetchMore = () => {
      while (waiting.length > 0 && this.#fetches < this.#limits.atOnce && this.#held < this.#room) {
        const fetched = this.#fetchRange(waiting.pop() as SlotRange)
        fetched.catch(() => undefined)
        fetching.push(fetched)
      }
    }
    try {
      while (waiting.length > 0 || fetching.length > 0) {
        this.#throwFailure()
        this.#options.signal?.throwIfAborted()
        this.#fetchMore()
        const first = fetching.shift()
        if (first === undefined) await Promise.race(this.#ranges)
        else await this.#openRange(await first, (slot) => ofSlot.get(slot) ?? [])
      }
      this.#throwFailure()
    } finally {
      this.#fetchMore = () => undefined
    }
  }

  /** Resolves when everything has been delivered. @throws as {@link add} */
  async settled(): Promise<void> {
    await Promise.all([...this.#running, ...this.#ranges])
    await Promise.all(this.#deliveries)
    this.#throwFailure()
  }

  async #fetchRange(range: SlotRange): Promise<FetchingRange> {
    this.#held++
    this.#fetches++
    const pack = await locatePack(this.#repository.view, this.#options, range.pack)
    const memory = this.#options.movers.takeMemory(roomFor(range.length, this.#limits.maxBytes))
    const filling = new FillingMemory(memory, async (onFilled) => {
      const fetched = await this.#fetch(pack.key, range, { into: memory, onFilled })
      if (fetched.buffer !== memory.buffer) memory.set(fetched)
      this.#fetches--
      this.#fetchMore()
      return fetched.length
    })
    return { range, pack, filling }
  }

  /** Has the slots of a range opened as they come; resolves when all of them are being opened. */
  async #openRange(
    { range, pack, filling }: FetchingRange,
    wantedOf: (slot: SlotRef) => readonly StoredDiskBlock[],
  ): Promise<void> {
    const pieces: Promise<void>[] = []
    for (const piece of this.#divide(range, wantedOf)) {
      const { offset, length } = piece.slots.at(-1) as SlotRef
      const bytes = await filling.upTo(offset + length - range.offset)
      await this.#haveRoom()
      this.#given++
      pieces.push(this.#start(this.#running, this.#bring(piece, pack, range, bytes)))
    }
    const opened = this.#letGo(filling, pieces)
    this.#ranges.add(opened)
    void opened.finally(() => this.#ranges.delete(opened))
  }

  /** Gives memory to the next range when nobody fills it or reads from it any more. */
  async #letGo(filling: FillingMemory, pieces: readonly Promise<void>[]): Promise<void> {
    await Promise.all([filling.settled(), ...pieces])
    this.#options.movers.giveMemory(filling.memory)
    this.#held--
    this.#fetchMore()
  }

  /** Resolves when another piece may be opened. */
  async #haveRoom(): Promise<void> {
    const depth = this.#options.movers.depthAt(this.#given)
    const deliveries = depth === 0 ? 0 : MAX_DELIVERIES
    for (;;)
      if (this.#running.size > depth) await Promise.race(this.#running)
      else if (this.#deliveries.size > deliveries) await Promise.race(this.#deliveries)
      else return
  }

  /** Runs a piece of work; the first failure is everybody's. */
  #start(among: Set<Promise<void>>, work: Promise<void>): Promise<void> {
    const running = work.then(
      () => void among.delete(running),
      (error: unknown) => {
        among.delete(running)
        this.#failure ??= { error }
      },
    )
    among.add(running)
    return running
  }

  /** Pieces of a few slots, whole ones unless one is wanted so often that its blocks alone are too many. */
  *#divide(range: SlotRange, wantedOf: (slot: SlotRef) => readonly StoredDiskBlock[]): Iterable<Piece> {
    let piece: Piece = { slots: [], blocks: [] }
    for (const slot of range.slots) {
      const wanted = wantedOf(slot)
      for (let at = 0; at < wanted.length; at += this.#pieceBlocks) {
        const part = wanted.slice(at, at + this.#pieceBlocks)
        if (piece.blocks.length + part.length > this.#pieceBlocks) {
          yield piece
          piece = { slots: [], blocks: [] }
        }
        piece.slots.push(slot)
        for (const one of part) piece.blocks.push({ slot: piece.slots.length - 1, wanted: one })
      }
    }
    if (piece.slots.length > 0) yield piece
  }

  async #bring(piece: Piece, { key, hint }: StoredPack, range: SlotRange, bytes: Uint8Array): Promise<void> {
    const { movers, blockBytes, deliver } = this.#options
    const into = deliver && movers.takeMemory(roomFor(piece.blocks.length, this.#pieceBlocks) * blockBytes)
    const task = taskOf(piece, { suite: this.#suite, key, hint, blockBytes, ...(into && { into }) })
    const failed = await movers.unpack({ ...task, ...placed(piece.slots, range.offset), bytes })
    // What fails to open is read once more, by its oldest version, before anybody calls it damage.
    const failure = failed && (await movers.unpack({ ...task, ...(await this.#fetchOldest(key, piece.slots)) }))
    if (failure !== undefined) throw new FormatError(failure.code, `${this.#repository.name}: ${failure.message}`)
    if (into !== undefined) void this.#start(this.#deliveries, this.#deliver(piece, into))
  }

  async #deliver(piece: Piece, into: Uint8Array): Promise<void> {
    const { movers, blockBytes, deliver, signal } = this.#options
    signal?.throwIfAborted()
    for (const { first, count, at } of runsOf(piece))
      await deliver?.(first, count, into.subarray(at * blockBytes, (at + count) * blockBytes))
    movers.giveMemory(into)
  }

  async #fetchOldest(key: string, slots: readonly SlotRef[]): Promise<Pick<UnpackTask, "slots" | "bytes">> {
    const parts: Uint8Array[] = []
    const places: number[] = []
    let at = 0
    for (const { slot, offset, length } of slots) {
      const part = await this.#fetch(key, { offset, length }, { oldest: true })
      parts.push(part)
      places.push(slot, at, length)
      at += part.length
    }
    return { bytes: Buffer.concat(parts), slots: Uint32Array.from(places) }
  }

  async #fetch(
    key: string,
    { offset, length }: Pick<SlotRange, "offset" | "length">,
    how: Pick<ReadPackBytesOptions, "oldest" | "into" | "onFilled">,
  ): Promise<Uint8Array> {
    const { signal } = this.#options
    return fetchPack(this.#repository.view, key, { range: { offset, length }, ...how, ...(signal && { signal }) })
  }

  #throwFailure(): void {
    if (this.#failure !== undefined) throw this.#failure.error
  }
}

/** Blocks by the slot they lie in: each slot once, though every leaf names it anew. */
function bySlot(blocks: readonly StoredDiskBlock[]): ReadonlyMap<SlotRef, readonly StoredDiskBlock[]> {
  const found = new Map<string, { readonly slot: SlotRef; readonly blocks: StoredDiskBlock[] }>()
  let last: { readonly named: SlotRef; readonly blocks: StoredDiskBlock[] } | undefined
  for (const wanted of blocks) {
    const { slot } = wanted
    if (last?.named !== slot) {
      const name = `${slot.pack}.${slot.slot}.${slot.offset}`
      let known = found.get(name)
      if (known === undefined) found.set(name, (known = { slot, blocks: [] }))
      last = { named: slot, blocks: known.blocks }
    }
    last.blocks.push(wanted)
  }
  return new Map([...found.values()].map(({ slot, blocks: wanted }) => [slot, wanted]))
}

/** The next power of two, up to what is usual: little does not take much, and what is given back fits others. */
function roomFor(needed: number, usual: number): number {
  return needed > usual ? needed : Math.min(usual, 2 ** Math.ceil(Math.log2(needed)))
}

/** The blocks of a piece, slot by slot; in memory they lie in the order of the disk. */
function taskOf(
  { blocks }: Piece,
  fixed: Pick<UnpackTask, "suite" | "key" | "hint" | "blockBytes" | "into">,
): Omit<UnpackTask, "slots" | "bytes"> {
  const order = new Map(inOrder(blocks).map(({ wanted }, at) => [wanted, at]))
  const words = new Uint32Array(blocks.length * 3)
  const ids = new Uint8Array(blocks.length * DIGEST_BYTES)
  for (const [index, { slot, wanted }] of blocks.entries()) {
    const at = order.get(wanted) ?? 0
    words.set([slot, wanted.place, at], index * 3)
    ids.set(wanted.id, at * DIGEST_BYTES)
  }
  return { ...fixed, blocks: words, ids }
}

/** Where the slots of a range lie in what was fetched of it. */
function placed(slots: readonly SlotRef[], from: number): Pick<UnpackTask, "slots"> {
  return { slots: Uint32Array.from(slots.flatMap(({ slot, offset, length }) => [slot, offset - from, length])) }
}

function inOrder(blocks: Piece["blocks"]): Piece["blocks"] {
  return blocks.toSorted((a, b) => a.wanted.block - b.wanted.block)
}

/** Runs of adjacent blocks, and where they lie in the piece's memory, in blocks. */
function runsOf({ blocks }: Piece): readonly { readonly first: number; readonly count: number; readonly at: number }[] {
  const runs: { first: number; count: number; at: number }[] = []
  for (const [at, { wanted }] of inOrder(blocks).entries()) {
    const run = runs.at(-1)
    if (run !== undefined && run.first + run.count === wanted.block) run.count++
    else runs.push({ first: wanted.block, count: 1, at })
  }
  return runs
}
