import { type FileHandle, lstat, open, readFile, stat } from "node:fs/promises"
import { basename } from "node:path"
import { areZeros, DIGEST_BYTES, equalBytes, type Sha256 } from "@bcopy/chain-format"
import { openDirectFile } from "./direct-file.ts"
import { EngineError, isEngineError } from "./engine-error.ts"
import { createPartialFile } from "./partial-file.ts"

/** What lies in the system's cache is given to the disk in pieces: of large ones the writing in between would have to wait. */
const SYNC_EVERY_BYTES = 32 << 20

/** What is shorter waits in the system's cache for what follows it, so that a disk which has to turn gets it as one. */
const MIN_DIRECT_BYTES = 512 << 10

/** A raw image being written. */
export interface RawTarget {
  readonly writtenBytes: number
  readonly sameBytes: number
  /** Makes a run of blocks zeros. */
  zero(first: number, count: number): Promise<void>
  /** Which of the blocks from `first` on, given by their ids, are not there yet: offsets from `first`. */
  differing(first: number, ids: Uint8Array): Promise<readonly number[]>
  /** Writes a run of blocks. */
  write(first: number, count: number, bytes: Uint8Array): Promise<void>
  /** Makes it durable; a new file gets its name only now. */
  finish(): Promise<void>
  /** Lets go of it; a new file that is not finished is deleted. */
  abandon(): Promise<void>
}

/**
 * Whether the output may be written.
 * @throws EngineError `OutputExists`, `Refused` (a block device without `yes`, or too small; a folder), `OutputFailed`
 */
export async function outputExists(
  path: string,
  { overwrite, yes, sizeBytes }: { readonly overwrite: boolean; readonly yes: boolean; readonly sizeBytes: number },
): Promise<void> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined
    throw new EngineError("OutputFailed", `${path}: ${error.message}`, { cause: error })
  })
  if (found === undefined) {
    const isLink = await lstat(path).then(
      () => true,
      () => false,
    )
    if (isLink) throw new EngineError("OutputExists", `${path} is a link to what is not there`)
    return
  }
  if (found.isBlockDevice()) {
    if (!yes || !overwrite)
      throw new EngineError("Refused", `${path} is a block device`, {
        hint: "Writing to it needs --overwrite and --yes.",
      })
    const device = await deviceBytes(path)
    if (device !== undefined && device < sizeBytes)
      throw new EngineError("Refused", `${path} has ${device} bytes, the disk has ${sizeBytes}`)
    return
  }
  if (!found.isFile()) throw new EngineError("OutputExists", `${path} exists and is not a file`)
  if (!overwrite)
    throw new EngineError("OutputExists", `${path} exists already`, {
      hint: "Use --overwrite to write only what differs into it.",
    })
}

export interface RawTargetOptions {
  readonly sizeBytes: number
  readonly blockBytes: number
  readonly sha256: Sha256
  /** Whether a file or block device that is there may be written to: one that came meanwhile is not, either. */
  readonly overwrite?: boolean
}

