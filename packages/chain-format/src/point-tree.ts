import * as z from "zod"
import { FormatError } from "./format-error.ts"
import { isBlockSize, MAX_DISKS, MAX_MAP_PACKS } from "./limits.ts"
import type { MapPackRef } from "./map-pack.ts"
import { MAX_HINT_BYTES } from "./pack-table-page.ts"
import type { PagePointer } from "./page.ts"
import { hexBytes, hexId, name, natural, pagePointer, parseBy } from "./schema.ts"

/** The roots of all that a point (or a checkpoint) names: docs/format.md, Manifest. */
export interface PointTree {
  readonly blockBytes: number
  readonly disks: readonly DiskTree[]
  /** Top page of the pack table; absent if no block is stored. */
  readonly table?: PagePointer
  /** Number that the next data pack gets in the pack table. */
  readonly nextPack: number
  readonly mapPacks: readonly MapPackRef[]
  /** Number that the next map pack gets in `mapPacks`. */
  readonly nextMapPack: number
}

/** A disk's block map. */
export interface DiskTree {
  readonly name: string
  readonly sizeBytes: number
  /** Top page; absent if the disk is all zeros. */
  readonly map?: PagePointer
}

const mapPack = z.object({
  pack: natural,
  session: hexId<"session">(),
  number: natural,
  hint: hexBytes.refine((bytes) => bytes.length <= MAX_HINT_BYTES, `is longer than ${MAX_HINT_BYTES} bytes`),
  storedBytes: natural,
  liveBytes: natural,
  lockedUntilMs: natural.optional(),
})

export const diskTreeShape = { name, sizeBytes: natural, map: pagePointer.optional() }

export const pointTreeShape = {
  blockBytes: natural.refine(isBlockSize, "is not a block size"),
  table: pagePointer.optional(),
  nextPack: natural,
  mapPacks: z.array(mapPack).max(MAX_MAP_PACKS),
  nextMapPack: natural,
}

const treeSchema = z.object({ ...pointTreeShape, disks: z.array(z.object(diskTreeShape)) })

/** @throws FormatError `BadValue`, `TooLarge`, `Inconsistent` */
export function parsePointTree(json: unknown, what: string): PointTree {
  const tree = parseBy(treeSchema, json, what) as PointTree
  checkPointTree(tree, what)
  return tree
}

/** @throws FormatError `Inconsistent` if names or numbers are used twice, or a number is not below its `next` */
export function checkPointTree(tree: PointTree, what: string): void {
  if (tree.disks.length > MAX_DISKS)
    throw new FormatError("TooLarge", `${what} has ${tree.disks.length} disks, at most ${MAX_DISKS}`)
  if (new Set(tree.disks.map((disk) => disk.name)).size !== tree.disks.length)
    throw new FormatError("Inconsistent", `${what} has two disks of one name`)
  const packs = new Set(tree.mapPacks.map((pack) => pack.pack))
  if (packs.size !== tree.mapPacks.length)
    throw new FormatError("Inconsistent", `${what} gives two map packs one number`)
  for (const { pack } of tree.mapPacks)
    if (pack >= tree.nextMapPack)
      throw new FormatError("Inconsistent", `${what} has map pack ${pack}, the next one would be ${tree.nextMapPack}`)
  for (const pointer of [tree.table, ...tree.disks.map((disk) => disk.map)])
    if (pointer !== undefined && !packs.has(pointer.pack))
      throw new FormatError("Inconsistent", `${what} points into map pack ${pointer.pack}, which it does not list`)
}
