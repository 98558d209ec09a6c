import {
  type Checkpoint,
  DIGEST_BYTES,
  type DiskTree,
  editPackTable,
  MapReader,
  type MapTree,
  MapWriter,
  type PageReader,
  pageReader,
  PackUses,
  type PointTree,
  type TableTree,
} from "@bcopy/chain-format"
import { BlockPacks, type FutureSlot } from "./block-packs.ts"
import { DedupTable, type StoredBlock } from "./dedup-table.ts"
import { EngineError } from "./engine-error.ts"
import { MapPackSink } from "./map-pack-sink.ts"
import { mergeMapPacks } from "./merge-map-packs.ts"
import { PackUploads } from "./pack-uploads.ts"
import type { Repository } from "./repository.ts"
import type { SessionPacks } from "./session-packs.ts"

/** docs/design.md, Checkpoints */
const CHECKPOINT_PACKS = 8
const CHECKPOINT_MS = 30_000
/** Changes of the pack table kept in memory before a checkpoint writes them. */
const MAX_PENDING_USES = 400_000

export interface PointWriterOptions {
  readonly packs: SessionPacks
  readonly blockBytes: number
  readonly level: number
  /** What is built on: a parent's tree, or an adopted checkpoint's. */
  readonly base: PointTree | undefined
  /** Memory for the dedup table. */
  readonly dedupBytes: number
}

/** A disk of the point under construction. */
export interface PlannedDisk {
  readonly name: string
  readonly sizeBytes: number
  /** Number of the disk in the base's tree; absent for a new one. */
  readonly baseDisk: number | undefined
}

type Op =
  | { readonly kind: "keep" | "zero"; count: number }
  | { readonly kind: "put"; readonly id: Uint8Array; readonly slot: FutureSlot; readonly place: number }

/**
 * Writes the packs, maps and pack table of one point: told block by block, in ascending order, what each disk holds.
 * At any checkpoint it is a whole tree: new up to the cursor, as the base behind it.
 */
export class PointWriter {
  readonly dedup: DedupTable
  readonly blocks: BlockPacks
  readonly pages: PageReader
  readonly #repository: Repository
  readonly #options: PointWriterOptions
  readonly #uploads: PackUploads
  readonly #sink: MapPackSink
  readonly #uses: PackUses
  readonly #trees: { name: string; tree: MapTree }[] = []
  /** Disks of the base that the point lacks: let go when it is complete, part of every checkpoint until then. */
  readonly #dropped: { readonly name: string; tree: MapTree }[]
  #table: TableTree
  #disk = 0
  #writer: MapWriter | undefined
  #ops: Op[] = []
  #position = 0
  readonly #pending = new Map<string, { readonly slot: FutureSlot; readonly place: number }>()
  /** Set while the maps are being changed: a failure in between leaves nothing that could be adopted. */
  #torn = false
  #checkpointedPacks = 0
  #checkpointedAtMs: number

