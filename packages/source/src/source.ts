/**
 * A place that backups come from: it lists restore points and reads ranges of blocks from one of them. `conformance`
 * (subpath `./testing`) has a case for every MUST below.
 */
export interface Source {
  /** What to call this source in a message, without secrets. */
  readonly name: string

  /**
   * The points that are there, each workload's in ascending order. MUST list every point that was complete before the
   * call. MUST reject (`Unreadable`, `Damaged`) rather than leave out what it could not read, and SHOULD give everything
   * else before it does, so that one damaged workload does not stand in the way of the others.
   */
  list(options?: { readonly signal?: AbortSignal }): AsyncIterable<SourcePoint>

  /**
   * Opens a listed point for reading.
   * @throws SourceError `PointRemoved` if it is gone, `Changed` if it is no longer what was listed, `NotFound` if it never
   * was of this source, `Refused`, `Unreadable`, `Aborted`
   */
  open(point: SourcePoint, options: OpenOptions): Promise<OpenPoint>
}

export interface OpenOptions {
  /** Unit of reading: every disk is seen as blocks of so many bytes, the last one padded with zeros. */
  readonly blockBytes: number
  readonly signal?: AbortSignal
}

/** One restore point as its source lists it. */
export interface SourcePoint {
  /** Names the point at its source, for `open` and for messages. */
  readonly id: string
  /** The job it belongs to, where the source has jobs. */
  readonly job?: string
  readonly workload: string
  readonly platform: string
  /** Time of the point at its first source, milliseconds since 1970. */
  readonly createdAtMs: number
  /** Order at the first source; absent where the source has no order of its own: then the workload's last plus one. */
  readonly seq?: number
  readonly complete: boolean
  readonly damaged: boolean
  /** The block size it was stored with; absent where any will do. */
  readonly blockBytes?: number
  /** Where the point comes from first of all, when this source holds a copy or is a repository. */
  readonly origin?: PointOrigin
  /** What was copied to make a copy of it: the repository and the point there. */
  readonly copiedFrom?: { readonly repository: string; readonly point: string }
  /** How many copies lie between the first source and this one: 0 in a primary backup. */
  readonly hops: number
  /** Bytes that it took to store the point after the one before it, where the source is a repository. */
  readonly storedBytes?: number
  /**
   * Equal strings MUST mean the same immutable content; absent when that can never be said (a block device, a file that
   * may change). Progress on one point is progress on another exactly if the two are equal.
   */
  readonly identity?: string
}

export interface PointOrigin {
  readonly repository: string
  readonly point: string
}

/** A point opened for reading. */
export interface OpenPoint {
  readonly disks: readonly SourceDisk[]
  /** Metadata of the platform that travels with the point, JSON-safe. */
  readonly metadata?: Readonly<Record<string, unknown>>
  /** Whether the point is a moment (`crash`, or better where the platform knows) or was read while it changed. */
  readonly consistency: PointConsistency
  /**
   * Called once after the last read and before anything is committed: resolves to the consistency of what was read.
   * MUST reject with `Changed` if a disk may have changed while it was read and the source was not told to allow it,
   * and with `PointRemoved` if the point went away and what was read of it may not be whole.
   */
  finish(options?: { readonly signal?: AbortSignal }): Promise<PointConsistency>
  /** Lets go of files and connections; after it nothing else may be called. MUST NOT throw for a second call. */
  close(): Promise<void>
}

export type PointConsistency = "application" | "crash" | "fuzzy"

/** One disk of an opened point. */
export interface SourceDisk {
  readonly name: string
  /** Size of the disk, exactly: the last block may be partial. */
  readonly sizeBytes: number
  /** The content root, where the source knows it before anything is read (lower-case hex). */
  readonly contentRoot?: string

  /**
   * What the disk holds, in ascending order, without gap or overlap, from block `from` to the end. With `base`, spans
   * that provably equal the base come as `unchanged`; a source that cannot tell gives `data`. A span given as `zero`
   * MUST read as zeros; a span given as `unchanged` MUST equal the base block by block.
   */
  spans(options?: SpanOptions): AsyncIterable<Span>

