import { blockCount, DIGEST_BYTES, LEAF_BLOCKS, type LeafPage } from "@bcopy/chain-format"
import { type SourceDisk, SourceError, type Span } from "@bcopy/source"
import type { PointWriter } from "./point-writer.ts"
import type { RunningCounts } from "./running-counts.ts"
import { type DiskPiece, TransferKnown } from "./transfer-known.ts"

/** How much is read from a source at a time. */
const READ_BYTES = 2 << 20
/** Leaves of the base fetched together by a scan. */
const PREFETCH_LEAVES = 64

export interface TransferDiskOptions {
  /** Number of the disk in its point. */
  readonly number: number
  readonly disk: SourceDisk
  readonly blockBytes: number
  /** First block to do: those before are kept. */
  readonly from: number
  readonly counts: RunningCounts
  /** Called after every stretch: for progress and checkpoints. */
  readonly progress: () => Promise<void>
  readonly signal?: AbortSignal
}

/**
 * Brings one disk: reads what may be new, lets the movers tell, and hands the writer what each block is, in order. A few
 * stretches are on their way at a time; memory is theirs.
 */
export async function transferDisk(writer: PointWriter, options: TransferDiskOptions): Promise<void> {
  const { number, disk, blockBytes, from, counts, progress, signal } = options
  const base = writer.beginDisk(number, disk.sizeBytes)
  const blocks = blockCount(disk.sizeBytes, blockBytes)
  const stretch = Math.max(1, Math.floor(READ_BYTES / blockBytes))
  const pieces: DiskPiece[] = []
  const abortable = signal === undefined ? {} : { signal }
  let prefetched = -1
  const bytesOf = (first: number, count: number) =>
    Math.min(disk.sizeBytes, (first + count) * blockBytes) - Math.min(disk.sizeBytes, first * blockBytes)
  const onRead = (first: number, count: number) => void (counts.readBytes += bytesOf(first, count))
  const shared = { number, disk, blockBytes, stretchBlocks: stretch, ...abortable }
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
    const { first, count, ops } = pieces.shift() as DiskPiece
    let block = first
    for (const op of (await ops)()) {
      const many = op.kind === "put" ? 1 : op.count
      const bytes = bytesOf(block, many)
      if (op.kind === "put") counts[op.isNew ? "newBytes" : "deduplicatedBytes"] += bytes
      else counts[op.kind === "keep" ? "unchangedBytes" : "zeroBytes"] += bytes
      await writer.push(op)
      block += many
    }
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
      const count = Math.min(stretch, end - first, border - first)
      await scan(first, count, await baseLeaf(Math.floor(first / LEAF_BLOCKS)))
      first += count
    }
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
    const plain = writer.movers.takeMemory(stretch * blockBytes)
    await disk.read(first, count, plain, abortable)
    onRead(first, count)
    const at = (first % LEAF_BLOCKS) * DIGEST_BYTES
    const ids = leaf?.ids.slice(at, at + count * DIGEST_BYTES)
    await writer.movers.room()
    const runs = [{ first, count }]
    const answer = writer.movers.move({ disk: number, runs, content: plain, ...(ids && { base: ids }) })
    const ops = answer.then((moved) => {
      writer.movers.giveMemory(plain)
      return moved.ops
    })
    await send({ first, count, ops })
  }
}
