import { StoreError } from "@bcopy/repo"
import type { DurableFolders } from "./durable-folders.ts"
import { fileFailure, saysAbsent, systemCode, unknownOutcome } from "./file-failure.ts"
import type { FileFacts, FileSystem } from "./file-system.ts"
import type { RootFolder } from "./root-folder.ts"
import { removeTemporary, type TemporaryFile, writeTemporary } from "./temporary-file.ts"

export interface ObjectCreation {
  readonly files: FileSystem
  readonly root: RootFolder
  readonly folders: DurableFolders
  readonly modes: { file: number; folder: number }
  /** Throws when the caller does not want the object any more. */
  readonly checkpoint: () => void
}

/** How often the way to a key is made again when somebody clears empty folders at the same time. */
const LINK_ATTEMPTS = 10

/**
 * Makes an object, or finds one there: its bytes are written and synced under a temporary name, then linked to the key
 * (which fails if anything is there), then the folder is synced. So a reader sees nothing or all of it, whenever
 * the machine stops. Never renames: that would overwrite.
 */
export async function createObject(
  creation: ObjectCreation,
  key: string,
  bytes: Uint8Array,
): Promise<{ created: boolean; dateMs: number }> {
  const { files, root, folders, modes, checkpoint } = creation
  const what = `create ${root.at(key)}`
  const folder = key.slice(0, Math.max(key.lastIndexOf("/"), 0))
  let temporary: TemporaryFile
  try {
    await root.check()
    checkpoint()
    temporary = await writeTemporary(files, root, modes, bytes)
  } catch (error) {
    throw fileFailure(error, what)
  }
  let created: boolean
  try {
    checkpoint()
    created = await linkTo(creation, temporary, key, folder, what)
  } finally {
    await removeTemporary(files, temporary.path)
  }
  try {
    // Also for an object that was there: whoever made it may have died before this.
    await folders.sync(folder)
  } catch (error) {
    throw unknownOutcome(error, what)
  }
  return { created, dateMs: temporary.facts.modifiedAtMs }
}

async function linkTo(
  { files, root, folders }: ObjectCreation,
  temporary: TemporaryFile,
  key: string,
  folder: string,
  what: string,
): Promise<boolean> {
  for (let attempt = 1; ; attempt++) {
    try {
      await files.link(temporary.path, root.at(key))
      return true
    } catch (error) {
      const there = await factsOrAbsent(files, root.at(key), what)
      if (await isOurs(files, temporary, there)) return true
      const code = systemCode(error)
      if (code === "EEXIST" && there?.kind === "file") return false
      if (code === "EEXIST" && there?.kind === "folder")
        throw new StoreError("Unsupported", `${what}: a folder of that name is there`, { cause: error })
      if (code === "EEXIST" && there !== undefined) throw notRegular(what, there, error)
      if (code === "ENOTDIR")
        throw new StoreError("Unsupported", `${what}: a part of its path is an object`, { cause: error })
      if ((code !== "ENOENT" && code !== "EEXIST") || attempt >= LINK_ATTEMPTS) throw fileFailure(error, what)
      if (code === "ENOENT") await makeWay(error)
    }
  }

  async function makeWay(cause: unknown): Promise<void> {
    try {
      await root.check()
      if (folder === "") throw cause
      await folders.make(folder)
    } catch (error) {
      if (systemCode(error) === "ENOTDIR")
        throw new StoreError("Unsupported", `${what}: a part of its path is an object`, { cause: error })
      throw fileFailure(error, what)
    }
  }
}

/** On NFS a link may be made and its answer lost: then our file has the key's name although we were told it failed. */
async function isOurs(files: FileSystem, temporary: TemporaryFile, there: FileFacts | undefined): Promise<boolean> {
  const { device, inode } = temporary.facts
  if (there?.device === device && there.inode === inode) return true
  const now = await files.facts(temporary.path).catch(() => undefined)
  return now !== undefined && now.inode === inode && now.names > 1
}

/** What has this name; `undefined` if nothing does. */
async function factsOrAbsent(files: FileSystem, path: string, what: string): Promise<FileFacts | undefined> {
  try {
    return await files.facts(path)
  } catch (error) {
    if (saysAbsent(error)) return undefined
    throw unknownOutcome(error, what)
  }
}

/** The refusal of links, pipes and devices where an object should be. */
export function notRegular(what: string, { kind }: Pick<FileFacts, "kind">, cause?: unknown): StoreError {
  const is = kind === "link" ? "a symbolic link" : kind === "folder" ? "a folder" : "a special file"
  return new StoreError("Unavailable", `${what}: ${is} is there, not an object`, {
    hint: "a repository holds plain files and folders only; find out who put it there, and remove it",
    ...(cause !== undefined && { cause }),
  })
}
