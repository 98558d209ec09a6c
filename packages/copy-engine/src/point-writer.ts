import {
  type Checkpoint,
  type DiskTree,
  editPackTable,
  layout,
  MapReader,
  type MapTree,
  MapWriter,
  type NewPack,
  PackTable,
  type PageReader,
  pageReader,
  PackUses,
  type PointTree,
  type TableTree,
  toHex,
} from "@bcopy/chain-format"
import { type LockMode, type ObjectKey, parseObjectKey } from "@bcopy/repo"
import type { DataMovers } from "./data-movers.ts"
import { breathe } from "./breathe.ts"
import { EngineError } from "./engine-error.ts"
import { MapPackSink } from "./map-pack-sink.ts"
import { mergeMapPacks } from "./merge-map-packs.ts"
import type { MoverSetup } from "./mover.ts"
import { type PackLock, PackUploads } from "./pack-uploads.ts"
import type { Repository } from "./repository.ts"
import { type MapOp, SessionMovers } from "./session-movers.ts"
import type { SessionPacks } from "./session-packs.ts"

/** docs/design.md, Checkpoints */
const CHECKPOINT_PACKS = 16
const CHECKPOINT_MS = 30_000
/** Changes of the pack table kept in memory before a checkpoint writes them. */
const MAX_PENDING_USES = 400_000

/** Map operations after which packs on their way into the store get their turn. */
const OPS_AT_ONCE = 64

/** Map operations waiting for their packs before the movers are made to hand these over. */
const MAX_WAITING_OPS = 100_000

export interface PointWriterOptions {
  readonly packs: SessionPacks
  readonly setup: MoverSetup
  readonly movers: DataMovers
  /** What is built on: a parent's tree, or an adopted checkpoint's. */
  readonly base: PointTree | undefined
  /** How packs are locked as they are stored; not at all, if absent. */
  readonly lock?: PackLock
}

/** Until when everything that a point needs has to be locked. */
export interface TreeLock {
  readonly neededUntilMs: number
  /** Until when that is locked which is not locked for long enough. */
  readonly extendedUntilMs: number
  readonly lockMode: LockMode
}

/** A disk of the point under construction. */
export interface PlannedDisk {
  readonly name: string
  readonly sizeBytes: number
  /** Number of the disk in the base's tree; absent for a new one. */
  readonly baseDisk: number | undefined
}

type Op =
  MapOp | { readonly kind: "begin"; readonly disk: number; readonly sizeBytes: number } | { readonly kind: "end" }

/** A disk and the newest tree of it: the base's until the new one is complete. */
interface DiskState {
  readonly name: string
  tree: MapTree
}

/**
 * Writes the maps and the pack table of one point, out of map operations that come in ascending order, disk by disk, some
 * of them before their packs. At any checkpoint it is a whole tree: new up to the cursor, as the base behind it.
 */
export class PointWriter {
  readonly movers: SessionMovers
  readonly pages: PageReader
  readonly #repository: Repository
  readonly #options: PointWriterOptions
  readonly #uploads: PackUploads
  readonly #sink: MapPackSink
  readonly #uses: PackUses
  readonly #disks: readonly DiskState[]
  /** Disks of the base that the point lacks: let go when it is complete, part of every checkpoint until then. */
  readonly #dropped: readonly DiskState[]
  #table: TableTree
  /** The disk whose map is being written; those before it are complete. */
  #disk = 0
  #writer: MapWriter | undefined
  #ops: Op[] = []
  #position = 0
  /** Set while the maps are being changed: a failure in between leaves nothing that could be adopted. */
  #torn = false
  #checkpointedPacks = 0
  #checkpointedAtMs: number

  constructor(repository: Repository, disks: readonly PlannedDisk[], options: PointWriterOptions) {
    const { packs, setup, movers, base, lock } = options
    const { blockBytes } = setup
    this.#repository = repository
    this.#options = options
    this.#uploads = new PackUploads(repository, lock)
    this.#sink = new MapPackSink(repository, packs, this.#uploads, movers, base ?? { mapPacks: [], nextMapPack: 0 })
    this.pages = pageReader(this.#sink, repository.view)
    this.movers = new SessionMovers(movers, setup, packs, this.#uploads)
    this.#uses = new PackUses(blockBytes)
    this.#table = { nextPack: base?.nextPack ?? 0, root: base?.table }
    this.#checkpointedAtMs = repository.seams.clock.monotonic()
    const treeOf = (disk: DiskTree): MapTree => ({ sizeBytes: disk.sizeBytes, blockBytes, root: disk.map })
    this.#disks = disks.map(({ name, sizeBytes, baseDisk }) => {
      const old = baseDisk === undefined ? undefined : base?.disks[baseDisk]
      return { name, tree: old === undefined ? { sizeBytes, blockBytes, root: undefined } : treeOf(old) }
    })
    const matched = new Set(disks.map(({ baseDisk }) => baseDisk))
    this.#dropped = (base?.disks ?? [])
      .filter((_, index) => !matched.has(index))
      .map((disk) => ({ name: disk.name, tree: treeOf(disk) }))
  }

