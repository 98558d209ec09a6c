import { stat } from "node:fs/promises"
import { SourceError, throwIfAborted, type OpenPoint, type PointConsistency } from "@bcopy/source"
import { fileError } from "./file-error.ts"
import { fileState, stateChange } from "./file-state.ts"
import { imageDisk } from "./image-disk.ts"
import type { ImageFile } from "./image-file.ts"

/** An opened image and the name of the disk in it. */
export interface NamedImage {
  readonly name: string
  readonly file: ImageFile
}

/** How {@link openImagePoint} sees its images. */
export interface ImagePointOptions {
  readonly blockBytes: number
  readonly allowChanging: boolean
}

/** Opened images as a point; it closes them. */
export function openImagePoint(images: readonly NamedImage[], options: ImagePointOptions): OpenPoint {
  const { blockBytes, allowChanging } = options
  let isClosed = false
  let consistency: PointConsistency =
    allowChanging && images.some(({ file }) => file.state === undefined) ? "fuzzy" : "crash"

  function changed(path: string, what: string): void {
    if (!allowChanging)
      throw new SourceError("Changed", `${path} changed while it was being read: ${what}`, {
        hint: "Read a snapshot, or stop the machine; or take a point that is no moment with --allow-changing.",
      })
    consistency = "fuzzy"
  }

  async function compare({ path, handle, state }: ImageFile): Promise<void> {
    if (state === undefined) return
    try {
      const ofPath = stateChange(state, fileState(await stat(path, { bigint: true })))
      const what = ofPath ?? stateChange(state, fileState(await handle.stat({ bigint: true })))
      if (what !== undefined) changed(path, what)
    } catch (error) {
      if (error instanceof SourceError) throw error
      const named = fileError(error, path)
      if (named.code !== "NotFound") throw named
      changed(path, "it was deleted or renamed")
    }
  }

  return {
    disks: images.map(({ name, file }) =>
      imageDisk(file, { name, blockBytes, onShrunk: (what) => changed(file.path, what) }),
    ),
    consistency,
    async finish({ signal } = {}) {
      for (const { file } of images) {
        throwIfAborted(signal, `finish ${file.path}`)
        await compare(file)
      }
      throwIfAborted(signal, "finish")
      return consistency
    },
    async close() {
      if (isClosed) return
      isClosed = true
      await Promise.all(images.map(({ file }) => file.handle.close()))
    },
  }
}
