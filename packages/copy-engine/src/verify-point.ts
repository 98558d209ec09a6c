import {
  type BackupId,
  FormatError,
  layout,
  LEAF_BLOCKS,
  type LeafPage,
  type Manifest,
  type MapReader,
  type PackRecord,
  pointReader,
  toHex,
} from "@bcopy/chain-format"
import type { DataMovers } from "./data-movers.ts"
import { ProvenPoint, type ProvenBlocks, type ProvenDisk } from "./proven-point.ts"
import type { Repository } from "./repository.ts"
import type { StoredSizes } from "./stored-sizes.ts"
import { seedOf } from "./suite-of.ts"
import { eachRegion } from "./map-regions.ts"
import { StoredDiskBlock } from "./stored-disk-block.ts"
import { BlockUnpacker } from "./unpack-blocks.ts"

/** What was proven already in this run, so that what points share is read once. */
export interface Proven {
  /** Sizes of packs that are known. */
  readonly sizes: StoredSizes
  /** Packs whose slots were all authenticated. */
  readonly authenticated: Set<string>
  /** The last point of the workload all of whose blocks were hashed. */
  point: ProvenPoint | undefined
}

export interface VerifyPointOptions {
  readonly readData: "none" | "authenticate" | "hash"
  readonly proven: Proven
  readonly movers: DataMovers
  readonly progress: (doneBytes: number) => void
  readonly signal?: AbortSignal
}

/**
 * Proves one point: every page of its maps and of its pack table against its pointer, content roots, every pack's
 * presence and size; by option every slot's seal, or every block's hash.
 * @throws FormatError for what is provably damaged; StoreError for what could not be read, which proves nothing
 */
export async function verifyPoint(
  repository: Repository,
  backup: BackupId,
  manifest: Manifest,
  options: VerifyPointOptions,
): Promise<void> {
  const reader = pointReader(
    repository.view,
    backup,
    manifest,
    options.signal === undefined ? {} : { signal: options.signal },
  )
  const packs = new Set<number>()
  for (const pack of manifest.mapPacks) {
    await present(pack.session, pack.number, pack.storedBytes)
    if (options.readData === "authenticate") await authenticate("mapPack", pack)
  }
  const checks = new Set<Promise<void>>()
  for await (const { pack, record } of reader.table.records()) {
    packs.add(pack)
    await present(record.session, record.number, record.storedBytes)
    if (options.readData !== "authenticate") continue
    while (checks.size > 0 && !options.movers.pool.hasFree) await Promise.race(checks)
    const check: Promise<void> = authenticate("dataPack", record).finally(() => checks.delete(check))
    checks.add(check)
    // It is awaited below, or in its turn; until then a failure of it is not unheard.
    check.catch(() => undefined)
  }
  await Promise.all(checks)
  const before = options.proven.point
  let done = 0
  for (const [index, disk] of manifest.disks.entries()) {
    const map = reader.map(index)
    const root = toHex(map.contentRoot())
    if (root !== disk.contentRoot)
      throw new FormatError(
        "Inconsistent",
        `disk ${disk.name} has content root ${root}, the manifest says ${disk.contentRoot}`,
      )
    await verifyMap(map, index, before?.disk(disk.name, manifest, reader), (bytes) => options.progress(done + bytes))
    done += disk.sizeBytes
  }
  if (options.readData === "hash") options.proven.point = new ProvenPoint(manifest, reader)

  async function verifyMap(
    map: MapReader,
    disk: number,
    proven: ProvenDisk | undefined,
    progress: (bytes: number) => void,
  ): Promise<void> {
    const { blockBytes } = map
    const { movers, readData, signal } = options
    const { table } = reader
    const unpacker = new BlockUnpacker(repository, { backup, blockBytes, table, movers, ...(signal && { signal }) })
    /** What of a region is to be hashed. */
    const unproven = async (leaves: readonly number[]) => {
      signal?.throwIfAborted()
      await map.prefetch(leaves)
      const blocks: StoredDiskBlock[] = []
      for (const index of leaves) {
        const leaf = await map.leaf(index)
        if (leaf === undefined) continue
        requirePacks(leaf, index, disk)
        if (readData !== "hash") continue
        const known = await proven?.blocks(map, index, leaf)
        if (known !== "all") blocks.push(...storedBlocks(leaf, index * LEAF_BLOCKS, known))
      }
      return blocks
    }
    try {
      await eachRegion(map.leaves, unproven, async (blocks, leaves) => {
        await unpacker.add(blocks)
        progress(Math.min(((leaves.at(-1) ?? 0) + 1) * LEAF_BLOCKS * blockBytes, map.sizeBytes))
      })
    } finally {
      await unpacker.settled()
    }
  }

  function requirePacks(leaf: LeafPage, index: number, disk: number): void {
    for (const slot of leaf.slots)
      if (slot !== undefined && !packs.has(slot.pack))
        throw new FormatError(
          "Inconsistent",
          `leaf ${index} of disk ${disk} names pack ${slot.pack}, which the pack table does not list`,
        )
  }

  async function present(session: PackRecord["session"], number: number, storedBytes: number): Promise<void> {
    const key = layout.pack(backup, session, number)
    const objectBytes = await options.proven.sizes.sizeOf(backup, { session, number, storedBytes }, options.signal)
    if (objectBytes === undefined) throw new FormatError("Missing", `pack ${key} is missing`)
    if (objectBytes !== storedBytes)
      throw new FormatError("Truncated", `pack ${key} has ${objectBytes} bytes, it was stored with ${storedBytes}`)
  }

  /** Opens the footer and the seal of every slot. */
  async function authenticate(
    kind: "dataPack" | "mapPack",
    { session, number }: Pick<PackRecord, "session" | "number">,
  ): Promise<void> {
    const key = layout.pack(backup, session, number)
    if (options.proven.authenticated.has(key)) return
    const check = async (oldest: boolean) => {
      const { signal } = options
      const { pool } = options.movers
      const buffer = pool.tryTake()
      try {
        const into = buffer && { into: buffer.bytes }
        const bytes = await repository.view.readPack(key, { oldest, ...into, ...(signal && { signal }) })
        if (bytes === undefined) throw new FormatError("Missing", `pack ${key} is missing`)
        const failure = await options.movers.check({ suite: seedOf(repository.view.suite), kind, key, bytes })
        if (failure !== undefined) throw new FormatError(failure.code, failure.message)
      } finally {
        if (buffer !== undefined) pool.release(buffer.index)
      }
    }
    // Read once more, by its oldest version, before anybody calls it damage.
    await check(false).catch(() => check(true))
    options.proven.authenticated.add(key)
  }
}

/** The blocks of a leaf that are stored and not proven yet. */
function storedBlocks(leaf: LeafPage, first: number, isProven: ProvenBlocks = () => false): readonly StoredDiskBlock[] {
  return leaf.slots.flatMap((slot, at) =>
    slot === undefined || isProven(at) ? [] : [new StoredDiskBlock(first + at, slot, leaf)],
  )
}