  constructor(repository: Repository, disks: readonly PlannedDisk[], options: PointWriterOptions) {
    const { packs, blockBytes, level, base, dedupBytes } = options
    this.#repository = repository
    this.#options = options
    this.#uploads = new PackUploads(repository)
    this.#sink = new MapPackSink(repository, packs, this.#uploads, base ?? { mapPacks: [], nextMapPack: 0 })
    this.pages = pageReader(this.#sink, repository.view)
    this.blocks = new BlockPacks(repository, packs, this.#uploads, { level, blockBytes, nextPack: base?.nextPack ?? 0 })
    this.dedup = new DedupTable(dedupBytes)
    this.#uses = new PackUses(blockBytes)
    this.#table = { nextPack: base?.nextPack ?? 0, root: base?.table }
    this.#checkpointedAtMs = repository.seams.clock.monotonic()
    const treeOf = (disk: DiskTree): MapTree => ({ sizeBytes: disk.sizeBytes, blockBytes, root: disk.map })
    for (const { name, sizeBytes, baseDisk } of disks) {
      const old = baseDisk === undefined ? undefined : base?.disks[baseDisk]
      this.#trees.push({ name, tree: old === undefined ? { sizeBytes, blockBytes, root: undefined } : treeOf(old) })
    }
    const matched = new Set(disks.map(({ baseDisk }) => baseDisk))
    this.#dropped = (base?.disks ?? [])
      .filter((_, index) => !matched.has(index))
      .map((disk) => ({ name: disk.name, tree: treeOf(disk) }))
  }

  /** The block of the current disk that comes next. */
  get position(): number {
    return this.#position
  }

  /** How many packs the session has begun. */
  get packNumbers(): number {
    return this.#options.packs.last
  }

  get storedBytes(): number {
    return this.blocks.storedBytes + this.#sink.storedBytes
  }

  /** Turns to a disk, in ascending order. Gives a reader of what it builds on. */
  beginDisk(disk: number, sizeBytes: number): MapReader {
    this.#disk = disk
    this.#position = 0
    const base = this.#readerOf((this.#trees[disk] as { tree: MapTree }).tree)
    this.#writer = this.#writerOf(sizeBytes, base.tree)
    return base
  }

  /** The next `count` blocks are as in the base. */
  async keep(count: number): Promise<void> {
    await this.#push({ kind: "keep", count }, count)
  }

  /** The next `count` blocks are zeros. */
  async zero(count: number): Promise<void> {
    await this.#push({ kind: "zero", count }, count)
  }

  /** Where a block is stored or about to be: in the dedup table, or among those of the open slot. */
  find(id: Uint8Array): { readonly slot: FutureSlot; readonly place: number } | undefined {
    const stored = this.dedup.find(id)
    if (stored !== undefined) return { slot: { sealed: stored }, place: stored.place }
    return this.#pending.size === 0 ? undefined : this.#pending.get(idName(id))
  }

  /** The next block is one that `find` found. */
  async reuse(id: Uint8Array, found: { readonly slot: FutureSlot; readonly place: number }): Promise<void> {
    await this.#push({ kind: "put", id: id.slice(0, DIGEST_BYTES), ...found }, 1)
  }

  /** The next block is new. */
  async add(id: Uint8Array, bytes: Uint8Array): Promise<void> {
    const added = await this.blocks.add(this.#disk, this.#position, bytes)
    if (added.slot.sealed === undefined) this.#pending.set(idName(id), added)
    await this.#push({ kind: "put", id: id.slice(0, DIGEST_BYTES), ...added }, 1)
    if (added.slot.sealed !== undefined) await this.#drain()
  }

  /** Completes the current disk; gives its content root, computed from what was told. */
  async endDisk(): Promise<Uint8Array> {
    await this.blocks.seal()
    await this.#drain()
    this.#torn = true
    const tree = await (this.#writer as MapWriter).finish()
    this.#writer = undefined
    ;(this.#trees[this.#disk] as { tree: MapTree }).tree = tree
    this.#torn = false
    return this.#readerOf(tree).contentRoot()
  }

  /** Whether it is time for a checkpoint: enough packs, enough time with enough in it, or too much in memory. */
  get checkpointDue(): boolean {
    const packs = this.blocks.finished - this.#checkpointedPacks
    if (packs >= CHECKPOINT_PACKS || this.#uses.size > MAX_PENDING_USES) return true
    const waited = this.#repository.seams.clock.monotonic() - this.#checkpointedAtMs
    return waited >= CHECKPOINT_MS && (packs > 0 || this.blocks.pendingBytes >= this.#repository.packBytes / 4)
  }

  /** Stores all that is pending and gives the tree so far: complete, and the base of what follows. */
  async checkpoint(): Promise<PointTree & Pick<Checkpoint, "cursor" | "packs">> {
    if (this.#torn) throw new EngineError("BadArgument", "a point writer that failed has no checkpoint")
    await this.blocks.finishPack()
    await this.#drain()
    this.#torn = true
    const writer = this.#writer
    const cursor = { disk: this.#disk, block: this.#position }
    if (writer !== undefined) {
      await writer.keep(writer.blocks - writer.next)
      const tree = await writer.finish()
      ;(this.#trees[this.#disk] as { tree: MapTree }).tree = tree
    }
    const tree = await this.#store(this.#dropped)
    if (writer !== undefined) {
      const current = (this.#trees[this.#disk] as { tree: MapTree }).tree
      this.#writer = this.#writerOf(current.sizeBytes, current)
      await this.#writer.keep(cursor.block)
    }
    this.#torn = false
    this.#checkpointedPacks = this.blocks.finished
    this.#checkpointedAtMs = this.#repository.seams.clock.monotonic()
    return { ...tree, cursor, packs: this.#options.packs.last }
  }

  /** Stores everything and gives the finished point's tree; disks of the base that the point lacks are let go. */
  async complete(): Promise<PointTree> {
    await this.blocks.finishPack()
    this.#torn = true
    for (const { tree } of this.#dropped) await this.#writerOf(0, tree).finish()
    return this.#store([])
  }

  async #store(dropped: readonly { readonly name: string; tree: MapTree }[]): Promise<PointTree> {
    const { sha256 } = this.#repository.view
    this.#table = await editPackTable(this.#table, {
      pages: this.pages,
      sink: this.#sink,
      sha256,
      changes: this.#uses.take(),
      newPacks: this.blocks.made,
      nextPack: this.blocks.nextPack,
    })
    this.blocks.forgetMade()
    const trees = [...this.#trees, ...dropped]
    const merged = await mergeMapPacks(
      this.#repository,
      this.#options.packs.backup,
      this.#sink,
      this.pages,
      trees.map(({ tree }) => tree),
      this.#table,
    )
    for (const [disk, tree] of merged.disks.entries()) (trees[disk] as { tree: MapTree }).tree = tree
    this.#table = merged.table
    await this.#sink.flush()
    await this.#uploads.settled()
    const { root } = this.#table
    return {
      blockBytes: this.#options.blockBytes,
      disks: trees.map(({ name, tree }) => ({
        name,
        sizeBytes: tree.sizeBytes,
        ...(tree.root !== undefined && { map: tree.root }),
      })),
      ...(root !== undefined && { table: root }),
      nextPack: this.#table.nextPack,
      mapPacks: this.#sink.mapPacks,
      nextMapPack: this.#sink.nextMapPack,
    }
  }

  async #push(op: Op, count: number): Promise<void> {
    const last = this.#ops.at(-1)
    if (op.kind !== "put" && last?.kind === op.kind) last.count += count
    else this.#ops.push(op)
    this.#position += count
    if (this.#ops.length > 256) await this.#drain()
  }

  /** Hands on to the map what is known to its place: everything up to the first block in a slot not yet sealed. */
  async #drain(): Promise<void> {
    const writer = this.#writer
    if (writer === undefined) return
    this.#torn = true
    let done = 0
    for (const op of this.#ops) {
      if (op.kind === "put") {
        if (op.slot.sealed === undefined) break
        await writer.put(op.id, op.slot.sealed, op.place)
        this.dedup.add(op.id, 0, { ...op.slot.sealed, place: op.place } satisfies StoredBlock)
      } else if (op.kind === "keep") await writer.keep(op.count)
      else await writer.zero(op.count)
      done++
    }
    if (done > 0) this.#ops = this.#ops.slice(done)
    this.#torn = false
    for (const [name, { slot }] of this.#pending) if (slot.sealed !== undefined) this.#pending.delete(name)
  }

  #readerOf(tree: MapTree): MapReader {
    return new MapReader(tree, { pages: this.pages, hash: this.#repository.view.hash })
  }

  #writerOf(sizeBytes: number, base: MapTree): MapWriter {
    return new MapWriter({
      disk: this.#disk,
      sizeBytes,
      blockBytes: this.#options.blockBytes,
      base: this.#readerOf(base),
      sink: this.#sink,
      hash: this.#repository.view.hash,
      uses: this.#uses,
    })
  }
}

function idName(id: Uint8Array): string {
  return String.fromCharCode(...id.subarray(0, DIGEST_BYTES))
}
