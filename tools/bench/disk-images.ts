import { mkdirSync } from "node:fs"
import { canMakeExt4, ext4Images } from "./ext4-images.ts"
import { syntheticImages } from "./synthetic-images.ts"

/** A disk at several moments: `v0.raw`, then `v1.raw`, … each the one before it with a day's changes. */
export interface DiskImages {
  /** What the images are made of. */
  readonly kind: "ext4" | "synthetic"
  readonly paths: readonly string[]
}

export interface DiskImagesOptions {
  readonly sizeBytes: number
  /** How many images follow the first. */
  readonly versions: number
}

/**
 * Makes the images that are not in the folder yet: file systems with real files where this machine has the tools for it
 * (mke2fs and debugfs), numbers where it has not.
 */
export function diskImages(folder: string, options: DiskImagesOptions): DiskImages {
  mkdirSync(folder, { recursive: true })
  return canMakeExt4()
    ? { kind: "ext4", paths: ext4Images(folder, options) }
    : { kind: "synthetic", paths: syntheticImages(folder, options) }
}
