import type { NewPack } from "@bcopy/chain-format"
import type { DataMovers } from "./data-movers.ts"
import { DedupTable, type StoredBlock } from "./dedup-table.ts"
import { blockFates, type MovedStretch, type MoverSetup, type Stretch } from "./mover.ts"
import type { MoverThread } from "./mover-thread.ts"
import type { MovedPack } from "./pack-filler.ts"
import type { PackUploads } from "./pack-uploads.ts"
import type { SessionPacks } from "./session-packs.ts"

/** A slot's place in the repository, known from when its pack has been handed over. */
export interface FutureSlot {
  sealed: Omit<StoredBlock, "place"> | undefined
}

/** What is to be written into a map for one block, or a run of them. */
export type MapOp =
  | { readonly kind: "keep" | "zero"; count: number }
  | {
      readonly kind: "put"
      readonly id: Uint8Array
      readonly slot: FutureSlot
      readonly place: number
      readonly isNew: boolean
    }

/** A mover's answer to a stretch. */
export interface AnsweredStretch {
  /** Its map operations, unless something is wrong. To be asked once, in the order of the disk. */
  readonly ops: () => readonly MapOp[]
  /** Tags of its blocks, where they are others than were given. */
  readonly tags?: Uint8Array
  /** Offset in the stretch of the first block that is not what the source says; -1 if all are. */
  readonly wrong: number
}

/** A mover at work for a session. */
interface Worker {
  readonly thread: MoverThread
  /** Slots by serial, as long as a stretch may still name them. */
  readonly slots: Map<number, FutureSlot>
  /** Serials of stored slots, and the last stretch that may name them. */
  sealed: { readonly serial: number; readonly until: number }[]
  /** How many stretches it was handed. */
  sent: number
  /** Their numbers, as long as their map operations were not asked for. */
  readonly unsettled: Set<number>
  busy: number
}

/**
 * The data movers at work for a session, their packs' way into the store, and the dedup table they share. What comes back
 * is translated into map operations in the order of the stretches, whoever was faster: all that is decided in this thread
 * depends on that order alone.
 */
export class SessionMovers {
  readonly dedup: DedupTable
  storedBytes = 0
  readonly #movers: DataMovers
  readonly #setup: MoverSetup
  readonly #packs: SessionPacks
  readonly #uploads: PackUploads
  readonly #workers: (Worker | undefined)[]
  /** This thread, at the beginning, and where it helps. */
  #starter: Worker | undefined
  readonly #made = new Map<number, NewPack>()
  /** Packs of this session that are not here yet, and the slots in them that somebody waits for. */
  readonly #awaited = new Map<number, { readonly slot: FutureSlot; readonly place: Omit<StoredBlock, "place"> }[]>()
  readonly #here = new Set<number>()
  readonly #firstPack: number
  /** Packs of this session with blocks that no map has yet. */
  #mapped: number[] = []
  readonly #unsettled = new Map<number, { readonly number: number; blocks: number }>()
  #sent = 0
  #finished = 0

  constructor(movers: DataMovers, setup: MoverSetup, packs: SessionPacks, uploads: PackUploads) {
    this.#movers = movers
    this.#setup = setup
    this.#packs = packs
    this.#uploads = uploads
    this.#firstPack = packs.nextPack
    this.dedup = new DedupTable(setup.dedup)
    this.#workers = Array.from({ length: movers.count }, () => undefined)
  }

  /** How many stretches are worth having on their way. */
  get depth(): number {
    return this.#movers.depthAt(this.#sent)
  }

  /** Packs that the session has stored or is storing. */
  get finished(): number {
    return this.#finished
  }

  /** Data packs that the pack table may not know yet. */
  get made(): ReadonlyMap<number, NewPack> {
    return this.#made
  }

