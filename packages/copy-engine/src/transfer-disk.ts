import { blockCount, DIGEST_BYTES, equalBytes, LEAF_BLOCKS, type LeafPage } from "@bcopy/chain-format"
import { type SourceDisk, SourceError, type Span } from "@bcopy/source"
import type { MapOp } from "./session-movers.ts"
import type { PointWriter } from "./point-writer.ts"
import type { RunningCounts } from "./running-counts.ts"

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

/** What is known of a piece of the disk: at once, or when a mover has answered. Its operations are asked for once, in its turn. */
type Piece = Promise<{ readonly first: number; readonly count: number; readonly ops: () => readonly MapOp[] }>

/**
 * Brings one disk: reads what may be new, lets the movers tell, and hands the writer what each block is, in order. A few
 * stretches are on their way at a time; memory is theirs.
 */
export async function transferDisk(writer: PointWriter, options: TransferDiskOptions): Promise<void> {
  const { number, disk, blockBytes, from, counts, progress, signal } = options
  const base = writer.beginDisk(number, disk.sizeBytes)
  const blocks = blockCount(disk.sizeBytes, blockBytes)
  const stretch = Math.max(1, Math.floor(READ_BYTES / blockBytes))
  const pieces: Piece[] = []
  const abortable = signal === undefined ? {} : { signal }
  let prefetched = -1
  const bytesOf = (first: number, count: number) =>
    Math.min(disk.sizeBytes, (first + count) * blockBytes) - Math.min(disk.sizeBytes, first * blockBytes)

  try {
    if (from > 0) await known("keep", 0, from)
    const tree = base.tree.root === undefined || base.sizeBytes !== disk.sizeBytes ? undefined : base
    for await (const span of disk.spans({ from, ...(tree && { base: tree }), ...abortable })) {
      if (span.kind === "data") await transferData(span)
      else await known(span.kind === "zero" ? "zero" : "keep", span.first, span.count)
    }
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
    await Promise.allSettled(pieces)
    for (const piece of pieces) for (const op of (await piece).ops()) await writer.push(op)
  }

  async function known(kind: "keep" | "zero", first: number, count: number): Promise<void> {
    await send(Promise.resolve({ first, count, ops: () => [{ kind, count }] }))
  }

  async function send(piece: Piece): Promise<void> {
    pieces.push(piece)
    // It is awaited in its turn; until then a failure of it is not unheard.
    piece.catch(() => undefined)
    while (pieces.length > writer.movers.depth) await settleOne()
  }

  async function settleOne(): Promise<void> {
    const { first, count, ops } = await (pieces.shift() as Piece)
    let block = first
    for (const op of ops()) {
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

  async function transferData(span: Span): Promise<void> {
    const end = span.first + span.count
    for (let first = span.first; first < end;) {
      // Stretches end at leaf borders, so that each leaf of the base is looked at once.
      const border = (Math.floor(first / LEAF_BLOCKS) + 1) * LEAF_BLOCKS
      const count = Math.min(stretch, end - first, border - first)
      const leaf = await baseLeaf(Math.floor(first / LEAF_BLOCKS))
      if (span.ids === undefined) await scan(first, count, leaf)
      else await fetchKnown(first, count, leaf, span.ids.subarray((first - span.first) * DIGEST_BYTES))
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

  /** The source knows nothing: every block is read, hashed and compared. */
  async function scan(first: number, count: number, leaf: LeafPage | undefined): Promise<void> {
    const plain = writer.movers.takeMemory(stretch * blockBytes)
    await disk.read(first, count, plain, abortable)
    counts.readBytes += bytesOf(first, count)
    const at = (first % LEAF_BLOCKS) * DIGEST_BYTES
    const ids = leaf?.ids.slice(at, at + count * DIGEST_BYTES)
    await writer.movers.room()
    const answer = writer.movers.move({ disk: number, runs: [{ first, count }], plain, ...(ids && { base: ids }) })
    await send(
      answer.then(({ ops }) => {
        writer.movers.giveMemory(plain)
        return { first, count, ops }
      }),
    )
  }

  /** The source knows the ids: only what is stored nowhere is read, and must hash to its id. */
  async function fetchKnown(first: number, count: number, leaf: LeafPage | undefined, ids: Uint8Array): Promise<void> {
    const ops: (MapOp | undefined)[] = []
    const runs: { first: number; count: number }[] = []
    const expected: Uint8Array[] = []
    for (let at = 0; at < count; at++) {
      const id = ids.subarray(at * DIGEST_BYTES, (at + 1) * DIGEST_BYTES)
      const op = opFor(first + at, id, leaf)
      ops.push(op)
      if (op !== undefined) continue
      expected.push(id)
      const run = runs.at(-1)
      if (run !== undefined && run.first + run.count === first + at) run.count++
      else runs.push({ first: first + at, count: 1 })
    }
    if (runs.length === 0) return send(Promise.resolve({ first, count, ops: () => ops as MapOp[] }))
    const plain = writer.movers.takeMemory(stretch * blockBytes)
    const read = async (again: boolean) => {
      let filled = 0
      for (const run of runs) {
        await disk.read(run.first, run.count, plain.subarray(filled * blockBytes), { again, ...abortable })
        filled += run.count
      }
    }
    await read(false)
    for (const run of runs) counts.readBytes += bytesOf(run.first, run.count)
    const wanted = new Uint8Array(expected.length * DIGEST_BYTES)
    for (const [at, id] of expected.entries()) wanted.set(id, at * DIGEST_BYTES)
    await writer.movers.room()
    const move = () => writer.movers.move({ disk: number, runs, plain, expected: wanted })
    const answer = move().then(async (moved) => {
      if (moved.wrong < 0) return moved
      await read(true)
      return move()
    })
    await send(
      answer.then(({ ops: moved, wrong }) => {
        writer.movers.giveMemory(plain)
        if (wrong >= 0)
          throw new SourceError(
            "Damaged",
            `disk ${disk.name}: a block near ${first} of the source is not what its id says`,
          )
        return { first, count, ops: () => merge(ops, moved()) }
      }),
    )
  }

  /** What is known of a block by its id alone. */
  function opFor(block: number, id: Uint8Array, leaf: LeafPage | undefined): MapOp | undefined {
    if (id.every((byte) => byte === 0)) return { kind: "zero", count: 1 }
    const at = (block % LEAF_BLOCKS) * DIGEST_BYTES
    if (leaf !== undefined && equalBytes(leaf.ids.subarray(at, at + DIGEST_BYTES), id))
      return { kind: "keep", count: 1 }
    const found = writer.movers.find(id)
    return found && { kind: "put", id: id.slice(), ...found, isNew: false }
  }
}

/** Fills what was not known with what the mover found, in order. */
function merge(known: readonly (MapOp | undefined)[], moved: readonly MapOp[]): readonly MapOp[] {
  const next = moved[Symbol.iterator]()
  return known.map((op) => op ?? (next.next().value as MapOp))
}
