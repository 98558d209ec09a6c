import { realpath, stat } from "node:fs/promises"
import { basename, dirname, join, resolve } from "node:path"
import { BIRTH_KEY } from "@bcopy/chain-format"

/** The folder of the repository that a path lies in, which need not exist; `undefined` if it lies in none. */
export async function enclosingRepository(path: string): Promise<string | undefined> {
  for (let folder = dirname(await realPath(path)); ; folder = dirname(folder)) {
    if (await isThere(join(folder, BIRTH_KEY))) return folder
    if (folder === dirname(folder)) return undefined
  }
}

/** The path without symbolic links, as far as it exists. */
export async function realPath(path: string): Promise<string> {
  const full = resolve(path)
  try {
    return await realpath(full)
  } catch {
    const parent = dirname(full)
    return parent === full ? full : join(await realPath(parent), basename(full))
  }
}

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}
