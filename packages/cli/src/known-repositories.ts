import { createHash, randomUUID } from "node:crypto"
import { readFile, rename, rm, stat, writeFile } from "node:fs/promises"
import { homedir } from "node:os"
import { join, resolve } from "node:path"
import { makeFolders, type RememberedRepository, type RepositoryMemory } from "@bcopy/copy-engine"
import { CliError } from "./cli-error.ts"
import type { Io } from "./io.ts"
import { isBucketAddress } from "./is-bucket-address.ts"

/** What is remembered of repositories, in a folder that can also forget. */
export interface KnownRepositories extends RepositoryMemory {
  /** Gives whether anything was known. */
  forget(name: string): Promise<boolean>
  /** Whether anything is, be it readable or not. */
  knows(name: string): Promise<boolean>
}

/**
 * A file for each repository, in the configuration folder: `known/<digest of its name>.json`. Who has no home has none:
 * nothing is known then, and nothing can be remembered.
 */
export function knownRepositories(io: Pick<Io, "env">, systemHome: () => string = homedir): KnownRepositories {
  const config = configFolder(io, systemHome)
  if (config === undefined) return nothingKnown
  const folder = join(config, "known")
  const fileOf = (name: string) => {
    const place = isBucketAddress(name) ? name : resolve(name)
    return { place, path: join(folder, `${createHash("sha256").update(place).digest("hex").slice(0, 32)}.json`) }
  }
  return {
    async recall(name) {
      const { path } = fileOf(name)
      const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
        if (error.code === "ENOENT" || error.code === "ENOTDIR") return undefined
        throw unreadable(path, error)
      })
      return text === undefined ? undefined : parse(path, text)
    },
    async remember(name, repository) {
      // A repository in the clear has no key that could be exchanged behind anybody's back.
      if (!repository.encrypted) return
      const { place, path } = fileOf(name)
      const text = `${JSON.stringify({ name: place, ...repository }, undefined, 2)}\n`
      if ((await readFile(path, "utf8").catch(() => undefined)) === text) return
      await makeFolders(folder, { mode: 0o700 })
      const temporary = `${path}.${randomUUID()}`
      await writeFile(temporary, text, { mode: 0o600, flush: true })
      await rename(temporary, path)
    },
    async knows(name) {
      const { path } = fileOf(name)
      return stat(path).then(
        () => true,
        () => false,
      )
    },
    async forget(name) {
      const { path } = fileOf(name)
      try {
        await rm(path)
        return true
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === "ENOENT") return false
        throw error
      }
    },
  }
}

const nothingKnown: KnownRepositories = {
  recall: async () => undefined,
  knows: async () => false,
  forget: async () => false,
  async remember(_, { encrypted }) {
    if (encrypted) throw new Error("this user has no home folder; set HOME or BCOPY_CONFIG_DIR")
  },
}

/** `BCOPY_CONFIG_DIR`, or `bcopy` where the system keeps configuration; `undefined` for who has no home. */
function configFolder({ env }: Pick<Io, "env">, systemHome: () => string): string | undefined {
  const set = (name: string) => env[name] || undefined
  const own = set("BCOPY_CONFIG_DIR")
  if (own !== undefined) return resolve(own)
  const system = process.platform === "win32" ? set("APPDATA") : set("XDG_CONFIG_HOME")
  if (system !== undefined) return join(system, "bcopy")
  try {
    return join(set("HOME") ?? systemHome(), ".config", "bcopy")
  } catch {
    // One without an entry in the system's list of users.
    return undefined
  }
}

function parse(path: string, text: string): RememberedRepository {
  try {
    const { repository, encrypted, roots, heads } = JSON.parse(text) as RememberedRepository
    if (
      typeof repository === "string" &&
      typeof encrypted === "boolean" &&
      Array.isArray(roots) &&
      typeof heads === "object"
    )
      return { repository, encrypted, roots, heads }
  } catch (error) {
    throw unreadable(path, error as Error)
  }
  throw unreadable(path, new Error("it is not as it was written"))
}

/** What was remembered is not known to be nothing: to go on would be to forget. */
function unreadable(path: string, cause: Error): CliError {
  return new CliError("Refused", `${path}: what is remembered of the repository cannot be read: ${cause.message}`, {
    cause,
    hint: "Mend or remove the file.",
  })
}
