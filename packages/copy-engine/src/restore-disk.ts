import {
  blockCount,
  type DiskManifest,
  DIGEST_BYTES,
  LEAF_BLOCKS,
  type LeafPage,
  type Manifest,
  type PointReader,
  toHex,
} from "@bcopy/chain-format"
import type { DataMovers } from "./data-movers.ts"
import { EngineError } from "./engine-error.ts"
import type { FoundWorkload } from "./find-workloads.ts"
import { openRawTarget, type RawTarget } from "./raw-target.ts"
import type { Repository } from "./repository.ts"
import { eachRegion } from "./map-regions.ts"
import { StoredDiskBlock } from "./stored-disk-block.ts"
import { BlockUnpacker } from "./unpack-blocks.ts"

export interface RestoreDiskOptions {
  readonly found: FoundWorkload
  readonly reader: PointReader
  readonly manifest: Manifest
  /** Number of the disk in the manifest. */
  readonly number: number
  readonly path: string
  /** Whether what is there may be written to. */
  readonly overwrite: boolean
  readonly movers: DataMovers
  readonly signal?: AbortSignal
}

/** What became of one disk. */
export interface DiskRestore {
  readonly name: string
  readonly path: string
  readonly sizeBytes: number
  readonly contentRoot: string
  /** Bytes written; the rest was zero or there already. */
  readonly writtenBytes: number
  /** Bytes that were there already. */
  readonly sameBytes: number
}

/**
 * Writes one disk of a point out. Every block is held against its id before it is written.
 * @throws EngineError `Damaged`, `OutputFailed`, `OutputExists`; FormatError for what is damaged
 */
export async function restoreDisk(repository: Repository, options: RestoreDiskOptions): Promise<DiskRestore> {
  const { found, reader, manifest, number, path, overwrite, movers, signal } = options
  const { name, sizeBytes, contentRoot } = manifest.disks[number] as DiskManifest
  const { blockBytes } = manifest
  const map = reader.map(number)
  const root = toHex(map.contentRoot())
  if (root !== contentRoot)
    throw new EngineError("Damaged", `disk ${name}: its map has content root ${root}, the point says ${contentRoot}`)
  const target = await openRawTarget(path, { sizeBytes, blockBytes, overwrite, sha256: repository.view.sha256 })
  const blocks = blockCount(sizeBytes, blockBytes)
  let doneBlocks = 0
  const progress = (count: number) => {
    doneBlocks += count
    repository.seams.onEvent?.({
      type: "restore",
      job: found.job,
      workload: found.state.workload.name,
      disk: name,
      doneBytes: Math.min(doneBlocks * blockBytes, sizeBytes),
      totalBytes: sizeBytes,
      writtenBytes: target.writtenBytes,
    })
  }
  const unpacker = new BlockUnpacker(repository, {
    backup: found.place.backup,
    blockBytes,
    table: reader.table,
    movers,
    ...(signal && { signal }),
    async deliver(first, count, bytes) {
      await target.write(first, count, bytes)
      progress(count)
    },
  })
  /** What of a region is not there yet; what should be zeros is made so. */
  const missing = async (leaves: readonly number[]) => {
    signal?.throwIfAborted()
    await map.prefetch(leaves)
    const stored: StoredDiskBlock[] = []
    for (const index of leaves) {
      const first = index * LEAF_BLOCKS
      const count = Math.min(LEAF_BLOCKS, blocks - first)
      const leaf = await map.leaf(index)
      const wanted = leaf === undefined ? [] : await missingBlocks(target, leaf, first, count)
      if (leaf === undefined) await target.zero(first, count)
      stored.push(...wanted)
      if (wanted.length < count) progress(count - wanted.length)
    }
    return stored
  }
  try {
    await eachRegion(map.leaves, missing, async (stored) => unpacker.add(stored))
    await unpacker.settled()
    await target.finish()
  } catch (error) {
    await unpacker.settled().catch(() => undefined)
    await target.abandon()
    throw error
  }
  const { writtenBytes, sameBytes } = target
  return { name, path, sizeBytes, contentRoot, writtenBytes, sameBytes }
}

/** The blocks of a leaf that are stored, and not in the target yet; what should be zeros there is made so. */
async function missingBlocks(
  target: RawTarget,
  leaf: LeafPage,
  first: number,
  count: number,
): Promise<readonly StoredDiskBlock[]> {
  const missing: StoredDiskBlock[] = []
  for (const at of await target.differing(first, leaf.ids.subarray(0, count * DIGEST_BYTES))) {
    const slot = leaf.slots[at]
    if (slot === undefined) await target.zero(first + at, 1)
    else missing.push(new StoredDiskBlock(first + at, slot, leaf))
  }
  return missing
}
