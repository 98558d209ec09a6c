import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { readSynthetic } from "@bcopy/source/testing"

/** So large is an image: several packs of the smallest size allowed, and more than the first thread does alone. */
const SIZE_BYTES = 48 << 20
const VERSIONS = 3

/** Writes a disk at three moments, of which each has enough news for packs of its own, and no block twice. */
export function soakImages(folder: string): readonly string[] {
  const disk = { name: "disk", sizeBytes: SIZE_BYTES, zeroShare: 0.15, changedShare: 0.3, randomShare: 0.8 }
  const bytes = new Uint8Array(SIZE_BYTES)
  return Array.from({ length: VERSIONS }, (_, version) => {
    const path = join(folder, `v${version}.raw`)
    readSynthetic(disk, version, 0, bytes)
    writeFileSync(path, bytes)
    return path
  })
}
