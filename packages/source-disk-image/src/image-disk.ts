import { holeSpans, throwIfAborted, type Hole, type SourceDisk } from "@bcopy/source"
import { fileError } from "./file-error.ts"
import { findHoles } from "./find-holes.ts"
import type { ImageFile } from "./image-file.ts"

/** Most that one request to the system asks for: between two of them an abort is noticed. */
const PIECE_BYTES = 16 << 20

/** How {@link imageDisk} reads its file. */
export interface ImageDiskOptions {
  readonly name: string
  readonly blockBytes: number
  /** Called with what happened when the file turns out shorter than it was; may throw, else zeros are read. */
  readonly onShrunk: (what: string) => void
}

/** A raw image as a disk: spans come from the holes of the file, reads go to where the block lies. */
export function imageDisk(file: ImageFile, { name, blockBytes, onShrunk }: ImageDiskOptions): SourceDisk {
  const { handle, path, sizeBytes } = file
  let known: readonly Hole[] | undefined

  return {
    name,
    sizeBytes,
    async *spans({ from = 0, signal } = {}) {
      throwIfAborted(signal, `spans of ${path}`)
      const search = { sizeBytes, blockBytes, ...(signal === undefined ? {} : { signal }) }
      known ??= file.state === undefined ? [] : await findHoles(handle, search)
      for (const span of holeSpans(known, { sizeBytes, blockBytes, from })) {
        throwIfAborted(signal, `spans of ${path}`)
        yield span
      }
    },
    async read(first, count, into, { signal } = {}) {
      const start = first * blockBytes
      const length = count * blockBytes
      if (into.length < length)
        throw new RangeError(`${count} blocks need ${length} bytes, got room for ${into.length}`)
      const end = Math.max(0, Math.min(length, sizeBytes - start))
      let done = 0
      while (done < end) {
        throwIfAborted(signal, `read ${path}`)
        const piece = Math.min(end - done, PIECE_BYTES)
        const { bytesRead } = await handle.read(into, done, piece, start + done).catch((error: unknown) => {
          throw fileError(error, `${path} at byte ${start + done}`)
        })
        if (bytesRead === 0) {
          onShrunk(`it ends at byte ${start + done}, and had ${sizeBytes} bytes when it was opened`)
          break
        }
        done += bytesRead
      }
      throwIfAborted(signal, `read ${path}`)
      into.fill(0, done, length)
    },
  }
}
