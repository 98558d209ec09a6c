import { SCAN_TAG_BYTES, type ScanCache } from "../scan-cache.ts"
import { noise } from "./noise.ts"

/** Tags in memory, by the name of the disk. */
export interface MemoryScans extends ScanCache {
  readonly disks: Map<string, Uint8Array>
}

/** A cache of tags in memory, for disks of at most so many blocks. */
export function memoryScans(maxBlocks: number, seed = 1): MemoryScans {
  const disks = new Map<string, Uint8Array>()
  return {
    key: noise(32, seed),
    disks,
    async open({ disk }) {
      const known = disks.get(disk)
      const tags = known ?? new Uint8Array(maxBlocks * SCAN_TAG_BYTES)
      disks.set(disk, tags)
      return {
        read: async (first, count) => tags.slice(first * SCAN_TAG_BYTES, (first + count) * SCAN_TAG_BYTES),
        write: async (first, made) => tags.set(made, first * SCAN_TAG_BYTES),
        close: async () => undefined,
      }
    },
  }
}
