import {
  type BackupId,
  FormatError,
  isDamage,
  layout,
  MapReader,
  type MapTree,
  openMapPack,
  type PageRecord,
  type PageReader,
  planMapMerge,
  relocatePages,
  tableHeight,
  type TableTree,
} from "@bcopy/chain-format"
import type { MapPackSink } from "./map-pack-sink.ts"
import type { Repository } from "./repository.ts"

/** Empties the smallest map packs into the session's own when there are many: docs/format.md, Manifest. */
export async function mergeMapPacks(
  repository: Repository,
  backup: BackupId,
  sink: MapPackSink,
  pages: PageReader,
  disks: readonly MapTree[],
  table: TableTree,
): Promise<{ readonly disks: readonly MapTree[]; readonly table: TableTree }> {
  const { view } = repository
  const from = new Set(planMapMerge(sink.mapPacks, repository.packBytes))
  if (from.size === 0) return { disks, table }
  const mapPages: { level: number; index: number }[] = []
  const tablePages: { level: number; index: number }[] = []
  for (const pack of from) {
    const ref = sink.ref(pack)
    if (ref === undefined) continue
    const records = await readFooter(layout.pack(backup, ref.session, ref.number))
    // Without its footer nobody knows what to move, and its pages may be good: it stays as it is.
    if (records === undefined) from.delete(pack)
    // The footer's disk numbers are those of the point that wrote it, so a page is looked for in every disk.
    for (const { type, level, index } of records ?? [])
      (type === "mapLeaf" || type === "mapInner" ? mapPages : tablePages).push({ level, index })
  }
  const shared = { pages, sink, sha256: view.sha256, from }
  const moved: MapTree[] = []
  for (const [disk, tree] of disks.entries()) {
    const { height } = new MapReader(tree, { pages, hash: view.hash })
    const root = await relocatePages(tree.root, height, { ...shared, tree: "map", disk, held: mapPages })
    moved.push({ ...tree, root })
  }
  const height = tableHeight(table.nextPack)
  const root = await relocatePages(table.root, height, { ...shared, tree: "table", disk: 0, held: tablePages })
  return { disks: moved, table: { ...table, root } }

  /** What a map pack holds; `undefined` if its footer does not open, not even by the pack's oldest version. */
  async function readFooter(objectKey: string): Promise<readonly PageRecord[] | undefined> {
    for (const oldest of [false, true]) {
      const bytes = await view.readPack(objectKey, { oldest })
      if (bytes === undefined) throw new FormatError("Missing", `${view.name}: map pack ${objectKey} is missing`)
      try {
        return openMapPack(bytes, { ...view, objectKey }).slots
      } catch (error) {
        if (!isDamage(error)) throw error
      }
    }
    return undefined
  }
}