  /** The pack table has been written: it knows the packs all of whose blocks are in the maps. */
  forgetMade(): void {
    for (const pack of this.#mapped) this.#made.delete(pack)
    this.#mapped = []
  }

  /** A new block of this pack is in its map. */
  settleBlock(pack: number): void {
    const left = this.#unsettled.get(pack)
    if (left === undefined) return
    left.blocks--
    if (left.blocks > 0) return
    this.#unsettled.delete(pack)
    this.#mapped.push(pack)
    this.#packs.settle(left.number)
  }

  /** A number in the pack table for a pack of another session. */
  adopt(pack: NewPack): number {
    const number = this.#packs.takePack()
    this.#made.set(number, pack)
    this.#here.add(number)
    return number
  }

  /** Resolves when another stretch may be handed over. @throws what failed on the way to the store */
  async room(): Promise<void> {
    this.#movers.prepare(this.#sent)
    // From here on threads do the work: what this one has pending would hold up the maps, and memory, to the end.
    if (this.#sent === this.#movers.inlinePieces && this.#starter !== undefined) await this.#flush([this.#starter])
    // Threads wait for a buffer themselves. This thread must not: it is the one that stores.
    if (this.#movers.areThreads) this.#uploads.throwFailure()
    else await this.#uploads.until(() => this.#movers.pool.hasFree)
  }

  /** Hands a stretch to the mover that has the least to do; its memory may be used again when it has answered. */
  async move(stretch: Stretch): Promise<AnsweredStretch> {
    const worker = this.#next()
    this.#sent++
    const number = ++worker.sent
    worker.unsettled.add(number)
    worker.busy++
    try {
      const { moved, packs } = await worker.thread.move(stretch)
      if (moved.wrong >= 0) worker.unsettled.delete(number)
      const { wrong, tags } = moved
      return { wrong, ...(tags && { tags }), ops: () => this.#settle(worker, number, moved, packs) }
    } finally {
      worker.busy--
    }
  }

  /** Memory for a stretch, which movers read without copying. */
  takeMemory(bytes: number): Uint8Array {
    return this.#movers.takeMemory(bytes)
  }

  giveMemory(memory: Uint8Array): void {
    this.#movers.giveMemory(memory)
  }

  /** Where a block with this id is stored, or about to be. */
  find(id: Uint8Array): { readonly slot: FutureSlot; readonly place: number } | undefined {
    const stored = this.dedup.find(id)
    return stored && { slot: this.#slotOf(stored), place: stored.place }
  }

  /** Has the movers seal and hand over whatever they have pending. */
  async flush(): Promise<void> {
    await this.#flush(this.#started)
  }

  /** The session is over: the movers are free for the next one. */
  end(): void {
    for (const { thread } of this.#started) thread.end()
  }

  get #started(): readonly Worker[] {
    return [this.#starter, ...this.#workers].filter((worker) => worker !== undefined)
  }

  async #flush(workers: readonly Worker[]): Promise<void> {
    const flushed = workers.map(async (worker) => {
      const until = worker.sent
      return { worker, until, packs: await worker.thread.flush() }
    })
    for (const { worker, until, packs } of await Promise.all(flushed))
      for (const pack of packs) this.#arrived(worker, pack, until)
  }

  /** The mover with the fewest stretches; of several, the one whose turn it is. This thread, if all have enough. */
  #next(): Worker {
    if (this.#sent < this.#movers.inlinePieces) return (this.#starter ??= this.#begin(this.#movers.starter))
    const { count } = this.#movers
    const busy = (mover: number) => this.#workers[mover]?.busy ?? 0
    let least = this.#sent % count
    for (let mover = 0; mover < count; mover++) if (busy(mover) < busy(least)) least = mover
    if (this.#movers.helpsAt(busy(least))) return (this.#starter ??= this.#begin(this.#movers.starter))
    return (this.#workers[least] ??= this.#begin(this.#movers.thread(least)))
  }

  #begin(thread: MoverThread): Worker {
    const { pool } = this.#movers
    thread.begin(this.#setup, ({ key, bytes, buffer }) => {
      this.#uploads.send(key, bytes, () => pool.release(buffer))
    })
    return { thread, slots: new Map(), sealed: [], sent: 0, unsettled: new Set(), busy: 0 }
  }

  #settle(
    worker: Worker,
    number: number,
    { fates, ids, words }: MovedStretch,
    packs: readonly MovedPack[],
  ): readonly MapOp[] {
    for (const pack of packs) this.#arrived(worker, pack, number)
    const ops: MapOp[] = []
    for (let at = 0; at < fates.length; at++) {
      const fate = fates[at]
      if (fate === blockFates.keep || fate === blockFates.zero) {
        const kind = fate === blockFates.keep ? "keep" : "zero"
        const last = ops.at(-1)
        if (last?.kind === kind) last.count++
        else ops.push({ kind, count: 1 })
        continue
      }
      const [first, second, offset, length] = words.subarray(at * 4, at * 4 + 4) as unknown as FourWords
      const id = ids.subarray(at * 32, (at + 1) * 32)
      const isNew = fate === blockFates.fresh
      if (isNew || length === 0) ops.push({ kind: "put", id, slot: serialSlot(worker, first), place: second, isNew })
      else {
        const stored = { pack: first, slot: second >>> 8, offset, length }
        ops.push({ kind: "put", id, slot: this.#slotOf(stored), place: second & 0xff, isNew })
      }
    }
    worker.unsettled.delete(number)
    const oldest = Math.min(...worker.unsettled, Infinity)
    for (const { serial, until } of worker.sealed) if (until < oldest) worker.slots.delete(serial)
    worker.sealed = worker.sealed.filter(({ until }) => until >= oldest)
    return ops
  }

  /** A stored slot; one in a pack of this session that is not here yet will be known when it is. */
  #slotOf({ pack, slot, offset, length }: Omit<StoredBlock, "place">): FutureSlot {
    const place = { pack, slot, offset, length }
    if (pack < this.#firstPack || this.#here.has(pack)) return { sealed: place }
    const future: FutureSlot = { sealed: undefined }
    const awaited = this.#awaited.get(pack)
    if (awaited === undefined) this.#awaited.set(pack, [{ slot: future, place }])
    else awaited.push({ slot: future, place })
    return future
  }

  /** A pack is here, and on its way into the store. Its slots are named by no stretch behind number `until`. */
  #arrived(worker: Worker, { pack, number, hint, bytes, slots, blocks }: MovedPack, until: number): void {
    for (let at = 0; at < slots.length; at += 4) {
      const [serial, slot, offset, length] = slots.subarray(at, at + 4) as unknown as FourWords
      serialSlot(worker, serial).sealed = { pack, slot, offset, length }
      worker.sealed.push({ serial, until })
    }
    const { session } = this.#packs
    this.#made.set(pack, {
      session,
      number,
      hint,
      storedBytes: bytes.length,
      lockedUntilMs: this.#uploads.lockedUntilMs,
    })
    this.#here.add(pack)
    this.#unsettled.set(pack, { number, blocks })
    for (const { slot, place } of this.#awaited.get(pack) ?? []) slot.sealed = place
    this.#awaited.delete(pack)
    this.#finished++
    this.storedBytes += bytes.length
  }
}

type FourWords = [number, number, number, number]

function serialSlot(worker: Worker, serial: number): FutureSlot {
  let slot = worker.slots.get(serial)
  if (slot === undefined) worker.slots.set(serial, (slot = { sealed: undefined }))
  return slot
}
