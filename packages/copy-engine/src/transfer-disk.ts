import { blockCount, DIGEST_BYTES, LEAF_BLOCKS, type LeafPage } from "@bcopy/chain-format"
import { type SourceDisk, SourceError, type Span } from "@bcopy/source"
import type { PointWriter } from "./point-writer.ts"
import type { RunningCounts } from "./running-counts.ts"
import type { CarefulTags } from "./scan-cache.ts"
import { type DiskPiece, TransferKnown } from "./transfer-known.ts"

/** How much is read from a source at a time. */
const READ_BYTES = 2 << 20
/** Stretches that are being read while the one before is handed over. */
const READS_AHEAD = 2
/** Leaves of the base fetched together by a scan. */
const PREFETCH_LEAVES = 64

/** A stretch that is being read. */
interface StretchRead {
  readonly first: number
  readonly count: number
  readonly plain: Uint8Array
  /** Ids and tags that are known of it. */
  readonly ids: Uint8Array | undefined
  readonly tags: Uint8Array | undefined
  readonly read: Promise<void>
}

export interface TransferDiskOptions {
  /** Number of the disk in its point. */
  readonly number: number
  readonly disk: SourceDisk
  readonly blockBytes: number
  /** First block to do: those before are kept. */
  readonly from: number
  readonly counts: RunningCounts
  /** What is remembered of the disk, if anything may be. */
  readonly remembered?: CarefulTags
  /** Called after every stretch: for progress and checkpoints. */
  readonly progress: () => Promise<void>
  readonly signal?: AbortSignal
}

/**
 * Brings one disk: reads what may be new, lets the movers tell, and hands the writer what each block is, in order. A few
 * stretches are on their way at a time; memory is theirs.
 */
export async function transferDisk(writer: PointWriter, options: TransferDiskOptions): Promise<void> {
  const { number, disk, blockBytes, from, counts, remembered, progress, signal } = options
  const base = writer.beginDisk(number, disk.sizeBytes)
  const blocks = blockCount(disk.sizeBytes, blockBytes)
  const stretchBlocks = Math.max(1, Math.floor(READ_BYTES / blockBytes))
  const pieces: DiskPiece[] = []
  const reads: StretchRead[] = []
  const abortable = signal === undefined ? {} : { signal }
  let prefetched = -1
  const bytesOf = (first: number, count: number) =>
    Math.min(disk.sizeBytes, (first + count) * blockBytes) - Math.min(disk.sizeBytes, first * blockBytes)
  const onRead = (first: number, count: number) => void (counts.readBytes += bytesOf(first, count))
  const shared = { number, disk, blockBytes, stretchBlocks, ...abortable }
  const known = new TransferKnown(writer, { ...shared, baseLeaf, send, onRead })

  try {
    if (from > 0) await known.add({ kind: "unchanged", first: 0, count: from })
    const tree = base.tree.root === undefined || base.sizeBytes !== disk.sizeBytes ? undefined : base
    for await (const span of disk.spans({ from, ...(tree && { base: tree }), ...abortable })) {
      if (span.kind === "data" && span.ids === undefined) await scanSpan(span)
      else await known.add(span)
    }
    await known.flush()
    while (pieces.length > 0) await settleOne()
  } catch (error) {
    await settleRest().catch(() => undefined)
    throw error
  }
  if (writer.position !== blocks)
    throw new SourceError("Damaged", `disk ${disk.name}: its source described ${writer.position} of ${blocks} blocks`)
  writer.endDisk()

  /** After a failure: what the movers have done by now goes into the maps, so that the next run finds it there. */
  async function settleRest(): Promise<void> {
    try {
      while (reads.length > 0) {
        const piece = await handOver()
        // It is awaited below; until then a failure of it is not unheard.
        piece.ops.catch(() => undefined)
        pieces.push(piece)
      }
    } catch {
      // What could not be read, or had no room, is read again by the next run.
    }
    await Promise.allSettled(pieces.map(({ ops }) => ops))
    for (const { ops } of pieces) for (const op of (await ops)()) await writer.push(op)
  }

  async function send(piece: DiskPiece): Promise<void> {
    pieces.push(piece)
    // It is awaited in its turn; until then a failure of it is not unheard.
    piece.ops.catch(() => undefined)
    while (pieces.length > writer.movers.depth) await settleOne()
  }

  async function settleOne(): Promise<void> {
    const [piece] = pieces as [DiskPiece]
    const { first, count, tags } = piece
    // One that fails stays the first: nothing may take its place in the maps.
    const ops = await piece.ops
    pieces.shift()
    let block = first
    for (const op of ops()) {
      const many = op.kind === "put" ? 1 : op.count
      const bytes = bytesOf(block, many)
      if (op.kind === "put") counts[op.isNew ? "newBytes" : "deduplicatedBytes"] += bytes
      else counts[op.kind === "keep" ? "unchangedBytes" : "zeroBytes"] += bytes
      await writer.push(op)
      block += many
    }
    const made = await tags
    if (made !== undefined) await remembered?.write(first, made)
    counts.doneBytes += bytesOf(first, count)
    await progress()
  }

  /** The source knows nothing: every block is read, hashed and compared. */
  async function scanSpan(span: Span): Promise<void> {
    await known.flush()
    const end = span.first + span.count
    for (let first = span.first; first < end;) {
      // Stretches end at leaf borders, so that each leaf of the base is looked at once.
      const border = (Math.floor(first / LEAF_BLOCKS) + 1) * LEAF_BLOCKS
      const count = Math.min(stretchBlocks, end - first, border - first)
      await scan(first, count, await baseLeaf(Math.floor(first / LEAF_BLOCKS)))
      first += count
    }
    while (reads.length > 0) await send(await handOver())
  }

  async function baseLeaf(index: number): Promise<LeafPage | undefined> {
    if (base.tree.root === undefined || index >= base.leaves) return undefined
    const group = Math.floor(index / PREFETCH_LEAVES)
    if (group !== prefetched) {
      prefetched = group
      const first = group * PREFETCH_LEAVES
      const count = Math.min(PREFETCH_LEAVES, base.leaves - first)
      await base.prefetch(Array.from({ length: count }, (_, at) => first + at))
    }
    return base.leaf(index)
  }

  async function scan(first: number, count: number, leaf: LeafPage | undefined): Promise<void> {
    const plain = writer.movers.takeMemory(stretchBlocks * blockBytes)
    const at = (first % LEAF_BLOCKS) * DIGEST_BYTES
    const ids = leaf?.ids.slice(at, at + count * DIGEST_BYTES)
    const tags = await remembered?.read(first, count)
    const read = disk.read(first, count, plain, abortable)
    // It is awaited in its turn; until then a failure of it is not unheard.
    read.catch(() => undefined)
    reads.push({ first, count, plain, ids, tags, read })
    while (reads.length > READS_AHEAD) await send(await handOver())
  }

  /** Hands the stretch to a mover that was begun to be read first. */
  async function handOver(): Promise<DiskPiece> {
    const { first, count, plain, ids, tags, read } = reads.shift() as StretchRead
    await read
    onRead(first, count)
    await writer.movers.room()
    const runs = [{ first, count }]
    const stretch = { disk: number, runs, content: plain, ...(ids && { base: ids }), ...(tags && { tags }) }
    const answer = writer.movers.move(stretch).finally(() => writer.movers.giveMemory(plain))
    const made = answer.then(
      (moved) => moved.tags,
      () => undefined,
    )
    return { first, count, ops: answer.then(({ ops }) => ops), tags: made }
  }
}
