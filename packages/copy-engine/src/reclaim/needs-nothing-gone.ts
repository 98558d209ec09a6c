import { type LogPlace, pointReader, type PointTree, type SessionId } from "@bcopy/chain-format"
import type { Repository } from "../repository.ts"
import { StoredSizes } from "../stored-sizes.ts"
import { CondemnedPacks } from "./condemned-packs.ts"
import { readEpochs } from "./read-epochs.ts"

/**
 * Whether everything that a tree names is there, and nothing of it is condemned: what a writer must know of a tree that it has
 * not taken from a living point of its own log, or that was begun before the log's newest barrier. It holds for every epoch
 * whose barrier the log has by now; one that comes later is met in the log.
 * @throws FormatError if the tree does not open; StoreError
 */
export async function needsNothingGone(
  repository: Repository,
  place: LogPlace,
  tree: PointTree,
  options: { readonly signal?: AbortSignal } = {},
): Promise<boolean> {
  const { view } = repository
  const { open, left } = await readEpochs(view, place.backup, options)
  const condemned = new CondemnedPacks([left, ...open.map(({ packs }) => packs)])
  const sizes = new StoredSizes(repository)
  const isThere = async (pack: { session: SessionId; number: number; storedBytes: number }) =>
    !condemned.has(pack.session, pack.number) && (await sizes.sizeOf(place.backup, pack, options.signal)) !== undefined
  for (const pack of tree.mapPacks) if (!(await isThere(pack))) return false
  const { table } = pointReader(view, place.backup, tree, options)
  for await (const { record } of table.records()) if (!(await isThere(record))) return false
  return true
}
