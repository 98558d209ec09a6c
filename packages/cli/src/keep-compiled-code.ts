import { mkdirSync, statSync } from "node:fs"
import { enableCompileCache } from "node:module"
import { homedir } from "node:os"
import { join } from "node:path"

/**
 * Has Node keep what it compiles, in a folder that belongs to this user alone, `bcopy/compiled` where the system keeps
 * caches: the next start takes two thirds of the time. Where there can be no such folder, nothing is kept. What `NODE_COMPILE_CACHE`
 * and `NODE_DISABLE_COMPILE_CACHE` say goes first.
 */
export function keepCompiledCode({ env, platform }: Pick<NodeJS.Process, "env" | "platform">): void {
  if (env["NODE_COMPILE_CACHE"] || env["NODE_DISABLE_COMPILE_CACHE"]) return
  try {
    const folder = join(cacheFolder(env, platform), "bcopy", "compiled")
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    if (isOurs(folder)) enableCompileCache(folder)
  } catch {
    // It only saves time.
  }
}

function cacheFolder(env: NodeJS.ProcessEnv, platform: NodeJS.Platform): string {
  const set = platform === "win32" ? env["LOCALAPPDATA"] : env["XDG_CACHE_HOME"]
  if (set) return set
  const home = env["HOME"] || homedir()
  return platform === "darwin" ? join(home, "Library", "Caches") : join(home, ".cache")
}

/** What lies there is run: nobody else may be able to write to it. */
function isOurs(folder: string): boolean {
  const { getuid } = process
  if (getuid === undefined) return true
  const { uid, mode } = statSync(folder)
  return uid === getuid() && (mode & 0o022) === 0
}