  /**
   * Reads whole blocks into the beginning of `into` (at least `count × blockBytes`); what lies behind the end of the
   * disk MUST be filled with zeros; nothing behind `count × blockBytes` is touched. When the signal fires it MUST reject
   * with `Aborted`. @throws SourceError `Unreadable`, `PointRemoved`, `Damaged`, `Changed`
   */
  read(first: number, count: number, into: Uint8Array, options?: ReadBlocksOptions): Promise<void>

  /** The same blocks as a repository stores them; absent where the source is none. */
  readonly sealed?: SealedDisk
}

/** A disk whose blocks are stored in slots: docs/format.md, Slots. Who takes them so need not compress them again. */
export interface SealedDisk {
  /** What slots are sealed with: docs/format.md, Suites. */
  readonly suite: number
  /** What opens them, where that is more than a number: clonable, and only for who knows the suite. It may hold keys. */
  readonly seed?: unknown

  /**
   * Reads the slots that hold these blocks, none of which may be a zero block, into the beginning of `into`. Gives
   * `undefined` if they take more room than that. Nothing is opened: whoever opens them MUST hold every block against its
   * id, and `read` with `again` what is not as it should be. @throws SourceError as `read`
   */
  read(
    blocks: readonly number[],
    into: Uint8Array,
    options?: { readonly signal?: AbortSignal },
  ): Promise<readonly SealedSlots[] | undefined>

  /**
   * Says that `read` will be asked for these blocks, after all those that were said before, so that a store to which
   * requests travel can be asked for many at once. Absent where that gains nothing.
   */
  willRead?(blocks: readonly number[], options?: { readonly signal?: AbortSignal }): Promise<void>
}

/** Slots of one pack as they are stored, and the blocks wanted of them. */
export interface SealedSlots {
  /** The pack's key, which its seals are bound to. */
  readonly key: string
  /** What opens the pack's slots. */
  readonly hint: Uint8Array
  /** What was fetched of the pack. */
  readonly bytes: Uint8Array
  /** Three words a slot: its number, where it lies in `bytes`, its length. */
  readonly slots: Uint32Array
  /** Three words a block: index of its slot in `slots`, its place there, which of the blocks asked for it is; slot by slot. */
  readonly blocks: Uint32Array
}

export interface ReadBlocksOptions {
  /** What was read before is not what its ids say: a source that can look elsewhere, or hold blocks against ids, does. */
  readonly again?: boolean
  readonly signal?: AbortSignal
}

export interface SpanOptions {
  /** Block to begin with, 0 by default. */
  readonly from?: number
  /** The content that the reader has already. */
  readonly base?: ContentTree
  readonly signal?: AbortSignal
}

/** A run of blocks: `unchanged` against the base, `zero`, or `data` (which may still turn out to be either). */
export interface Span {
  readonly kind: "unchanged" | "zero" | "data"
  readonly first: number
  readonly count: number
  /** `data` only, where the source knows them: the block ids, 32 bytes each, all zero bytes for a zero block. */
  readonly ids?: Uint8Array
  /** Beside `ids`, where blocks are stored together: a number each. Neighbours with equal ones are best read together. */
  readonly slots?: Uint32Array
}

/**
 * The Merkle tree over the blocks of a disk (docs/format.md, Content root) as far as one needs to compare two disks
 * page by page. Both sides use leaves of 128 blocks and inner nodes of 64 children.
 */
export interface ContentTree {
  readonly sizeBytes: number
  readonly blockBytes: number
  /** Level of the root: 0 when the disk has a single leaf. */
  readonly height: number
  /** The node's digest, 32 bytes: of a leaf (level 0) or an inner node. MUST be defined for every level up to `height`. */
  digest(level: number, index: number, options?: { readonly signal?: AbortSignal }): Promise<Uint8Array>
}
