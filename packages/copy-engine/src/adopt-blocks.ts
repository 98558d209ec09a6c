import {
  type Checkpoint,
  DIGEST_BYTES,
  INNER_CHILDREN,
  LEAF_BLOCKS,
  MapReader,
  type PagePointer,
  type SessionId,
} from "@bcopy/chain-format"
import type { PointWriter } from "./point-writer.ts"
import type { Repository } from "./repository.ts"

/** Leaves of a map fetched together. */
const PREFETCH_LEAVES = INNER_CHILDREN

/**
 * Puts the blocks that dead sessions had brought, as far as a checkpoint's maps know of them, into the dedup table: what
 * these sessions would have found in theirs. Only pages that the sessions wrote are read.
 */
export async function adoptBlocks(
  repository: Repository,
  checkpoint: Checkpoint,
  sessions: readonly SessionId[],
  writer: PointWriter,
  options: { readonly packs: ReadonlySet<number>; readonly signal?: AbortSignal },
): Promise<void> {
  const { dedup } = writer.movers
  const { blockBytes } = checkpoint
  const mapPacks = new Set(
    checkpoint.mapPacks.flatMap(({ pack, session }) => (sessions.includes(session) ? [pack] : [])),
  )
  for (const { sizeBytes, map: root } of checkpoint.disks) {
    const map = new MapReader({ sizeBytes, blockBytes, root }, { pages: writer.pages, hash: repository.view.hash })
    await walk(map, map.height, 0, root)
  }

  async function walk(map: MapReader, level: number, index: number, pointer: PagePointer | undefined): Promise<void> {
    if (pointer === undefined || dedup.full || !mapPacks.has(pointer.pack)) return
    options.signal?.throwIfAborted()
    if (level === 0) return addLeaf(map, index)
    const children = (await map.inner(level, index))?.children ?? []
    const first = index * INNER_CHILDREN
    if (level === 1)
      await map.prefetch(
        Array.from({ length: PREFETCH_LEAVES }, (_, at) => first + at).filter((_, at) =>
          mapPacks.has(children[at]?.pack ?? -1),
        ),
      )
    for (const [at, child] of children.entries()) await walk(map, level - 1, first + at, child)
  }

  async function addLeaf(map: MapReader, index: number): Promise<void> {
    const leaf = await map.leaf(index)
    for (let block = 0; leaf !== undefined && block < LEAF_BLOCKS; block++) {
      const slot = leaf.slots[block]
      if (slot !== undefined && options.packs.has(slot.pack))
        dedup.add(leaf.ids, block * DIGEST_BYTES, { ...slot, place: leaf.places[block] as number })
    }
  }
}
