import { packBufferBytes } from "@bcopy/chain-format"
import { pageMemory } from "./direct-file.ts"
import { type InlineMover, inlineMover } from "./inline-mover.ts"
import type { MemoryPlan } from "./memory-budget.ts"
import { type MoverThread, startMover } from "./mover-thread.ts"
import { PackPool, packPoolMemory } from "./pack-pool.ts"
import type { StartedMovers } from "./started-movers.ts"
import type { SlotCheck, UnpackFailure, UnpackTask } from "./unpack.ts"

/** What is done before threads are started, in pieces of work: most increments are through by then. */
const INLINE_PIECES = 12

/** After so many pieces threads are started, so that they are there when it is their turn. */
const WARM_PIECES = 4

/** Packs of so many bytes are written anew before threads are started. */
const INLINE_BYTES = 32 << 20

/** Pieces of memory kept for the next who asks. */
const MAX_SPARE = 20

/** So much waits for every thread before this one takes a piece of work itself; so many more are then on their way. */
const HELP_AT = 4
const HELPED_AHEAD = 3
/** More than a stretch and a slot that waited before it come to, with blocks of 4 MiB too. */
const HELP_BYTES = 9 << 20

/**
 * The data movers of a run, and the memory in which packs are filled: one set for all its sessions, since threads take time
 * to start. Threads are started shortly before their first work. docs/design.md, Data movers
 */
export class DataMovers {
  readonly pool: PackPool
  /** How many movers there are: at least one, which may be this thread itself. */
  readonly count: number
  /** How many pieces of its work a session gives to {@link starter} before it turns to threads. */
  readonly inlinePieces: number
  /** A mover in this thread. */
  readonly starter: InlineMover
  readonly #inline: boolean
  readonly #adaptive: boolean
  readonly #helps: boolean
  readonly #packBytes: number
  readonly #threads: (MoverThread | undefined)[]
  readonly #started: StartedMovers | undefined
  readonly #busy: number[]
  readonly #spare: Uint8Array[] = []
  #unpacked = 0
  #mapBuffer: Uint8Array | undefined

  /** With threads that were started before, there is nothing to wait for: they do all the work. */
  constructor({ movers, adaptive, helps, packBuffers }: MemoryPlan, packBytes: number, started?: StartedMovers) {
    this.#started = started
    this.#inline = movers === 0
    this.#adaptive = adaptive
    this.#helps = helps
    this.#packBytes = packBytes
    this.count = Math.max(1, movers)
    this.inlinePieces = adaptive && movers > 0 && started === undefined ? INLINE_PIECES : 0
    this.pool = new PackPool(packPoolMemory(packBuffers, packBufferBytes(packBytes)))
    this.starter = inlineMover(this.pool)
    this.#threads = Array.from({ length: this.count }, () => undefined)
    this.#busy = Array.from({ length: this.count }, () => 0)
  }

  /** Whether they are threads, which work while this one goes on. */
  get areThreads(): boolean {
    return !this.#inline
  }

  /**
   * How many pieces of work to have on their way, when so many were given out: what is being done, as much again, and one
   * being fetched; none where this thread works because there is little to do. Who asked for no threads gets what one would
   * be given, so that the same is decided at the same places. Where this thread helps, the others must not run out of work
   * meanwhile.
   */
  depthAt(pieces: number): number {
    if (this.#adaptive && (this.#inline || pieces < this.inlinePieces)) return 0
    return this.#helps ? HELP_AT * this.count + HELPED_AHEAD : 2 * this.count + 1
  }

  /** Whether this thread does a piece of work itself, when so many are with the thread that has the fewest. */
  helpsAt(busy: number): boolean {
    return this.#helps && busy >= HELP_AT && (this.pool.hasFree || this.starter.hasRoomFor(HELP_BYTES))
  }

  /** Told how many pieces of work a session has given out: starts threads shortly before they are needed. */
  prepare(pieces: number): void {
    if (!this.#adaptive || this.#inline || pieces < WARM_PIECES || pieces >= this.inlinePieces) return
    for (let mover = 0; mover < this.count; mover++) this.thread(mover)
  }

  /** Memory in which map packs are filled, one after the other. Shared, since of other memory V8 lets so much start a collection. */
  get mapBuffer(): Uint8Array {
    return (this.#mapBuffer ??= new Uint8Array(new SharedArrayBuffer(packBufferBytes(this.#packBytes))))
  }

  /** Memory for so many bytes that movers share, of whole pages; what was given back before, if it is as large. */
  takeMemory(bytes: number): Uint8Array {
    const at = this.#spare.findIndex(({ length }) => length === bytes)
    const [found] = at < 0 ? [] : this.#spare.splice(at, 1)
    return found ?? pageMemory(bytes)
  }

  giveMemory(memory: Uint8Array): void {
    this.#spare.push(memory)
    if (this.#spare.length > MAX_SPARE) this.#spare.shift()
  }

  /** Who does work of so many bytes: this thread, where that is done before others are there, or nobody is to be one. */
  moversFor(bytes: number): readonly MoverThread[] {
    if (this.#inline || (this.#adaptive && bytes < INLINE_BYTES)) return [this.starter]
    return Array.from({ length: this.count }, (_, mover) => this.thread(mover))
  }

  thread(mover: number): MoverThread {
    return (this.#threads[mover] ??= this.#inline
      ? this.starter
      : (this.#started?.take() ?? startMover()).use(this.pool))
  }

  async unpack(task: UnpackTask): Promise<UnpackFailure | undefined> {
    return this.#least((thread) => thread.unpack(task))
  }

  async check(task: SlotCheck): Promise<UnpackFailure | undefined> {
    return this.#least((thread) => thread.check(task))
  }

  async close(): Promise<void> {
    await Promise.all(this.#threads.flatMap((thread) => (thread === undefined ? [] : [thread.close()])))
  }

  /** Gives work to the mover that has the least of it. */
  async #least<T>(work: (thread: MoverThread) => Promise<T>): Promise<T> {
    this.prepare(this.#unpacked)
    if (this.#unpacked++ < this.inlinePieces) return work(this.starter)
    const mover = this.#busy.indexOf(Math.min(...this.#busy))
    this.#busy[mover] = (this.#busy[mover] as number) + 1
    try {
      return await work(this.thread(mover))
    } finally {
      this.#busy[mover]--
    }
  }
}

/** Does work with data movers, those among them that were started before, and lets go of them. */
export async function withMovers<T>(
  {
    plan,
    packBytes,
    started,
  }: { readonly plan: MemoryPlan; readonly packBytes: number; readonly started?: StartedMovers },
  work: (movers: DataMovers) => Promise<T>,
): Promise<T> {
  const movers = new DataMovers(plan, packBytes, started)
  try {
    return await work(movers)
  } finally {
    await movers.close()
  }
}
