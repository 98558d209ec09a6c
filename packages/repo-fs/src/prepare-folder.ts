import { dirname, resolve } from "node:path"
import { fileFailure, systemCode } from "./file-failure.ts"
import type { FileSystem } from "./file-system.ts"
import { nodeFileSystem } from "./node-file-system.ts"
import { TEMPORARY_FOLDER } from "./temporary-file.ts"

/**
 * Makes the folder of a repository, those above it where they are missing, and its `tmp/`, all durable. What is there
 * already stays as it is.
 * @throws StoreError `Denied`, `NoSpace`, `ReadOnly`, `Unavailable`
 */
export async function prepareFolder(path: string, options: { readonly folderMode?: number } = {}): Promise<void> {
  await prepareFolderOn(nodeFileSystem, path, options)
}

/** `prepareFolder` on another file system: the seam for tests. */
export async function prepareFolderOn(
  files: FileSystem,
  path: string,
  { folderMode = 0o700 }: { readonly folderMode?: number } = {},
): Promise<void> {
  const folder = resolve(path)
  try {
    await makeWay(files, folder, folderMode)
    await makeOne(files, `${folder}/${TEMPORARY_FOLDER}`, folderMode)
    await files.syncFolder(folder)
  } catch (error) {
    throw fileFailure(error, `prepare ${folder}`)
  }
}

async function makeWay(files: FileSystem, folder: string, mode: number): Promise<void> {
  const above = dirname(folder)
  if (above === folder) return
  try {
    await makeOne(files, folder, mode)
  } catch (error) {
    if (systemCode(error) !== "ENOENT") throw error
    await makeWay(files, above, mode)
    await makeOne(files, folder, mode)
  }
}

async function makeOne(files: FileSystem, folder: string, mode: number): Promise<void> {
  try {
    await files.makeFolder(folder, mode)
    await files.syncFolder(dirname(folder))
  } catch (error) {
    if (systemCode(error) !== "EEXIST") throw error
  }
}
