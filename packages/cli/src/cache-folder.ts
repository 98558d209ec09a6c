import { mkdirSync, statSync } from "node:fs"
import { homedir } from "node:os"
import { join, resolve } from "node:path"

/** What tells where a cache may lie. */
export type CacheSurroundings = Pick<NodeJS.Process, "env" | "platform">

/**
 * A folder for what only saves time, in `BCOPY_CACHE_DIR` or in `bcopy` where the system keeps caches. It belongs to this
 * user alone: `undefined` where it cannot be made, or others may write to it, or put another one in its place.
 */
export function cacheFolder(name: string, { env, platform }: CacheSurroundings): string | undefined {
  try {
    const given = env["BCOPY_CACHE_DIR"]
    const caches = given ? resolve(given) : systemCaches(env, platform)
    const own = given ? caches : join(caches, "bcopy")
    const folder = join(own, name)
    // One by one: of folders in which none can be made Node's own way of making several never returns.
    for (const one of [caches, own, folder]) makeFolder(one)
    return isOurs(caches, 0o002) && isOurs(own, 0o022) && isOurs(folder, 0o022) ? folder : undefined
  } catch {
    return undefined
  }
}

function makeFolder(path: string): void {
  try {
    mkdirSync(path, 0o700)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error
  }
}

function systemCaches(env: NodeJS.ProcessEnv, platform: NodeJS.Platform): string {
  const set = platform === "win32" ? env["LOCALAPPDATA"] : env["XDG_CACHE_HOME"]
  if (set) return set
  const home = env["HOME"] || homedir()
  return platform === "darwin" ? join(home, "Library", "Caches") : join(home, ".cache")
}

function isOurs(folder: string, others: number): boolean {
  const { getuid } = process
  if (getuid === undefined) return true
  const { uid, mode } = statSync(folder)
  return uid === getuid() && (mode & others) === 0
}
