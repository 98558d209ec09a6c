import { MAX_KEY_BYTES, StoreError } from "@bcopy/repo"
import { notRegular } from "./create-object.ts"
import { fileFailure, saysAbsent } from "./file-failure.ts"
import type { FileSystem, FolderEntry } from "./file-system.ts"
import type { RootFolder } from "./root-folder.ts"
import { TEMPORARY_FOLDER } from "./temporary-file.ts"

export interface Walk {
  readonly files: FileSystem
  readonly root: RootFolder
  /** Only what begins with this. */
  readonly prefix: string
  /** Only what is greater than this. */
  readonly after: string
  /** Name folders below the prefix instead of walking into them. */
  readonly folders: boolean
  /** Throws when the caller does not want to know any more. */
  readonly checkpoint: () => void
}

/**
 * The keys under a prefix in ascending order of their bytes, one folder read at a time; with `folders` those folders
 * that hold an object too, ending in `/`. Names that cannot be part of a key are passed over.
 */
export async function* walkFolder(walk: Walk): AsyncGenerator<string> {
  yield* walkInside(walk, walk.prefix.slice(0, walk.prefix.lastIndexOf("/") + 1))
}

/** `folder` is empty or ends in `/`. */
async function* walkInside(walk: Walk, folder: string): AsyncGenerator<string> {
  walk.checkpoint()
  if (folder !== "" && !folder.slice(0, -1).split("/").every(isName)) return
  const entries = (await readFolder(walk, folder))
    .filter(({ name }) => isName(name) && folder + name !== TEMPORARY_FOLDER)
    // A folder sorts as what its keys begin with: "a.b" comes before "a/b" although "a" comes before "a.b".
    .map(({ name, kind }) => ({ kind, text: folder + name + (kind === "folder" ? "/" : "") }))
    .filter(({ text }) => text.startsWith(walk.prefix) && text.length <= MAX_KEY_BYTES)
    .filter(({ text, kind }) => text > walk.after || (kind === "folder" && walk.after.startsWith(text)))
    .toSorted((a, b) => (a.text < b.text ? -1 : 1))
  for (const { text, kind } of entries) {
    if (kind === "file") yield text
    else if (kind !== "folder") throw notRegular(`list ${walk.root.at(text)}`, { kind })
    else if (!walk.folders) yield* walkInside(walk, text)
    else if (text > walk.after && (await holdsObject(walk, text))) yield text
  }
}

async function readFolder({ files, root }: Walk, folder: string): Promise<FolderEntry[]> {
  try {
    return await files.readFolder(root.at(folder))
  } catch (error) {
    if (!saysAbsent(error)) throw fileFailure(error, `list ${root.at(folder)}`)
    return []
  }
}

/** Folders are left behind empty by crashes and by deletions; only one with an object in it exists. */
async function holdsObject(walk: Walk, folder: string): Promise<boolean> {
  const { files, root, checkpoint } = walk
  checkpoint()
  const inner: string[] = []
  try {
    for await (const { name, kind } of files.scanFolder(root.at(folder))) {
      if (!isName(name)) continue
      if (kind === "file") return true
      if (kind !== "folder") throw notRegular(`list ${root.at(folder + name)}`, { kind })
      inner.push(`${folder}${name}/`)
    }
  } catch (error) {
    if (!saysAbsent(error)) throw error instanceof StoreError ? error : fileFailure(error, `list ${root.at(folder)}`)
  }
  for (const each of inner) if (await holdsObject(walk, each)) return true
  return false
}

/** Whether a name can be a part of a key. */
function isName(name: string): boolean {
  return /^[a-z0-9.-]+$/.test(name) && name !== "." && name !== ".."
}
