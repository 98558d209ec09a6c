import { type BigIntStats, constants, type Dirent } from "node:fs"
import { type FileHandle, link, lstat, mkdir, open, opendir, readdir, rmdir, statfs, unlink } from "node:fs/promises"
import type { FileFacts, FileKind, FileSystem, FileToRead, FileToWrite, FolderEntry } from "./file-system.ts"

/** The file system of this machine. */
export const nodeFileSystem: FileSystem = {
  makeFile: async (path, mode) => toWrite(await open(path, "wx", mode)),
  openFile: async (path) => toRead(await open(path, READING)),
  syncFolder,
  link,
  unlink,
  makeFolder: async (path, mode) => {
    await mkdir(path, { mode })
  },
  removeFolder: rmdir,
  facts: async (path) => toFacts(await lstat(path, { bigint: true })),
  readFolder: async (path) => (await readdir(path, { withFileTypes: true })).map(toEntry),
  scanFolder,
  space: async (path) => {
    const { type, bavail, bsize } = await statfs(path)
    return { typeNumber: type, freeBytes: bavail * bsize }
  },
}

/** Windows knows neither flag; there a link or pipe is found out by the facts of what was opened. */
const READING = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0)

async function syncFolder(path: string): Promise<FileFacts> {
  // Windows has no way to sync a folder: NTFS journals its names by itself.
  if (process.platform === "win32") return toFacts(await lstat(path, { bigint: true }))
  const handle = await open(path, "r")
  try {
    await handle.sync()
    return await factsOf(handle)
  } finally {
    await handle.close()
  }
}

async function* scanFolder(path: string): AsyncIterable<FolderEntry> {
  for await (const entry of await opendir(path)) yield toEntry(entry)
}

function toWrite(handle: FileHandle): FileToWrite {
  return {
    write: async (bytes) => {
      for (let done = 0; done < bytes.length;) {
        done += (await handle.write(bytes, done, bytes.length - done)).bytesWritten
      }
    },
    sync: () => handle.sync(),
    facts: () => factsOf(handle),
    close: () => handle.close(),
  }
}

function toRead(handle: FileHandle): FileToRead {
  return {
    facts: () => factsOf(handle),
    close: () => handle.close(),
    read: async (offset, lengthBytes, into) => {
      const fits = into !== undefined && into.length >= lengthBytes
      const bytes = fits ? into.subarray(0, lengthBytes) : new Uint8Array(lengthBytes)
      let done = 0
      while (done < lengthBytes) {
        const { bytesRead } = await handle.read(bytes, done, lengthBytes - done, offset + done)
        if (bytesRead === 0) break
        done += bytesRead
      }
      return done === lengthBytes ? bytes : bytes.subarray(0, done)
    },
  }
}

async function factsOf(handle: FileHandle): Promise<FileFacts> {
  return toFacts(await handle.stat({ bigint: true }))
}

function toFacts(stats: BigIntStats): FileFacts {
  return {
    kind: kindOf(stats),
    sizeBytes: Number(stats.size),
    modifiedAtMs: Number(stats.mtimeMs),
    names: Number(stats.nlink),
    device: stats.dev,
    inode: stats.ino,
    bornNs: stats.birthtimeNs,
  }
}

function toEntry(entry: Dirent): FolderEntry {
  return { name: entry.name, kind: kindOf(entry) }
}

function kindOf(found: BigIntStats | Dirent): FileKind {
  if (found.isFile()) return "file"
  if (found.isDirectory()) return "folder"
  return found.isSymbolicLink() ? "link" : "other"
}
