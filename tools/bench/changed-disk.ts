import { closeSync, fstatSync, openSync, writeSync } from "node:fs"
import { seededRandom } from "@bcopy/repo/testing"
import { noise } from "../../packages/copy-engine/src/testing/noise.ts"

const BLOCK_BYTES = 64 << 10
/** Blocks that change once in a while, anywhere on the disk: 12 MiB of a day. */
const SCATTERED_BLOCKS = 192
/** Places that change every day, and the blocks of each: journals, tables, logs. */
const HOT_AREAS = [0.01, 0.33, 0.71]
const HOT_BLOCKS = 16

/** How a disk changes from point to point: a little here and there, or all of it. */
export type DiskChange = "scattered" | "whole"

/** Changes an image in place, the same way for the same point. */
export function changeDisk(path: string, point: number, change: DiskChange): void {
  const file = openSync(path, "r+")
  try {
    const blocks = Math.floor(fstatSync(file).size / BLOCK_BYTES)
    for (const [index, block] of changedBlocks(blocks, point, change).entries())
      writeSync(file, blockOf(point, index, change), 0, BLOCK_BYTES, block * BLOCK_BYTES)
  } finally {
    closeSync(file)
  }
}

function changedBlocks(blocks: number, point: number, change: DiskChange): readonly number[] {
  if (change === "whole") return Array.from({ length: blocks }, (_, block) => block)
  const random = seededRandom(point)
  const scattered = Array.from({ length: SCATTERED_BLOCKS }, () => Math.floor(random() * blocks))
  const hot = HOT_AREAS.flatMap((share) =>
    Array.from({ length: HOT_BLOCKS }, (_, at) => Math.floor(share * blocks) + at),
  )
  return [...scattered, ...hot].filter((block) => block < blocks)
}

/** Noise and zeros, of each block another share, so that half of what changes compresses. */
function blockOf(point: number, index: number, change: DiskChange): Uint8Array {
  const block = new Uint8Array(BLOCK_BYTES)
  const filled = change === "whole" ? BLOCK_BYTES : 1024 + ((index * 7919 + point * 104_729) % (BLOCK_BYTES - 1024))
  block.set(noise(filled, point * 100_000 + index))
  return block
}
