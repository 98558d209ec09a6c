import { blockCount, DIGEST_BYTES, equalBytes, LEAF_BLOCKS, type LeafPage, type MapReader } from "@bcopy/chain-format"
import { type SourceDisk, SourceError, type Span } from "@bcopy/source"
import type { TransferCounts } from "./engine-event.ts"
import type { PointWriter } from "./point-writer.ts"
import type { Repository } from "./repository.ts"

/** How much is read from a source at a time. */
const READ_BYTES = 4 << 20
/** Leaves of the base fetched together by a scan. */
const PREFETCH_LEAVES = 64

/** The counts of a transfer, going on. */
export type RunningCounts = { -readonly [Name in keyof TransferCounts]: TransferCounts[Name] }

export interface TransferDiskOptions {
  readonly disk: SourceDisk
  readonly blockBytes: number
  /** What the disk builds on, and whether anything is stored there. */
  readonly base: MapReader
  /** First block to do: those before are kept. */
  readonly from: number
  readonly counts: RunningCounts
  /** Called after every stretch: for progress and checkpoints. */
  readonly progress: () => Promise<void>
  readonly signal?: AbortSignal
}

/** Brings one disk: skips what is unchanged or zero, reuses what is stored, hands the rest to the writer. */
export async function transferDisk(
  repository: Repository,
  writer: PointWriter,
  options: TransferDiskOptions,
): Promise<void> {
  const { disk, blockBytes, base, from, counts, progress, signal } = options
  const { sha256 } = repository.view
  const blocks = blockCount(disk.sizeBytes, blockBytes)
  const stretch = Math.max(1, Math.floor(READ_BYTES / blockBytes))
  const buffer = new Uint8Array(stretch * blockBytes)
  const zeroBlock = new Uint8Array(blockBytes)
  let prefetched = -1
  const abortable = signal === undefined ? {} : { signal }
  const bytesOf = (first: number, count: number) =>
    Math.min(disk.sizeBytes, (first + count) * blockBytes) - Math.min(disk.sizeBytes, first * blockBytes)

  const keep = async (first: number, count: number) => {
    await writer.keep(count)
    counts.unchangedBytes += bytesOf(first, count)
  }
  const zero = async (first: number, count: number) => {
    await writer.zero(count)
    counts.zeroBytes += bytesOf(first, count)
  }

  if (from > 0) await keep(0, from)
  counts.doneBytes += bytesOf(0, from)
  const tree = base.tree.root === undefined || base.sizeBytes !== disk.sizeBytes ? undefined : base
  for await (const span of disk.spans({ from, ...(tree && { base: tree }), ...abortable })) {
    if (span.kind === "data") await transferData(span)
    else {
      await (span.kind === "zero" ? zero : keep)(span.first, span.count)
      counts.doneBytes += bytesOf(span.first, span.count)
      await progress()
    }
  }
  if (writer.position !== blocks)
    throw new SourceError("Damaged", `disk ${disk.name}: its source described ${writer.position} of ${blocks} blocks`)

  async function transferData(span: Span): Promise<void> {
    const end = span.first + span.count
    for (let first = span.first; first < end;) {
      // Stretches end at leaf borders, so that each leaf of the base is looked at once.
      const border = (Math.floor(first / LEAF_BLOCKS) + 1) * LEAF_BLOCKS
      const count = Math.min(stretch, end - first, border - first)
      const leaf = await baseLeaf(Math.floor(first / LEAF_BLOCKS))
      if (span.ids === undefined) await scan(first, count, leaf)
      else await fetchKnown(first, count, leaf, span.ids.subarray((first - span.first) * DIGEST_BYTES))
      counts.doneBytes += bytesOf(first, count)
      first += count
      await progress()
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

  /** The source knows nothing: every block is read, hashed and compared. */
  async function scan(first: number, count: number, leaf: LeafPage | undefined): Promise<void> {
    await disk.read(first, count, buffer, abortable)
    counts.readBytes += bytesOf(first, count)
    for (let block = first; block < first + count; block++) {
      const bytes = buffer.subarray((block - first) * blockBytes, (block - first + 1) * blockBytes)
      if (Buffer.compare(bytes, zeroBlock) === 0) await zero(block, 1)
      else await take(block, sha256(bytes), bytes, leaf)
    }
  }

  /** The source knows the ids: only what is stored nowhere is read, and must hash to its id. */
  async function fetchKnown(first: number, count: number, leaf: LeafPage | undefined, ids: Uint8Array): Promise<void> {
    const idOf = (at: number) => ids.subarray(at * DIGEST_BYTES, (at + 1) * DIGEST_BYTES)
    const isZero = (at: number) => idOf(at).every((byte) => byte === 0)
    // Looked up once: a full table may forget a block again when its slot is sealed, and this one was not read.
    const found = Array.from({ length: count }, (_, at) => writer.find(idOf(at)))
    const isNew = (at: number) => !isZero(at) && !isSame(leaf, first + at, idOf(at)) && found[at] === undefined
    for (let at = 0; at < count; at++) {
      if (!isNew(at)) continue
      let end = at + 1
      while (end < count && isNew(end)) end++
      await disk.read(first + at, end - at, buffer.subarray(at * blockBytes), abortable)
      counts.readBytes += bytesOf(first + at, end - at)
      for (let block = at; block < end; block++) {
        const bytes = buffer.subarray(block * blockBytes, (block + 1) * blockBytes)
        if (!equalBytes(sha256(bytes), idOf(block)))
          throw new SourceError(
            "Damaged",
            `disk ${disk.name}: block ${first + block} of the source is not what its id says`,
          )
      }
      at = end
    }
    for (let at = 0; at < count; at++) {
      if (isZero(at)) await zero(first + at, 1)
      else await take(first + at, idOf(at), buffer.subarray(at * blockBytes, (at + 1) * blockBytes), leaf, found[at])
    }
  }

  async function take(
    block: number,
    id: Uint8Array,
    bytes: Uint8Array,
    leaf: LeafPage | undefined,
    known?: ReturnType<PointWriter["find"]>,
  ): Promise<void> {
    if (isSame(leaf, block, id)) return keep(block, 1)
    const found = known ?? writer.find(id)
    if (found !== undefined) {
      await writer.reuse(id, found)
      counts.deduplicatedBytes += bytesOf(block, 1)
      return
    }
    await writer.add(id, bytes)
    counts.newBytes += bytesOf(block, 1)
  }
}

function isSame(leaf: LeafPage | undefined, block: number, id: Uint8Array): boolean {
  if (leaf === undefined) return false
  const at = (block % LEAF_BLOCKS) * DIGEST_BYTES
  return equalBytes(leaf.ids.subarray(at, at + DIGEST_BYTES), id)
}
