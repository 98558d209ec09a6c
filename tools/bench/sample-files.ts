import { accessSync, constants, type Dirent, readdirSync, statSync } from "node:fs"
import { join } from "node:path"

/** Where real files of every kind lie on the machines that have the tools for file systems: texts, programs, libraries. */
const folders = ["/usr/share", "/usr/bin", "/usr/lib", "/usr/local", "/opt"]
const MAX_FILE_BYTES = 200 << 20

/** Files of this machine with so many bytes together, folder by folder in the order of their names. */
export function sampleFiles(bytes: number): string[] {
  const chosen: string[] = []
  let left = bytes
  for (const folder of folders)
    for (const path of [...regularFiles(folder)].toSorted()) {
      const size = readableBytes(path)
      if (size === undefined || size > MAX_FILE_BYTES || size > bytes / 8 || size > left) continue
      chosen.push(path)
      // Files take whole blocks, and a little for their names.
      left -= Math.ceil(size / 4096) * 4096 + 512
      if (left < bytes / 100) return chosen
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
