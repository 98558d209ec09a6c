import {
  DIGEST_BYTES,
  LEAF_BLOCKS,
  layout,
  type MapPackRef,
  mapPackWriter,
  type PageBytes,
  type PagePointer,
  type PageRecord,
  type PageSink,
  pageStore,
  type PackWriter,
} from "@bcopy/chain-format"
import type { DataMovers } from "./data-movers.ts"
import type { PackUploads } from "./pack-uploads.ts"
import type { Repository } from "./repository.ts"
import type { SessionPacks } from "./session-packs.ts"

/** Compression level of pages: what stands beside ids does compress a little. */
const LEVEL = 1

/**
 * The map packs of a tree under construction: takes new pages, gives old and new ones back, and knows how many bytes of
 * each pack the tree still uses.
 */
export class MapPackSink implements PageSink, PageBytes {
  readonly #repository: Repository
  readonly #packs: SessionPacks
  readonly #uploads: PackUploads
  readonly #movers: Pick<DataMovers, "mapBuffer">
  readonly #refs: Map<number, MapPackRef>
  readonly #live: Map<number, number>
  readonly #stored: PageBytes
  #next: number
  #current:
    | { readonly pack: number; readonly number: number; readonly key: string; readonly writer: PackWriter<PageRecord> }
    | undefined
  /** Plain pages of the pack that is being filled. */
  readonly #fresh = new Map<number, Uint8Array>()
  storedBytes = 0

  constructor(
    repository: Repository,
    packs: SessionPacks,
    uploads: PackUploads,
    movers: Pick<DataMovers, "mapBuffer">,
    tree: { readonly mapPacks: readonly MapPackRef[]; readonly nextMapPack: number },
  ) {
    this.#repository = repository
    this.#packs = packs
    this.#uploads = uploads
    this.#movers = movers
    this.#refs = new Map(tree.mapPacks.map((ref) => [ref.pack, ref]))
    this.#live = new Map(tree.mapPacks.map((ref) => [ref.pack, ref.liveBytes]))
    this.#next = tree.nextMapPack
    this.#stored = pageStore(repository.view, {
      backup: packs.backup,
      mapPack: (pack) => this.#refs.get(pack),
    })
  }

  /** The packs that hold something of the tree, as a manifest lists them. Nothing may be unflushed. */
  get mapPacks(): readonly MapPackRef[] {
    return [...this.#refs.values()]
      .map((ref) => ({ ...ref, liveBytes: this.#live.get(ref.pack) ?? 0 }))
      .filter((ref) => ref.liveBytes > 0)
  }

  get nextMapPack(): number {
    return this.#next
  }

  async write(record: PageRecord, page: Uint8Array, digest: Uint8Array): Promise<PagePointer> {
    if (this.#current?.writer.full === true) await this.flush()
    this.#current ??= this.#begin()
    const { pack, writer } = this.#current
    const level = record.type === "mapLeaf" && !repeatsIds(page) ? 0 : LEVEL
    const { offset, storedBytes } = writer.add(page, record, level)
    this.#fresh.set(offset, page.slice())
    this.#live.set(pack, (this.#live.get(pack) ?? 0) + storedBytes)
    return { pack, offset, length: storedBytes, digest }
  }

  drop(pointer: PagePointer): void {
    this.#live.set(pointer.pack, (this.#live.get(pointer.pack) ?? 0) - pointer.length)
  }

  async read(pointer: PagePointer, options: { readonly oldest?: boolean } = {}): Promise<Uint8Array> {
    const fresh = this.#current?.pack === pointer.pack ? this.#fresh.get(pointer.offset) : undefined
    return fresh ?? this.#stored.read(pointer, options)
  }

  async prefetch(pointers: readonly PagePointer[]): Promise<void> {
    await this.#stored.prefetch(pointers.filter(({ pack }) => pack !== this.#current?.pack))
  }

  /** Stores the pack that is being filled. Data packs go first: a page must name only what is there. */
  async flush(): Promise<void> {
    if (this.#current === undefined) return
    const { pack, number, key, writer } = this.#current
    const bytes = writer.finish()
    await this.#uploads.settled()
    this.#uploads.send(key, bytes)
    await this.#uploads.settled()
    this.storedBytes += bytes.length
    this.#refs.set(pack, {
      pack,
      session: this.#packs.session,
      number,
      hint: writer.hint,
      storedBytes: bytes.length,
      liveBytes: 0,
      ...(this.#uploads.lockedUntilMs > 0 && { lockedUntilMs: this.#uploads.lockedUntilMs }),
    })
    this.#current = undefined
    this.#fresh.clear()
  }

  /** What footers say of the pages in stored map packs: for merging. */
  ref(pack: number): MapPackRef | undefined {
    return this.#refs.get(pack)
  }

  /** A stored pack is locked until then from now on. */
  noteLock(pack: number, lockedUntilMs: number): void {
    const ref = this.#refs.get(pack)
    if (ref !== undefined) this.#refs.set(pack, { ...ref, lockedUntilMs })
  }

  #begin() {
    const { view, packBytes } = this.#repository
    const number = this.#packs.takeMapNumber()
    const key = layout.pack(this.#packs.backup, this.#packs.session, number)
    const { suite, codec } = view
    const buffer = this.#movers.mapBuffer
    const writer = mapPackWriter({ suite, codec, level: LEVEL, objectKey: key, packBytes, buffer })
    return { pack: this.#next++, number, key, writer }
  }
}

/** From so many ids on that stand there before, compression pays. */
const MIN_REPEATED = 8

/** Whether a leaf gives many blocks the same ids: others do not compress. Ids are its end, whatever else there is of it. */
function repeatsIds(leaf: Uint8Array): boolean {
  const view = new DataView(leaf.buffer, leaf.byteOffset, leaf.length)
  const seen = new Set<number>()
  let ids = 0
  for (let at = leaf.length - DIGEST_BYTES; at >= 0 && ids < LEAF_BLOCKS; at -= DIGEST_BYTES) {
    seen.add(view.getUint32(at))
    ids++
  }
  return ids - seen.size >= MIN_REPEATED
}
