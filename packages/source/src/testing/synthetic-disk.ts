import { holeSpans } from "../hole-spans.ts"
import type { SourceDisk } from "../source.ts"
import { throwIfAborted } from "../throw-if-aborted.ts"
import { readSynthetic, syntheticHoles, type SyntheticDisk } from "./synthetic-content.ts"

/** How {@link syntheticDisk} is seen by its reader. */
export interface SyntheticDiskView {
  readonly generation: number
  readonly blockBytes: number
  readonly knowsZeros: boolean
  /** Asked before each read; may throw in its place. */
  readonly beforeRead: (disk: string, first: number, count: number) => void
}

/** One generation of a synthetic disk, as a source gives it. */
export function syntheticDisk(disk: SyntheticDisk, view: SyntheticDiskView): SourceDisk {
  const { generation, blockBytes, knowsZeros, beforeRead } = view
  const { name, sizeBytes } = disk
  return {
    name,
    sizeBytes,
    async *spans({ from = 0, signal } = {}) {
      throwIfAborted(signal, `spans of ${name}`)
      const holes = knowsZeros ? syntheticHoles(disk, generation) : []
      for (const span of holeSpans(holes, { sizeBytes, blockBytes, from })) {
        yield span
        throwIfAborted(signal, `spans of ${name}`)
      }
    },
    async read(first, count, into, { signal } = {}) {
      throwIfAborted(signal, `read ${name}`)
      beforeRead(name, first, count)
      readSynthetic(disk, generation, first * blockBytes, into.subarray(0, count * blockBytes))
    },
  }
}
