import { closeSync, existsSync, ftruncateSync, openSync, renameSync, writeSync } from "node:fs"
import { join } from "node:path"
import { readSynthetic } from "@bcopy/source/testing"
import type { DiskImagesOptions } from "./disk-images.ts"

const MIB = 1 << 20

/** Images made of nothing but numbers: the same on every machine. Zeros are holes. */
export function syntheticImages(folder: string, { sizeBytes, versions }: DiskImagesOptions): string[] {
  const disk = { name: "disk", sizeBytes, zeroShare: 0.35, changedShare: 0.02, randomShare: 0.4 }
  const bytes = new Uint8Array(MIB)
  return Array.from({ length: versions + 1 }, (_, version) => {
    const path = join(folder, `v${version}.raw`)
    if (existsSync(path)) return path
    const file = openSync(`${path}.partial`, "w")
    ftruncateSync(file, sizeBytes)
    for (let at = 0; at < sizeBytes; at += MIB) {
      readSynthetic(disk, version, at, bytes)
      if (bytes.some((byte) => byte !== 0)) writeSync(file, bytes, 0, Math.min(MIB, sizeBytes - at), at)
    }
    closeSync(file)
    renameSync(`${path}.partial`, path)
    return path
  })
}
