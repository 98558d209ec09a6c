import {
  type BackupId,
  type BlockPlace,
  type BlockRun,
  type BlocksRecord,
  dataPackWriter,
  fetchPack,
  isDamage,
  layout,
  type NewPack,
  openDataPack,
  packBufferBytes,
  type PackRecord,
  type PackWriter,
  placesPerSlot,
} from "@bcopy/chain-format"
import type { PackUploads } from "../pack-uploads.ts"
import type { Repository } from "../repository.ts"
import type { SessionPacks } from "../session-packs.ts"

/** Compression level of what is written anew. */
const LEVEL = 3

/** Positions of a pack that points need. */
export interface WantedPack {
  readonly record: Pick<PackRecord, "session" | "number" | "storedBytes">
  /** A bit for each position. */
  readonly used: Uint32Array
}

export interface MovePacksOptions {
  readonly backup: BackupId
  readonly blockBytes: number
  readonly packs: SessionPacks
  readonly uploads: PackUploads
  readonly signal?: AbortSignal
}

/** A slot that is being filled, and who is to be told where its blocks lie. */
interface OpenSlot {
  readonly disk: number
  readonly runs: { first: number; count: number }[]
  readonly puts: ((to: BlockPlace) => void)[]
}

interface OpenPack {
  readonly pack: number
  readonly number: number
  readonly key: string
  readonly writer: PackWriter<BlocksRecord>
  readonly buffer: Uint8Array
}

/** Writes blocks of sparse packs into new ones, and knows where each lies then. */
export class PackMover {
  /** New packs by the number that pack tables give them. */
  readonly made = new Map<number, NewPack>()
  movedBytes = 0
  readonly #repository: Repository
  readonly #options: MovePacksOptions
  readonly #stride: number
  readonly #free: Uint8Array[] = []
  #slot: OpenSlot | undefined
  #content: Uint8Array
  #length = 0
  #into: Uint8Array | undefined
  #pack: OpenPack | undefined

  constructor(repository: Repository, options: MovePacksOptions) {
    this.#repository = repository
    this.#options = options
    this.#stride = placesPerSlot(options.blockBytes)
    this.#content = new Uint8Array(this.#stride * options.blockBytes)
  }

  /**
   * Moves what is wanted of a pack; gives the new place of each position. They are stored once `finish` has resolved.
   * @throws FormatError if the pack is missing or does not open
   */
  async move({ record, used }: WantedPack): Promise<ReadonlyMap<number, BlockPlace>> {
    const { backup, blockBytes } = this.#options
    const objectKey = layout.pack(backup, record.session, record.number)
    const opened = await this.#open(objectKey)
    const places = new Map<number, BlockPlace>()
    for (const [number, { disk, runs }] of opened.slots.entries()) {
      const wanted: number[] = []
      for (let place = 0; place < this.#stride; place++)
        if (isSet(used, number * this.#stride + place)) wanted.push(place)
      if (wanted.length === 0) continue
      const plain = opened.open(number)
      const blocks = blocksOf(runs)
      for (const place of wanted) {
        const bytes = plain.subarray(place * blockBytes, (place + 1) * blockBytes)
        const put = (to: BlockPlace) => places.set(number * this.#stride + place, to)
        this.#add(disk, blocks[place] ?? 0, bytes, put)
      }
      if (plain.buffer !== this.#into?.buffer) this.#repository.view.codec.release?.(plain)
    }
    this.#closeSlot()
    // No more than a few packs wait in memory.
    await this.#options.uploads.until(() => this.#free.length > 0)
    return places
  }

  /** Resolves when everything that was moved is stored. */
  async finish(): Promise<void> {
    this.#closeSlot()
    this.#closePack()
    await this.#options.uploads.settled()
    this.#free.length = 0
    this.#into = undefined
  }

  #add(disk: number, block: number, bytes: Uint8Array, put: (to: BlockPlace) => void): void {
    const last = this.#slot?.runs.at(-1)
    const isNext = this.#slot?.disk === disk && last !== undefined && block >= last.first + last.count
    if (this.#slot !== undefined && (!isNext || this.#slot.puts.length >= this.#stride)) this.#closeSlot()
    this.#slot ??= { disk, runs: [], puts: [] }
    const run = this.#slot.runs.at(-1)
    if (run !== undefined && run.first + run.count === block) run.count++
    else this.#slot.runs.push({ first: block, count: 1 })
    this.#content.set(bytes, this.#slot.puts.length * bytes.length)
    this.#length = (this.#slot.puts.length + 1) * bytes.length
    this.#slot.puts.push(put)
  }

  #closeSlot(): void {
    if (this.#slot === undefined) return
    const { disk, runs, puts } = this.#slot
    this.#pack ??= this.#begin()
    const { pack, writer } = this.#pack
    const content = this.#content.subarray(0, this.#length)
    const { slot, offset, storedBytes: length } = writer.add(content, { disk, runs })
    for (const [place, put] of puts.entries()) put({ slot: { pack, slot, offset, length }, place })
    this.movedBytes += length
    this.#slot = undefined
    if (writer.full) this.#closePack()
  }

  #begin(): OpenPack {
    const { view, packBytes } = this.#repository
    const { packs, backup } = this.#options
    const number = packs.takeDataNumber()
    const key = layout.pack(backup, packs.session, number)
    const { suite, codec } = view
    const buffer = this.#free.pop() ?? new Uint8Array(packBufferBytes(packBytes))
    const writer = dataPackWriter({ suite, codec, level: LEVEL, objectKey: key, packBytes, buffer })
    return { pack: packs.takePack(), number, key, writer, buffer }
  }

  #closePack(): void {
    if (this.#pack === undefined) return
    const { pack, number, key, writer, buffer } = this.#pack
    this.#pack = undefined
    const bytes = writer.finish()
    const { session } = this.#options.packs
    this.made.set(pack, { session, number, hint: writer.hint, storedBytes: bytes.length, lockedUntilMs: 0 })
    this.#options.uploads.send(key, bytes, () => this.#free.push(buffer))
  }

  async #open(objectKey: string) {
    const { view } = this.#repository
    const { signal } = this.#options
    this.#into ??= new Uint8Array(packBufferBytes(this.#repository.packBytes))
    const into = this.#into
    const read = async (oldest: boolean) =>
      openDataPack(await fetchPack(view, objectKey, { oldest, into, ...(signal && { signal }) }), {
        ...view,
        objectKey,
      })
    try {
      return await read(false)
    } catch (error) {
      if (!isDamage(error)) throw error
      return read(true)
    }
  }
}

function isSet(bits: Uint32Array, at: number): boolean {
  return (((bits[at >>> 5] ?? 0) >>> (at & 31)) & 1) === 1
}

/** The blocks of a slot, place by place, as its footer says. */
function blocksOf(runs: readonly BlockRun[]): readonly number[] {
  return runs.flatMap(({ first, count }) => Array.from({ length: count }, (_, at) => first + at))
}
