import { createHash } from "node:crypto"
import { accessSync, constants, type Dirent, readdirSync, statSync } from "node:fs"
import { join } from "node:path"

/** Where real files of every kind lie on the machines that have the tools for file systems. */
const folders = ["/usr/bin", "/usr/lib", "/usr/share", "/usr/local", "/opt"]

/**
 * Files of this machine with so many bytes together: a mixture that depends on nothing but their names and sizes, with
 * no file large enough to be most of it.
 */
export function sampleFiles(bytes: number): string[] {
  const ranked = folders
    .flatMap((folder) => [...regularFiles(folder)])
    .map((path) => ({ path, rank: createHash("sha256").update(path).digest("hex") }))
    .sort((a, b) => (a.rank < b.rank ? -1 : 1))
  const chosen: string[] = []
  let left = bytes
  for (const { path } of ranked) {
    const size = readableBytes(path)
    if (size === undefined || size > bytes / 8 || size > left) continue
    chosen.push(path)
    // Files take whole blocks, and a little for their names.
    left -= Math.ceil(size / 4096) * 4096 + 512
    if (left < bytes / 100) break
  }
  return chosen
}

function* regularFiles(folder: string): Iterable<string> {
  let entries: Dirent[]
  try {
    entries = readdirSync(folder, { withFileTypes: true })
  } catch {
    return
  }
  for (const entry of entries) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) yield* regularFiles(path)
    // Names that a script of debugfs could misread are left out.
    else if (entry.isFile() && /^[\w@%+=:,./ -]+$/.test(path)) yield path
  }
}

function readableBytes(path: string): number | undefined {
  try {
    accessSync(path, constants.R_OK)
    return statSync(path).size
  } catch {
    return undefined
  }
}
