import type { NewPack } from "@bcopy/chain-format"
import { DedupTable, type StoredBlock } from "./dedup-table.ts"
import { blockFates, type MovedPack, type MoverSetup, type MovedStretch, type Stretch } from "./mover.ts"
import { inlineMover, type MoverThread, threadMover } from "./mover-threads.ts"
import type { PackUploads } from "./pack-uploads.ts"
import type { SessionPacks } from "./session-packs.ts"

/** What moves before threads are started: most increments are through by then. */
const INLINE_STRETCHES = 12

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
export interface MovedOps {
  readonly ops: readonly MapOp[]
  readonly plain: Uint8Array
  /** Offset in the stretch of the first block that is not what the source says; -1 if all are. */
  readonly wrong: number
}

/**
 * The data movers of a session, their packs' way into the store, and the dedup table they share. Stretches go to movers in
 * turn; what comes back is translated into map operations, whose slots are known as soon as their packs are here.
 */
export class MoverPool {
  readonly dedup: DedupTable
  storedBytes = 0
  readonly #packs: SessionPacks
  readonly #uploads: PackUploads
  readonly #threads: (MoverThread<MovedOps> | undefined)[]
  readonly #start: (mover: number) => MoverThread<MovedOps>
  /** Slots of each mover by serial, as long as a stretch may still name them; and those whose packs are here. */
  readonly #bySerial: Map<number, FutureSlot>[]
  readonly #sealedSerials: number[][]
  readonly #made = new Map<number, NewPack>()
  /** Packs of this session that are not here yet, and the slots in them that somebody waits for. */
  readonly #awaited = new Map<number, { readonly slot: FutureSlot; readonly place: Omit<StoredBlock, "place"> }[]>()
  readonly #here = new Set<number>()
  readonly #firstPack: number
  /** Packs of this session with blocks that no map has yet. */
  #mapped: number[] = []
  readonly #unsettled = new Map<number, { readonly number: number; blocks: number }>()
  #turn = 0
  #moved = 0
  #finished = 0

  constructor(setup: MoverSetup, movers: number, packs: SessionPacks, uploads: PackUploads) {
    this.#packs = packs
    this.#uploads = uploads
    this.#firstPack = packs.nextPack
    this.dedup = new DedupTable(setup.dedup)
    const count = 1 + movers
    this.#bySerial = Array.from({ length: count }, () => new Map<number, FutureSlot>())
    this.#sealedSerials = Array.from({ length: count }, () => [])
    this.#threads = Array.from({ length: count }, () => undefined)
    this.#start = (mover) =>
      (mover === 0 ? inlineMover : threadMover)(setup, {
        pack: (pack) => this.#arrived(mover, pack),
        moved: (moved, plain) => ({ ops: this.#translate(mover, moved), plain, wrong: moved.wrong }),
      })
  }

  /** How many stretches are worth having on their way: none while this thread does the work itself. */
  get depth(): number {
    const threads = this.#threads.length - 1
    return this.#moved < INLINE_STRETCHES || threads === 0 ? 0 : 2 * threads + 1
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

  /** Resolves when the store has room for what another stretch may bring. @throws what failed on the way to it */
  async room(): Promise<void> {
    await this.#uploads.room()
  }

  /** Hands a stretch to the mover whose turn it is. `plain` comes back with the answer. */
  async move(stretch: Stretch): Promise<MovedOps> {
    const mover = this.depth === 0 ? 0 : 1 + (this.#turn++ % (this.#threads.length - 1))
    // From here on threads do the work: what the first mover has pending would hold up the maps, and memory, to the end.
    if (mover > 0 && this.#moved === INLINE_STRETCHES) await this.#threads[0]?.flush()
    this.#moved++
    const thread = (this.#threads[mover] ??= this.#start(mover))
    return thread.move(stretch)
  }

  /** Where a block with this id is stored, or about to be. */
  find(id: Uint8Array): { readonly slot: FutureSlot; readonly place: number } | undefined {
    const stored = this.dedup.find(id)
    return stored && { slot: this.#slotOf(stored), place: stored.place }
  }

  /** Seals and hands over whatever the movers have pending. */
  async flush(): Promise<void> {
    await Promise.all(this.#started.map((thread) => thread.flush()))
  }

  async close(): Promise<void> {
    await Promise.all(this.#started.map((thread) => thread.close()))
  }

  get #started(): readonly MoverThread<MovedOps>[] {
    return this.#threads.filter((thread) => thread !== undefined)
  }

  #translate(mover: number, { fates, ids, words }: MovedStretch): readonly MapOp[] {
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
      const [first, second, offset, length] = words.subarray(at * 4, at * 4 + 4) as unknown as [
        number,
        number,
        number,
        number,
      ]
      const id = ids.subarray(at * 32, (at + 1) * 32)
      const isNew = fate === blockFates.fresh
      if (isNew || length === 0)
        ops.push({ kind: "put", id, slot: this.#serialSlot(mover, first), place: second, isNew })
      else {
        const stored = { pack: first, slot: second >>> 8, offset, length }
        ops.push({ kind: "put", id, slot: this.#slotOf(stored), place: second & 0xff, isNew })
      }
    }
    // A slot whose pack came before this answer is named by no later one.
    for (const serial of this.#sealedSerials[mover] as number[]) this.#bySerial[mover]?.delete(serial)
    this.#sealedSerials[mover] = []
    return ops
  }

  #serialSlot(mover: number, serial: number): FutureSlot {
    const slots = this.#bySerial[mover] as Map<number, FutureSlot>
    let slot = slots.get(serial)
    if (slot === undefined) slots.set(serial, (slot = { sealed: undefined }))
    return slot
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

  #arrived(mover: number, { pack, number, key, hint, bytes, slots, blocks }: MovedPack): void {
    const serials = this.#sealedSerials[mover] as number[]
    for (let at = 0; at < slots.length; at += 4) {
      const [serial, slot, offset, length] = slots.subarray(at, at + 4) as unknown as [number, number, number, number]
      this.#serialSlot(mover, serial).sealed = { pack, slot, offset, length }
      serials.push(serial)
    }
    const { session } = this.#packs
    this.#made.set(pack, { session, number, hint, storedBytes: bytes.length, lockedUntilMs: 0 })
    this.#here.add(pack)
    this.#unsettled.set(pack, { number, blocks })
    for (const { slot, place } of this.#awaited.get(pack) ?? []) slot.sealed = place
    this.#awaited.delete(pack)
    this.#finished++
    this.storedBytes += bytes.length
    this.#uploads.send(key, bytes, () => this.#threads[mover]?.recycle(bytes))
  }
}
