import { readdir, stat } from "node:fs/promises"
import { BIRTH_KEY, layout } from "@bcopy/chain-format"
import { EngineError, isEngineError } from "@bcopy/copy-engine"
import { type RepoStore, withRetry } from "@bcopy/repo"
import { folderStore } from "@bcopy/repo-fs"
import { CliError } from "./cli-error.ts"
import type { Io } from "./io.ts"

const ATTEMPTS = 4
const BASE_DELAY_MS = 100

/** The folder that a REPO text names. @throws CliError `Usage` for what names no folder */
export function parseFolder(text: string): string {
  if (text === "")
    throw new CliError("Usage", "the repository has an empty name", { hint: "Give the path of a folder." })
  const [, scheme] = /^([a-z][a-z0-9+.-]+):\/\//i.exec(text) ?? []
  if (scheme?.toLowerCase() === "s3")
    throw new CliError("Usage", `${text}: repositories in S3 buckets are not yet supported`, {
      hint: "Use a folder for now.",
    })
  if (scheme !== undefined)
    throw new CliError("Usage", `${text}: ${scheme}:// names no repository`, { hint: "Give the path of a folder." })
  return text
}

/** The store of the repository that a REPO text names; requests that may pass are made again. */
export function openStore(text: string, { clock, random }: Pick<Io, "clock" | "random">): RepoStore {
  return withRetry(folderStore({ path: parseFolder(text), clock }), {
    attempts: ATTEMPTS,
    baseDelayMs: BASE_DELAY_MS,
    clock,
    random: () => (random(1)[0] ?? 0) / 256,
  })
}

/** Whether a folder with these names in it may hold a repository, a damaged or half-made one among them. */
export function mayHoldRepository(names: readonly string[]): boolean {
  const own = [BIRTH_KEY, layout.repositorySettings, layout.backups].map((key) => key.replace("/", ""))
  return own.some((name) => names.includes(name))
}

/**
 * Keeps the store away from folders that hold no repository: it would try out what they can do.
 * @throws EngineError `NoRepository` if there is no folder of that name, or nothing of a repository in it
 */
export async function requireFolder(text: string): Promise<void> {
  const path = parseFolder(text)
  const none = (what: string) =>
    new EngineError("NoRepository", what, { hint: "Check the path, or make a repository with `bcopy init`." })
  try {
    if (!(await stat(path)).isDirectory()) throw none(`${path} is not a folder`)
    if (!mayHoldRepository(await readdir(path))) throw none(`${path} holds no bcopy repository`)
  } catch (error) {
    if (isEngineError(error)) throw error
    const { code } = error as NodeJS.ErrnoException
    if (code === "ENOENT" || code === "ENOTDIR") throw none(`there is no folder ${path}`)
    // What cannot be told is left to the store, which says why.
  }
}
