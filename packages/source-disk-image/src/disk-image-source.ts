import { parsePlatform, SourceError, isImageLevel, throwIfAborted } from "@bcopy/source"
import type { OpenOptions, OpenPoint, Source, SourcePoint } from "@bcopy/source"
import { checkDiskName } from "./disk-name.ts"
import { fileError } from "./file-error.ts"
import { HEAD_BYTES, imageHeader, TAIL_BYTES } from "./image-header.ts"
import { imageIdentity, type DiskState } from "./image-identity.ts"
import { imageState, openImage, type ImageFile } from "./image-file.ts"
import { openImagePoint, type NamedImage } from "./open-image-point.ts"

/** A disk to back up: what to call it, and where its raw image or block device is. */
export interface DiskImage {
  /** 1 to 255 bytes of UTF-8 without `/` and control characters, neither `.` nor `..`; each name once. */
  readonly name: string
  readonly path: string
}

/** What {@link diskImageSource} reads. */
export interface DiskImageSourceOptions {
  readonly workload: string
  /** One of the image platforms of `@bcopy/source`; `generic` where nobody knows better. */
  readonly platform: string
  readonly job?: string
  readonly disks: readonly DiskImage[]
  /** Take files that change while they are read, as a point that is no moment (`fuzzy`). */
  readonly allowChanging?: boolean
  /** `raw`: take every file as it is, also one that looks like an image in another format. */
  readonly format?: "raw"
  /** Gives the time of the point: milliseconds since 1970. */
  readonly clock: { now(): number }
}

/** The one point that disk images have. */
const POINT_ID = "now"

/**
 * Disk images as a source of one point, `now`: raw files or block devices, the disks of one workload. Regular files are
 * compared before and after; a block device cannot be, so give it a snapshot.
 * @throws SourceError `Refused` for no disks, a bad or doubled name, a platform that has no images
 */
export function diskImageSource(options: DiskImageSourceOptions): Source {
  const { workload, disks, allowChanging = false, clock } = options
  const platform = parsePlatform(options.platform)
  const name = `disk images of ${workload}`
  checkOptions(options)

  async function pointNow(signal: AbortSignal | undefined): Promise<SourcePoint> {
    throwIfAborted(signal, `list ${name}`)
    const createdAtMs = clock.now()
    const states: DiskState[] = []
    for (const { name: diskName, path } of disks) states.push({ name: diskName, state: await imageState(path) })
    throwIfAborted(signal, `list ${name}`)
    const identity = allowChanging ? undefined : imageIdentity(states, createdAtMs)
    return {
      id: POINT_ID,
      ...(options.job === undefined ? {} : { job: options.job }),
      workload,
      platform,
      createdAtMs,
      complete: true,
      damaged: false,
      hops: 0,
      ...(identity === undefined ? {} : { identity }),
    }
  }

  async function openAll(images: NamedImage[], point: SourcePoint, signal: AbortSignal | undefined): Promise<void> {
    for (const { name: diskName, path } of disks) {
      throwIfAborted(signal, `open ${path}`)
      const file = await openImage(path)
      images.push({ name: diskName, file })
      if (options.format !== "raw") await refuseForeign(file, diskName)
    }
    const states = images.map(({ name: diskName, file }) => ({ name: diskName, state: file.state }))
    if (point.identity !== undefined && point.identity !== imageIdentity(states, Infinity))
      throw new SourceError("Changed", `${name}: a file changed between listing the point and opening it`, {
        hint: "Try again; if it keeps changing read a snapshot, or allow it with --allow-changing.",
      })
  }

  return {
    name,
    async *list({ signal } = {}) {
      yield await pointNow(signal)
    },
    async open(point: SourcePoint, { blockBytes, signal }: OpenOptions): Promise<OpenPoint> {
      throwIfAborted(signal, `open ${name}`)
      if (point.id !== POINT_ID || point.workload !== workload)
        throw new SourceError("NotFound", `${name}: there is no point ${point.id} of ${point.workload}, only "now"`)
      if (!Number.isSafeInteger(blockBytes) || blockBytes <= 0)
        throw new SourceError("Refused", `${name}: cannot be read in blocks of ${blockBytes} bytes`)
      const images: NamedImage[] = []
      try {
        await openAll(images, point, signal)
        return openImagePoint(images, { blockBytes, allowChanging })
      } catch (error) {
        await Promise.all(images.map(({ file }) => file.handle.close()))
        throw error
      }
    },
  }
}

function checkOptions({ workload, platform, disks }: DiskImageSourceOptions): void {
  if (workload === "") throw new SourceError("Refused", "the workload of disk images has no name")
  if (!isImageLevel(parsePlatform(platform)))
    throw new SourceError("Refused", `workload "${workload}": platform ${platform} has no disk images`)
  if (disks.length === 0) throw new SourceError("Refused", `workload "${workload}" has no disks`)
  const seen = new Map<string, string>()
  for (const { name, path } of disks) {
    checkDiskName(name)
    const other = seen.get(name)
    if (other !== undefined)
      throw new SourceError("Refused", `workload "${workload}" has two disks named "${name}": ${other} and ${path}`)
    seen.set(name, path)
  }
}

async function refuseForeign({ handle, path, sizeBytes }: ImageFile, diskName: string): Promise<void> {
  const head = new Uint8Array(Math.min(HEAD_BYTES, sizeBytes))
  const tail = new Uint8Array(Math.min(TAIL_BYTES, sizeBytes))
  try {
    await handle.read(head, 0, head.length, 0)
    await handle.read(tail, 0, tail.length, sizeBytes - tail.length)
  } catch (error) {
    throw fileError(error, path)
  }
  const format = imageHeader(head, tail)
  if (format === undefined) return
  throw new SourceError("Refused", `disk "${diskName}": ${path} is a ${format} file, not the raw image of a disk`, {
    hint: "Convert or unpack it first (qemu-img convert -O raw); or take the file as it is with --format raw.",
  })
}
