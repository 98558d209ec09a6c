import {
  INNER_CHILDREN,
  type PagePointer,
  type PageReader,
  pointReader,
  readManifest,
  tableHeight,
} from "@bcopy/chain-format"
import { findPoint } from "../list-points.ts"
import type { Repository } from "../repository.ts"

/** What the newest point's trees take, in stored bytes. */
export interface MapCost {
  /** Its pages of block maps. */
  readonly mapBytes: number
  /** Its pages of the pack table. */
  readonly tableBytes: number
  /** What its manifest says of both together. */
  readonly liveBytes: number
  /** The map packs that it names, as they lie in the store: with footers, and with pages that only older points use. */
  readonly packBytes: number
  readonly packs: number
  /** Data packs that it lives in, and all that were ever numbered. */
  readonly dataPacks: number
  readonly numberedPacks: number
}

/** Measures the newest point of a workload, by walking its trees. */
export async function mapCost(repository: Repository, job: string, workload: string): Promise<MapCost> {
  const { place, point } = await findPoint(repository, { job, workload })
  const manifest = await readManifest(repository.view, place, point)
  const { pages, table, map } = pointReader(repository.view, place.backup, manifest)
  let mapBytes = 0
  for (const [disk, { map: root }] of manifest.disks.entries())
    mapBytes += await bytesBelow(pages, "mapInner", root, map(disk).height)
  let dataPacks = 0
  for await (const { record } of table.records()) dataPacks += record.live.length > 0 ? 1 : 0
  return {
    mapBytes,
    tableBytes: await bytesBelow(pages, "tableInner", manifest.table, tableHeight(manifest.nextPack)),
    liveBytes: manifest.mapPacks.reduce((sum, pack) => sum + pack.liveBytes, 0),
    packBytes: manifest.mapPacks.reduce((sum, pack) => sum + pack.storedBytes, 0),
    packs: manifest.mapPacks.length,
    dataPacks,
    numberedPacks: manifest.nextPack,
  }
}

/** Stored bytes of a page and of all below it. */
async function bytesBelow(
  pages: PageReader,
  type: "mapInner" | "tableInner",
  pointer: PagePointer | undefined,
  level: number,
  index = 0,
): Promise<number> {
  if (pointer === undefined) return 0
  if (level === 0) return pointer.length
  let bytes = pointer.length
  const { children } = await pages.inner(type, pointer, level, index)
  for (const [at, child] of children.entries())
    bytes += await bytesBelow(pages, type, child, level - 1, index * INNER_CHILDREN + at)
  return bytes
}
