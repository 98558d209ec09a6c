import {
  DIGEST_BYTES,
  isFormatError,
  LEAF_BLOCKS,
  layout,
  listFolders,
  type LogPlace,
  newestPoint,
  pointReader,
  readLog,
  readManifest,
  type WorkloadId,
} from "@bcopy/chain-format"
import type { CondemnedPacks } from "./reclaim/condemned-packs.ts"
import type { PointWriter } from "./point-writer.ts"
import type { Repository } from "./repository.ts"

/** Sibling workloads whose newest maps are looked into. */
const MAX_SIBLINGS = 32

/**
 * Fills the dedup table with the newest maps of other workloads of the same backup, as far as it has room: for a
 * workload's first point, where they are most of what can be shared (clones, templates).
 */
export async function addSiblingBlocks(
  repository: Repository,
  place: LogPlace,
  writer: PointWriter,
  options: { readonly blockBytes: number; readonly condemned: CondemnedPacks; readonly signal?: AbortSignal },
): Promise<void> {
  const { view } = repository
  let siblings = 0
  for await (const folder of listFolders(view, layout.logs(place.backup), options)) {
    if (folder === place.workload) continue
    if (siblings++ >= MAX_SIBLINGS || writer.movers.dedup.full) return
    try {
      await addOne({ backup: place.backup, workload: folder as WorkloadId })
    } catch (error) {
      // A damaged sibling gives nothing to share; it is not this workload's concern.
      if (!isFormatError(error)) throw error
    }
  }

  async function addOne(sibling: LogPlace): Promise<void> {
    const state = await readLog(view, sibling, options)
    const newest = state && newestPoint(state)
    if (newest === undefined || newest.blockBytes !== options.blockBytes) return
    const manifest = await readManifest(view, sibling, newest, options)
    const reader = pointReader(view, sibling.backup, manifest, options)
    const own = new Map<number, number | undefined>()
    const ownNumber = async (pack: number) => {
      if (own.has(pack)) return own.get(pack)
      const record = await reader.table.record(pack)
      if (record === undefined || options.condemned.has(record.session, record.number)) {
        own.set(pack, undefined)
        return undefined
      }
      const { session, number, hint, storedBytes, lockedUntilMs } = record
      const adopted = writer.movers.adopt({ session, number, hint, storedBytes, lockedUntilMs })
      own.set(pack, adopted)
      return adopted
    }
    for (let disk = 0; disk < manifest.disks.length; disk++) {
      const map = reader.map(disk)
      for (let index = 0; index < map.leaves && !writer.movers.dedup.full; index++) {
        if (index % 64 === 0)
          await map.prefetch(Array.from({ length: Math.min(64, map.leaves - index) }, (_, at) => index + at))
        const leaf = await map.leaf(index)
        for (let block = 0; leaf !== undefined && block < LEAF_BLOCKS; block++) {
          const slot = leaf.slots[block]
          const pack = slot && (await ownNumber(slot.pack))
          if (slot === undefined || pack === undefined) continue
          writer.movers.dedup.add(leaf.ids, block * DIGEST_BYTES, {
            ...slot,
            pack,
            place: leaf.places[block] as number,
          })
        }
      }
    }
  }
}
