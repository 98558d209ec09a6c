import { mkdir, stat } from "node:fs/promises"
import { dirname } from "node:path"

/**
 * Makes a folder and those above it that are missing. Node's own way never returns where a folder is there in which none
 * can be made (`/proc`): it takes the answer for one above it that is missing, again and again.
 * @throws what the system says of the first one that cannot be made
 */
export async function makeFolders(path: string, { mode }: { readonly mode?: number } = {}): Promise<void> {
  try {
    await mkdir(path, mode)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === "EEXIST" && (await isFolder(path))) return
    const above = dirname(path)
    if (code !== "ENOENT" || above === path || (await isFolder(above))) throw error
    await makeFolders(above, mode === undefined ? {} : { mode })
    await makeFolders(path, mode === undefined ? {} : { mode })
  }
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  )
}
