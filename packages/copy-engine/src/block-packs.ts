import {
  type BlockRun,
  type BlocksRecord,
  dataPackWriter,
  layout,
  type NewPack,
  type PackWriter,
  placesPerSlot,
} from "@bcopy/chain-format"
import type { StoredBlock } from "./dedup-table.ts"
import type { PackUploads } from "./pack-uploads.ts"
import type { Repository } from "./repository.ts"
import type { SessionPacks } from "./session-packs.ts"

/** A slot's place in the repository, known from when it is sealed. */
export interface FutureSlot {
  sealed: Omit<StoredBlock, "place"> | undefined
}

/** Gathers new blocks into slots and slots into packs: docs/format.md, Slots. */
export class BlockPacks {
  readonly #repository: Repository
  readonly #packs: SessionPacks
  readonly #uploads: PackUploads
  readonly #level: number
  readonly #blockBytes: number
  readonly #places: number
  readonly #buffer: Uint8Array
  /** Numbers of packs in the pack table. */
  #nextPack: number
  #disk = 0
  #runs: { first: number; count: number }[] = []
  #filled = 0
  #slot: FutureSlot = { sealed: undefined }
  #current:
    | {
        readonly pack: number
        readonly number: number
        readonly key: string
        readonly writer: PackWriter<BlocksRecord>
      }
    | undefined
  readonly #made = new Map<number, NewPack>()
  #finished = 0
  storedBytes = 0

  constructor(
    repository: Repository,
    packs: SessionPacks,
    uploads: PackUploads,
    options: { readonly level: number; readonly blockBytes: number; readonly nextPack: number },
  ) {
    this.#repository = repository
    this.#packs = packs
    this.#uploads = uploads
    this.#level = options.level
    this.#blockBytes = options.blockBytes
    this.#places = placesPerSlot(options.blockBytes)
    this.#buffer = new Uint8Array(this.#places * options.blockBytes)
    this.#nextPack = options.nextPack
  }

  get nextPack(): number {
    return this.#nextPack
  }

  /** Data packs of this session, for the pack table. */
  get made(): ReadonlyMap<number, NewPack> {
    return this.#made
  }

  /** Packs that the session has stored or is storing. */
  get finished(): number {
    return this.#finished
  }

  /** The pack table knows the session's packs by now; those of other sessions may still be waiting for a use. */
  forgetMade(): void {
    for (const [number, { session }] of this.#made) if (session === this.#packs.session) this.#made.delete(number)
  }

  /** Bytes in the pack that is being filled, and in the slot. */
  get pendingBytes(): number {
    return (this.#current?.writer.bytes ?? 0) + this.#filled * this.#blockBytes
  }

  /** A number in the pack table for a pack of another session. */
  adopt(pack: NewPack): number {
    const number = this.#nextPack++
    this.#made.set(number, pack)
    return number
  }

  /** Takes the next block of a disk. Its slot is sealed later, at the latest by `seal`. */
  async add(
    disk: number,
    block: number,
    bytes: Uint8Array,
  ): Promise<{ readonly slot: FutureSlot; readonly place: number }> {
    if (disk !== this.#disk) await this.seal()
    this.#disk = disk
    const place = this.#filled++
    this.#buffer.set(bytes, place * this.#blockBytes)
    const run = this.#runs.at(-1)
    if (run !== undefined && run.first + run.count === block) run.count++
    else this.#runs.push({ first: block, count: 1 })
    const slot = this.#slot
    if (this.#filled === this.#places) await this.seal()
    return { slot, place }
  }

  /** Seals the slot that is being filled, and stores its pack if that is full. */
  async seal(): Promise<void> {
    if (this.#filled === 0) return
    this.#current ??= this.#begin()
    const { pack, writer } = this.#current
    const runs: readonly BlockRun[] = this.#runs
    const plain = this.#buffer.subarray(0, this.#filled * this.#blockBytes)
    const { slot, offset, storedBytes } = writer.add(plain, { disk: this.#disk, runs })
    this.#slot.sealed = { pack, slot, offset, length: storedBytes }
    this.#slot = { sealed: undefined }
    this.#runs = []
    this.#filled = 0
    if (writer.full) await this.finishPack()
  }

  /** Seals and stores whatever is pending. */
  async finishPack(): Promise<void> {
    await this.seal()
    if (this.#current === undefined) return
    const { pack, number, key, writer } = this.#current
    this.#current = undefined
    const bytes = writer.finish()
    this.storedBytes += bytes.length
    this.#finished++
    this.#made.set(pack, {
      session: this.#packs.session,
      number,
      hint: writer.hint,
      storedBytes: bytes.length,
      lockedUntilMs: 0,
    })
    await this.#uploads.add(key, bytes)
  }

  #begin() {
    const { view, packBytes } = this.#repository
    const number = this.#packs.next()
    const key = layout.pack(this.#packs.backup, this.#packs.session, number)
    const writer = dataPackWriter({
      suite: view.suite,
      codec: view.codec,
      level: this.#level,
      objectKey: key,
      packBytes,
    })
    return { pack: this.#nextPack++, number, key, writer }
  }
}