/** Opens a raw file or block device for writing. @throws EngineError `OutputFailed`; `finish` `OutputExists`, too */
export async function openRawTarget(
  path: string,
  { sizeBytes, blockBytes, sha256, overwrite = false }: RawTargetOptions,
): Promise<RawTarget> {
  const attempt = <Value>(work: Promise<Value>) =>
    work.catch((error: Error) => {
      if (isEngineError(error)) throw error
      throw new EngineError("OutputFailed", `cannot write ${path}: ${error.message}`, { cause: error })
    })
  const openExisting = async () =>
    open(path, "r+").catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return undefined
      throw new EngineError("OutputFailed", `cannot write ${path}: ${error.message}`, { cause: error })
    })
  const existing = overwrite ? await openExisting() : undefined
  const partial = existing === undefined ? await attempt(createPartialFile(path)) : undefined
  const fresh = partial !== undefined
  const handle: FileHandle = partial?.handle ?? (existing as FileHandle)
  const isFile = (await attempt(handle.stat())).isFile()
  if (isFile && fresh) await attempt(handle.truncate(sizeBytes))
  const oldBytes = isFile && !fresh ? (await attempt(handle.stat())).size : sizeBytes
  if (isFile && !fresh) await attempt(handle.truncate(sizeBytes))
  const direct = await openDirectFile(partial?.path ?? path)
  let writtenBytes = 0
  let sameBytes = 0
  let cachedBytes = 0
  let writing: Promise<unknown> = Promise.resolve()
  let syncing: Promise<unknown> | undefined
  let syncFailure: { readonly error: unknown } | undefined
  const zeroBlock = new Uint8Array(blockBytes)
  const lengthOf = (block: number) => Math.max(0, Math.min(blockBytes, sizeBytes - block * blockBytes))

  async function readBlocks(first: number, count: number): Promise<Uint8Array> {
    const bytes = new Uint8Array(count * blockBytes)
    const end = Math.min((first + count) * blockBytes, sizeBytes) - first * blockBytes
    for (let at = 0; at < end;) {
      const { bytesRead } = await attempt(handle.read(bytes, at, end - at, first * blockBytes + at))
      if (bytesRead === 0) break
      at += bytesRead
    }
    return bytes
  }

  /** One after the other: of writers to one file all but one would only burn time, waiting for its lock. */
  function writeAll(bytes: Uint8Array, position: number): Promise<void> {
    const mine = writing.then(() => writeNow(bytes, position))
    writing = mine.catch(() => undefined)
    return mine
  }

  async function writeNow(bytes: Uint8Array, position: number): Promise<void> {
    const past = bytes.length < MIN_DIRECT_BYTES ? 0 : await attempt(direct.write(bytes, position))
    for (let at = past; at < bytes.length;) {
      const { bytesWritten } = await attempt(handle.write(bytes, at, bytes.length - at, position + at))
      at += bytesWritten
    }
    writtenBytes += bytes.length
    cachedBytes += bytes.length - past
    if (syncing !== undefined || cachedBytes < SYNC_EVERY_BYTES) return
    cachedBytes = 0
    syncing = attempt(handle.datasync())
      // A system tells of a failed write once: it must not be told here alone.
      .catch((error: unknown) => (syncFailure = { error }))
      .finally(() => (syncing = undefined))
  }

  const target: RawTarget = {
    get writtenBytes() {
      return writtenBytes
    },
    get sameBytes() {
      return sameBytes
    },
    async zero(first, count) {
      if (fresh) return
      const stretch = Math.max(1, Math.floor((4 << 20) / blockBytes))
      for (let block = first; block < first + count; block += stretch) {
        // What lay behind the end of the old file reads as zeros already.
        if (block * blockBytes >= oldBytes && isFile) return
        const many = Math.min(stretch, first + count - block)
        for (const at of await target.differing(block, new Uint8Array(many * DIGEST_BYTES)))
          await target.write(block + at, 1, zeroBlock)
      }
    },
    async differing(first, ids) {
      const count = ids.length / DIGEST_BYTES
      const all = Array.from({ length: count }, (_, at) => at)
      const idOf = (at: number) => ids.subarray(at * DIGEST_BYTES, (at + 1) * DIGEST_BYTES)
      if (fresh) return all.filter((at) => idOf(at).some((byte) => byte !== 0))
      const there = await readBlocks(first, count)
      return all.filter((at) => {
        const block = there.subarray(at * blockBytes, (at + 1) * blockBytes)
        const zero = Buffer.compare(block, zeroBlock) === 0
        const same = zero ? areZeros(idOf(at)) : equalBytes(sha256(block), idOf(at))
        if (same) sameBytes += lengthOf(first + at)
        return !same
      })
    },
    async write(first, count, bytes) {
      const position = first * blockBytes
      await writeAll(bytes.subarray(0, Math.min(count * blockBytes, sizeBytes - position)), position)
    },
    async finish() {
      await syncing
      if (syncFailure !== undefined) throw syncFailure.error
      await attempt(direct.close())
      await attempt(handle.sync())
      await attempt(handle.close())
      if (partial !== undefined) await attempt(partial.takeName())
    },
    async abandon() {
      await syncing
      await direct.close().catch(() => undefined)
      await handle.close().catch(() => undefined)
      await partial?.remove().catch(() => undefined)
    },
  }
  return target
}

/** Size of a block device as Linux tells it; `undefined` where nothing tells. */
async function deviceBytes(path: string): Promise<number | undefined> {
  const sectors = await readFile(`/sys/class/block/${basename(path)}/size`, "utf8").catch(() => undefined)
  return sectors === undefined ? undefined : Number(sectors) * 512
}
