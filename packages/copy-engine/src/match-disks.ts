import { blockCount, type Checkpoint, type PointTree } from "@bcopy/chain-format"
import type { OpenPoint } from "@bcopy/source"
import type { PlannedDisk } from "./point-writer.ts"

/** Disks go by name; those whose names are new take, in order, the places of those that are gone. */
export function matchDisks(opened: OpenPoint, base: PointTree | undefined): readonly PlannedDisk[] {
  const names = new Set(opened.disks.map(({ name }) => name))
  const gone = (base?.disks ?? []).flatMap((disk, index) => (names.has(disk.name) ? [] : [index]))
  return opened.disks.map(({ name, sizeBytes }) => {
    const same = base?.disks.findIndex((disk) => disk.name === name) ?? -1
    return { name, sizeBytes, baseDisk: same >= 0 ? same : gone.shift() }
  })
}

/** How many blocks of a disk lie before the cursor. */
export function doneBlocks(
  cursor: Checkpoint["cursor"] | undefined,
  disk: number,
  sizeBytes: number,
  blockBytes: number,
): number {
  if (cursor === undefined || cursor.disk < disk) return 0
  const blocks = blockCount(sizeBytes, blockBytes)
  return cursor.disk > disk ? blocks : Math.min(cursor.block, blocks)
}

/** How many bytes of all disks lie before the cursor. */
export function doneBefore(cursor: Checkpoint["cursor"], disks: readonly PlannedDisk[], blockBytes: number): number {
  return disks.reduce(
    (sum, { sizeBytes }, index) =>
      sum + Math.min(sizeBytes, doneBlocks(cursor, index, sizeBytes, blockBytes) * blockBytes),
    0,
  )
}
