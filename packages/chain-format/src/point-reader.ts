import { type BlockReader, blockReader } from "./block-reader.ts"
import { FormatError } from "./format-error.ts"
import type { BackupId } from "./ids.ts"
import { MapReader } from "./map-reader.ts"
import { PackTable } from "./pack-table.ts"
import { type PageReader, pageReader } from "./page-reader.ts"
import { pageStore } from "./page-store.ts"
import type { PointTree } from "./point-tree.ts"
import type { RepositoryView } from "./repository-view.ts"

/** Everything a point (or a checkpoint) names, ready to be read. */
export interface PointReader {
  readonly pages: PageReader
  readonly table: PackTable
  readonly blocks: BlockReader
  /** The block map of disk number `disk`. */
  map(disk: number): MapReader
}

/** Opens a point's trees for reading; nothing is fetched yet. */
export function pointReader(
  view: RepositoryView,
  backup: BackupId,
  tree: PointTree,
  options: { readonly signal?: AbortSignal } = {},
): PointReader {
  const mapPacks = new Map(tree.mapPacks.map((pack) => [pack.pack, pack]))
  const bytes = pageStore(view, { backup, mapPack: (pack) => mapPacks.get(pack), ...options })
  const pages = pageReader(bytes, view)
  const table = new PackTable({ nextPack: tree.nextPack, root: tree.table }, pages)
  return {
    pages,
    table,
    blocks: blockReader(view, { backup, blockBytes: tree.blockBytes, table }),
    map(disk) {
      const found = tree.disks[disk]
      if (found === undefined) throw new FormatError("Inconsistent", `disk ${disk} of ${tree.disks.length}`)
      return new MapReader(
        { sizeBytes: found.sizeBytes, blockBytes: tree.blockBytes, root: found.map },
        { pages, hash: view.hash },
      )
    },
  }
}
