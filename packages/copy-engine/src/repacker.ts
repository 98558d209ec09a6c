import {
  type Codec,
  FormatError,
  openDataPack,
  openSlot,
  type OpenedSlot,
  placesPerSlot,
  type SealSuite,
  unsealSlot,
} from "@bcopy/chain-format"
import { addToRuns, type BlockRun, blocksOf } from "./block-runs.ts"
import type { MoverMeans, MoverSetup } from "./mover.ts"
import type { PackFiller } from "./pack-filler.ts"
import { ScratchMemory } from "./scratch-memory.ts"
import { suiteOf } from "./suite-of.ts"
import { failureOf, type UnpackFailure } from "./unpack.ts"

/** Slots of packs are named by position and place: no ids. */
const NO_IDS = new Uint8Array(0)

/** A whole data pack of the repository, and which of its blocks are to be written into new ones. */
export interface RepackTask {
  readonly key: string
  readonly bytes: Uint8Array
  /** A bit for each position. */
  readonly used: Uint32Array
}

type Unsealed = Pick<OpenedSlot, "header" | "body">

/** A slot of which something is wanted. */
interface Slot {
  readonly number: number
  readonly disk: number
  readonly runs: readonly BlockRun[]
  readonly blocks: readonly number[]
  /** Places, ascending. */
  readonly wanted: readonly number[]
}

/** Where the blocks of a pack went. */
export interface RepackedBlocks {
  /** Three words a block: its position, the serial of its new slot, its place there. */
  readonly blocks: Uint32Array
  /** Why the pack did not open: then `blocks` says nothing. */
  readonly failure: UnpackFailure | undefined
}

/**
 * Writes what is needed of packs into new ones, in one thread and synchronously. A slot that is needed as a whole stays as
 * it was compressed; what is needed of others is put together anew. No slot holds blocks of two packs.
 */
export class Repacker {
  readonly #blockBytes: number
  readonly #suite: SealSuite
  readonly #codec: Codec
  readonly #packs: PackFiller
  readonly #stride: number
  readonly #content: Uint8Array
  readonly #scratch = new ScratchMemory()
  #disk = 0
  #runs: { first: number; count: number }[] = []
  #filled = 0
  /** Serial of the slot that is open, and that of the next one. */
  #serial = 0
  #nextSerial = 0

  constructor({ suite, blockBytes }: MoverSetup, { codec }: Pick<MoverMeans, "codec">, packs: PackFiller) {
    this.#blockBytes = blockBytes
    this.#suite = suiteOf(suite)
    this.#codec = codec
    this.#packs = packs
    this.#stride = placesPerSlot(blockBytes)
    this.#content = new Uint8Array(this.#stride * blockBytes)
  }

  /** Packs that fill up on the way are emitted before this returns. */
  repack({ key, bytes, used }: RepackTask): RepackedBlocks {
    const moved: number[] = []
    const failure = failureOf(key, () => {
      const { opening, slots } = openDataPack(bytes, { suite: this.#suite, codec: this.#codec, objectKey: key })
      for (const [number, { disk, runs, offset, storedBytes }] of slots.entries()) {
        const wanted = this.#wantedOf(used, number)
        if (wanted.length === 0) continue
        const stored = bytes.subarray(offset, offset + storedBytes)
        const options = { opening, codec: this.#codec, length: storedBytes, into: this.#scratch.only(storedBytes) }
        const slot = { number, disk, runs, blocks: blocksOf(runs), wanted }
        const isKept = this.#isWhole(slot) && this.#keep(slot, unsealSlot(stored, options), moved)
        if (!isKept) this.#regroup(slot, openSlot(stored, options), moved)
      }
    })
    this.#seal()
    return { blocks: Uint32Array.from(moved), failure }
  }

  /** Whether all of a slot is wanted, and it is no small one, which others may join. */
  #isWhole({ blocks, wanted }: Slot): boolean {
    return wanted.length === blocks.length && wanted.length * 2 >= this.#stride
  }

  /** Takes a slot over as it was compressed, if it was. */
  #keep({ number, disk, runs, wanted }: Slot, { header, body }: Unsealed, moved: number[]): boolean {
    if (!header.compressed) return false
    const { plainBytes } = header
    this.#requirePlaces(number, plainBytes, wanted)
    const serial = this.#nextSerial++
    this.#packs.add({ serial, disk, runs, ids: NO_IDS, content: { compressed: body, plainBytes } })
    for (const place of wanted) moved.push(number * this.#stride + place, serial, place)
    return true
  }

  /** Puts what is wanted of a slot behind what waits. */
  #regroup({ number, disk, blocks, wanted }: Slot, { header, plain }: OpenedSlot, moved: number[]): void {
    this.#requirePlaces(number, plain.length, wanted)
    for (const place of wanted) {
      const bytes = plain.subarray(place * this.#blockBytes, (place + 1) * this.#blockBytes)
      const at = this.#add(disk, blocks[place] ?? 0, bytes)
      moved.push(number * this.#stride + place, this.#serial, at)
    }
    if (header.compressed) this.#codec.release?.(plain)
  }

  /** Places of a slot that are wanted, ascending. */
  #wantedOf(used: Uint32Array, slot: number): readonly number[] {
    const wanted: number[] = []
    for (let place = 0; place < this.#stride; place++) {
      const at = slot * this.#stride + place
      if ((((used[at >>> 5] ?? 0) >>> (at & 31)) & 1) === 1) wanted.push(place)
    }
    return wanted
  }

  #requirePlaces(slot: number, plainBytes: number, wanted: readonly number[]): void {
    const last = wanted.at(-1) ?? 0
    if (plainBytes >= (last + 1) * this.#blockBytes) return
    throw new FormatError("Inconsistent", `slot ${slot} of ${plainBytes} bytes has no block at place ${last}`)
  }

  /** Puts a block behind those that wait in the open slot; gives its place there. */
  #add(disk: number, block: number, bytes: Uint8Array): number {
    const last = this.#runs.at(-1)
    const follows = disk === this.#disk && last !== undefined && block >= last.first + last.count
    if (!follows || this.#filled >= this.#stride) this.#seal()
    if (this.#filled === 0) this.#serial = this.#nextSerial++
    this.#disk = disk
    addToRuns(this.#runs, block)
    const place = this.#filled++
    this.#content.set(bytes, place * this.#blockBytes)
    return place
  }

  #seal(): void {
    if (this.#filled === 0) return
    const content = this.#content.subarray(0, this.#filled * this.#blockBytes)
    this.#packs.add({ serial: this.#serial, disk: this.#disk, runs: this.#runs, ids: NO_IDS, content })
    this.#runs = []
    this.#filled = 0
  }
}
