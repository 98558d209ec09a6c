import { resolve } from "node:path"
import type { Clock, CreateOptions, ListOptions, ObjectKey, ReadOptions, RepoStore, VersionOptions } from "@bcopy/repo"
import { parseObjectKey, removeOneByOne, StoreError, throwIfAborted } from "@bcopy/repo"
import { systemClock } from "./clock.ts"
import { createObject } from "./create-object.ts"
import { DurableFolders } from "./durable-folders.ts"
import { fileFailure, saysAbsent } from "./file-failure.ts"
import type { FileSystem } from "./file-system.ts"
import { FolderDate } from "./folder-date.ts"
import { listFolder } from "./list-folder.ts"
import { nodeFileSystem } from "./node-file-system.ts"
import { findObject, readObject } from "./read-object.ts"
import { RootFolder } from "./root-folder.ts"
import { TEMPORARY_FOLDER } from "./temporary-file.ts"

export interface FolderStoreOptions {
  /** The repository's folder; made by `prepareFolder`, or there already. May be a link, what lies inside may not. */
  readonly path: string
  /** Used only where the folder cannot be asked for its time, because nothing can be written; the machine's if absent. */
  readonly clock?: Pick<Clock, "now">
  /** Modes of new files and folders, narrowed by the umask; 0o600 and 0o700 if absent. */
  readonly fileMode?: number
  readonly folderMode?: number
}

/**
 * A repository in a folder: an object is a file, its key the path below the folder. Creation is atomic and durable (a
 * synced temporary file, linked to its name; then the folder is synced); "absent" is said only while the folder is the
 * one it was at first. It keeps no versions and locks nothing. Nothing is read or written before the first call.
 */
export function folderStore(options: FolderStoreOptions): RepoStore {
  return folderStoreOn(nodeFileSystem, options)
}

/** `folderStore` on another file system: the seam for tests. */
export function folderStoreOn(files: FileSystem, options: FolderStoreOptions): RepoStore {
  const { clock = systemClock, fileMode = 0o600, folderMode = 0o700 } = options
  const path = resolve(options.path)
  const modes = { file: fileMode, folder: folderMode }
  const root = new RootFolder(path, files)
  const folders = new DurableFolders(root, files, folderMode)
  const date = new FolderDate(files, root, modes, clock)

  return {
    name: path,
    capabilities: { atomicCreate: true, versioned: false, objectLock: false },

    async create(key, bytes, { retainUntilMs, signal }: CreateOptions = {}) {
      const checkpoint = begin("create", key, signal)
      if (retainUntilMs !== undefined) throw unsupported("create", key, "a folder locks nothing")
      const result = await createObject({ files, root, folders, modes, checkpoint }, key, bytes)
      date.learn(result.dateMs)
      return result
    },

    async read(key, { version, range, into, signal }: ReadOptions = {}) {
      const checkpoint = begin("read", key, signal, version)
      const result = await readObject(files, root, key, { ...(range && { range }), ...(into && { into }) })
      checkpoint()
      return result
    },

    async head(key, { version, signal }: VersionOptions = {}) {
      const checkpoint = begin("head", key, signal, version)
      const found = await findObject(files, root, key)
      checkpoint()
      return found && { objectBytes: found.sizeBytes, modifiedAtMs: found.modifiedAtMs }
    },

    async list(prefix, which: ListOptions = {}) {
      const checkpoint = checkpointOf(`list ${path}/${prefix}`, which.signal)
      checkpoint()
      const page = await listFolder({ files, root, checkpoint }, prefix, which)
      return { ...page, dateMs: await date.estimate() }
    },

    listVersions: async (prefix) => {
      throw unsupported("listVersions", prefix, "a folder keeps no versions")
    },

    async remove(key, { version, signal }: VersionOptions = {}) {
      begin("remove", key, signal, version)
      await removeObject(key)
    },

    async removeMany(objects, { signal } = {}) {
      return removeOneByOne(this, objects, { ...(signal && { signal }) })
    },

    extend: async (key) => {
      throw unsupported("extend", key, "a folder locks nothing")
    },

    hold: async (key) => {
      throw unsupported("hold", key, "a folder locks nothing")
    },

    async date({ signal } = {}) {
      checkpointOf(`date ${path}`, signal)()
      return date.measure()
    },

    async instance(anchor, { signal } = {}) {
      begin("instance", anchor, signal)
      const found = await findObject(files, root, anchor)
      if (found === undefined) return undefined
      return found.bornNs > 0n ? `fs:${found.inode}:${found.bornNs}` : `fs:${found.inode}`
    },
  }

  async function removeObject(key: ObjectKey): Promise<void> {
    const what = `remove ${root.at(key)}`
    try {
      // Not synced: an object that a power cut brings back is one that nothing names any more.
      await root.check()
      if ((await findObject(files, root, key)) === undefined) return
      await files.unlink(root.at(key))
    } catch (error) {
      if (!saysAbsent(error)) throw fileFailure(error, what)
      await root.check()
    }
    await folders.removeEmpty(key.slice(0, Math.max(key.lastIndexOf("/"), 0)))
  }

  function begin(method: string, key: string, signal?: AbortSignal, version?: string): () => void {
    parseObjectKey(key)
    if (key === TEMPORARY_FOLDER || key.startsWith(`${TEMPORARY_FOLDER}/`))
      throw new StoreError("BadKey", `${path}: ${key} lies in ${TEMPORARY_FOLDER}/, which is never data`)
    if (version !== undefined) throw unsupported(method, key, "a folder keeps no versions")
    const checkpoint = checkpointOf(`${method} ${path}/${key}`, signal)
    checkpoint()
    return checkpoint
  }

  function unsupported(method: string, key: string, why: string): StoreError {
    return new StoreError("Unsupported", `${method} ${path}/${key}: ${why}`)
  }
}

function checkpointOf(what: string, signal: AbortSignal | undefined): () => void {
  return () => throwIfAborted(signal, what)
}