  /** The block of the current disk that comes next. */
  get position(): number {
    return this.#position
  }

  /** Whether the session has begun a pack. */
  get hasBegun(): boolean {
    return this.#options.packs.begun
  }

  get storedBytes(): number {
    return this.movers.storedBytes + this.#sink.storedBytes
  }

  /** Turns to a disk, in ascending order. Gives a reader of what it builds on. */
  beginDisk(disk: number, sizeBytes: number): MapReader {
    this.#position = 0
    this.#ops.push({ kind: "begin", disk, sizeBytes })
    return this.#readerOf((this.#disks[disk] as DiskState).tree)
  }

  /** What comes next on the disk. */
  async push(op: MapOp): Promise<void> {
    const last = this.#ops.at(-1)
    if (op.kind !== "put" && last?.kind === op.kind) last.count += op.count
    else this.#ops.push(op.kind === "put" ? op : { ...op })
    this.#position += op.kind === "put" ? 1 : op.count
    if (this.#ops.length % 1024 === 0) await this.#drain()
    if (this.#ops.length > MAX_WAITING_OPS) {
      await this.movers.flush()
      await this.#drain()
    }
  }

  /** The current disk is told to its end. */
  endDisk(): void {
    this.#ops.push({ kind: "end" })
  }

  /** Whether it is time for a checkpoint: enough packs, enough time with something stored, or too much in memory. */
  get checkpointDue(): boolean {
    const packs = this.movers.finished - this.#checkpointedPacks
    if (packs >= CHECKPOINT_PACKS || this.#uses.size > MAX_PENDING_USES) return true
    return packs > 0 && this.#repository.seams.clock.monotonic() - this.#checkpointedAtMs >= CHECKPOINT_MS
  }

  /**
   * Stores the maps as far as their packs are here, and gives the tree so far: complete, and the base of what follows.
   * With `all` the movers hand over what they have pending.
   */
  async checkpoint({ all }: { readonly all: boolean }): Promise<PointTree & Pick<Checkpoint, "cursor" | "packs">> {
    if (this.#torn) throw new EngineError("BadArgument", "a point writer that failed has no checkpoint")
    if (all) await this.movers.flush()
    await this.#drain()
    this.#torn = true
    const writer = this.#writer
    const cursor = { disk: this.#disk, block: writer?.next ?? 0 }
    const current = this.#disks[this.#disk]
    if (writer !== undefined && current !== undefined) {
      await writer.keep(writer.blocks - writer.next)
      current.tree = await writer.finish()
    }
    const tree = await this.#store(this.#dropped)
    if (writer !== undefined && current !== undefined) {
      this.#writer = this.#writerOf(current.tree.sizeBytes, current.tree)
      await this.#writer.keep(cursor.block)
    }
    this.#torn = false
    this.#checkpointedPacks = this.movers.finished
    this.#checkpointedAtMs = this.#repository.seams.clock.monotonic()
    return { ...tree, cursor, packs: this.#options.packs.settled }
  }

  /**
   * Stores everything and gives the finished point's tree and content roots; disks of the base that it lacks are let go. With
   * `lock` all packs of the tree are locked when it resolves.
   * @throws StoreError if one can not be locked
   */
  async complete(
    lock?: TreeLock,
  ): Promise<{ readonly tree: PointTree; readonly contentRoots: Readonly<Record<string, string>> }> {
    await this.movers.flush()
    await this.#drain()
    if (this.#ops.length > 0)
      throw new EngineError(
        "BadArgument",
        `${this.#ops.length} map operations have no pack although all packs are here`,
      )
    this.#torn = true
    for (const { tree } of this.#dropped) await this.#writerOf(0, tree).finish()
    let tree = await this.#store([])
    if (lock !== undefined) tree = await this.#lock(tree, lock)
    const roots = this.#disks.map(({ name, tree: map }) => [name, toHex(this.#readerOf(map).contentRoot())] as const)
    return { tree, contentRoots: Object.fromEntries(roots) }
  }

  async #store(dropped: readonly DiskState[]): Promise<PointTree> {
    const { sha256 } = this.#repository.view
    this.#table = await editPackTable(this.#table, {
      pages: this.pages,
      sink: this.#sink,
      sha256,
      changes: this.#uses.take(),
      newPacks: this.movers.made,
      nextPack: this.#options.packs.nextPack,
    })
    this.movers.forgetMade()
    const disks = [...this.#disks, ...dropped]
    const merged = await mergeMapPacks(
      this.#repository,
      this.#options.packs.backup,
      this.#sink,
      this.pages,
      disks.map(({ tree }) => tree),
      this.#table,
    )
    for (const [disk, tree] of merged.disks.entries()) (disks[disk] as DiskState).tree = tree
    this.#table = merged.table
    await this.#sink.flush()
    await this.#uploads.settled()
    const { root } = this.#table
    return {
      blockBytes: this.#options.setup.blockBytes,
      disks: disks.map(({ name, tree }) => ({
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

  /** Extends the locks of shared packs, and says so in the pack table. */
  async #lock(tree: PointTree, lock: TreeLock): Promise<PointTree> {
    const { store, view } = this.#repository
    const { backup } = this.#options.packs
    const { neededUntilMs, extendedUntilMs, lockMode } = lock
    const table = new PackTable(this.#table, this.pages)
    const moved = new Map<number, NewPack>()
    const keys: ObjectKey[] = []
    for await (const { pack, record } of table.records()) {
      if (record.lockedUntilMs >= neededUntilMs) continue
      moved.set(pack, { ...record, lockedUntilMs: extendedUntilMs })
      keys.push(parseObjectKey(layout.pack(backup, record.session, record.number)))
    }
    const short = tree.mapPacks.filter(({ lockedUntilMs = 0 }) => lockedUntilMs < neededUntilMs)
    keys.push(...short.map(({ session, number }) => parseObjectKey(layout.pack(backup, session, number))))
    if (keys.length === 0) return tree
    await store.extendAll(keys, extendedUntilMs, { lockMode })
    for (const { pack } of short) this.#sink.noteLock(pack, extendedUntilMs)
    const { nextPack } = this.#table
    const [changes, newPacks] = [new Map<number, never>(), new Map<number, never>()]
    const options = { pages: this.pages, sink: this.#sink, sha256: view.sha256, changes, newPacks, moved, nextPack }
    this.#table = await editPackTable(this.#table, options)
    await this.#sink.flush()
    await this.#uploads.settled()
    const { root } = this.#table
    // The pages that say so lie in a pack that was locked as it was stored, for what was needed then.
    const late = this.#sink.mapPacks.filter(({ lockedUntilMs = 0 }) => lockedUntilMs < neededUntilMs)
    if (late.length > 0)
      await store.extendAll(
        late.map(({ session, number }) => parseObjectKey(layout.pack(backup, session, number))),
        extendedUntilMs,
        { lockMode },
      )
    for (const { pack } of late) this.#sink.noteLock(pack, extendedUntilMs)
    const { mapPacks, nextMapPack } = this.#sink
    const { table: _, ...rest } = tree
    return { ...rest, ...(root !== undefined && { table: root }), mapPacks, nextMapPack }
  }

  /** Hands on to the map what is known to its place: everything up to the first block whose pack is not here. */
  async #drain(): Promise<void> {
    this.#torn = true
    let done = 0
    for (const op of this.#ops) {
      if (op.kind === "put" && op.slot.sealed === undefined) break
      await this.#apply(op)
      done++
      if (done % OPS_AT_ONCE === 0) await breathe()
    }
    if (done > 0) this.#ops = this.#ops.slice(done)
    this.#torn = false
  }

  async #apply(op: Op): Promise<void> {
    if (op.kind === "begin") {
      this.#disk = op.disk
      this.#writer = this.#writerOf(op.sizeBytes, (this.#disks[op.disk] as DiskState).tree)
      return
    }
    const writer = this.#writer as MapWriter
    if (op.kind === "keep") await writer.keep(op.count)
    else if (op.kind === "zero") await writer.zero(op.count)
    else if (op.kind === "put") {
      const slot = op.slot.sealed as NonNullable<typeof op.slot.sealed>
      await writer.put(op.id, slot, op.place)
      if (op.isNew) this.movers.settleBlock(slot.pack)
    } else {
      ;(this.#disks[this.#disk] as DiskState).tree = await writer.finish()
      this.#writer = undefined
      this.#disk++
    }
  }

  #readerOf(tree: MapTree): MapReader {
    return new MapReader(tree, { pages: this.pages, hash: this.#repository.view.hash })
  }

  #writerOf(sizeBytes: number, base: MapTree): MapWriter {
    return new MapWriter({
      disk: this.#disk,
      sizeBytes,
      blockBytes: this.#options.setup.blockBytes,
      base: this.#readerOf(base),
      sink: this.#sink,
      hash: this.#repository.view.hash,
      uses: this.#uses,
    })
  }
}
