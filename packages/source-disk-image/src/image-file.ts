import { constants, type BigIntStats } from "node:fs"
import { open, stat, type FileHandle } from "node:fs/promises"
import { SourceError } from "@bcopy/source"
import { deviceSize } from "./device-size.ts"
import { fileError } from "./file-error.ts"
import { fileState, type FileState } from "./file-state.ts"

/** An image that has been opened for reading. */
export interface ImageFile {
  /** The path as it was given, for messages. */
  readonly path: string
  readonly handle: FileHandle
  /** Size when it was opened: the size of the disk, whatever becomes of the file. */
  readonly sizeBytes: number
  /** State when it was opened; `undefined` for a block device. */
  readonly state: FileState | undefined
}

/**
 * State of the image at `path` without opening it; `undefined` for a block device.
 * @throws SourceError `NotFound`, `Unreadable`, `Refused`
 */
export async function imageState(path: string): Promise<FileState | undefined> {
  const stats = await stat(path, { bigint: true }).catch((error: unknown) => {
    throw fileError(error, path)
  })
  requireImage(stats, path)
  return stats.isFile() ? fileState(stats) : undefined
}

/**
 * Opens an image for reading.
 * @throws SourceError `NotFound`, `Unreadable`, `Refused`
 */
export async function openImage(path: string): Promise<ImageFile> {
  // Asked first, since opening a device of another kind may do things (rewind a tape).
  await imageState(path)
  // Should a pipe have taken its place meanwhile, this does not wait for its writer.
  const flags = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)
  const handle = await open(path, flags).catch((error: unknown) => {
    throw fileError(error, path)
  })
  try {
    const stats = await handle.stat({ bigint: true })
    requireImage(stats, path)
    const isFile = stats.isFile()
    const sizeBytes = isFile ? Number(stats.size) : await deviceSize(handle, stats.rdev)
    return { path, handle, sizeBytes, state: isFile ? fileState(stats) : undefined }
  } catch (error) {
    await handle.close()
    throw error instanceof SourceError ? error : fileError(error, path)
  }
}

function requireImage(stats: BigIntStats, path: string): void {
  if (!stats.isFile() && !stats.isBlockDevice())
    throw new SourceError("Refused", `${path} is ${kindOf(stats)}, neither a file nor a block device`)
  if (stats.size > BigInt(Number.MAX_SAFE_INTEGER))
    throw new SourceError("Refused", `${path} has ${stats.size} bytes, at most ${Number.MAX_SAFE_INTEGER} are allowed`)
}

function kindOf(stats: BigIntStats): string {
  if (stats.isDirectory()) return "a folder"
  if (stats.isFIFO()) return "a pipe"
  if (stats.isSocket()) return "a socket"
  return stats.isCharacterDevice() ? "a character device" : "something else"
}
