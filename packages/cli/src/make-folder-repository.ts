import { readdir } from "node:fs/promises"
import { BIRTH_KEY, layout } from "@bcopy/chain-format"
import {
  createRepository,
  type CreateRepositoryOptions,
  EngineError,
  isEngineError,
  openRepository,
  type Repository,
  type RepositoryMemory,
} from "@bcopy/copy-engine"
import { memoryStore, type RepoStore } from "@bcopy/repo"
import { folderPassport, prepareFolder, requireFit } from "@bcopy/repo-fs"
import type { Call } from "./cli-command.ts"
import { CliError } from "./cli-error.ts"
import { enclosingRepository } from "./enclosing-repository.ts"
import { mayHoldRepository, openStore, parseFolder } from "./open-store.ts"
import { randomFraction } from "./random-fraction.ts"

/** What lies in the folder of a repository, one that is not made to the end among them, or of a fresh file system. */
const OWN_NAMES = ["bcopy.json", "keys", "log", "backups", "tmp", "probe", "lost+found"]

/**
 * Makes a repository in a folder, or in a dry run finds out whether it could be made.
 * @returns the repository; in a dry run one of the same kind in memory
 * @throws CliError `Refused` for a folder that holds other things or lies in a repository; EngineError `RepositoryExists`, `BadArgument`; StoreError
 */
export async function makeFolderRepository(
  text: string,
  options: Pick<CreateRepositoryOptions, "encryption" | "blockBytes" | "packBytes">,
  call: Call,
): Promise<Repository> {
  const { io, seams, signal } = call
  const { yes, dryRun } = call.options
  const path = parseFolder(text)
  // A rehearsal in memory finds what is wrong with the options before a folder is made.
  const trial = await createRepository(memoryStore({ name: path, clock: io.clock }), seams, {
    ...options,
    encryption: "none",
    signal,
  })
  const store = await openStore(text, call)
  if (await mayBeThere(path, yes ?? false))
    await refuseExisting(store, () => openRepository(store, { ...seams, memory: noMemory }, { signal }))
  const around = yes === true ? undefined : await enclosingRepository(path)
  if (around !== undefined)
    throw new CliError("Refused", `${path} lies in another repository, ${around}`, {
      hint: "Choose a place outside of it, or confirm with --yes.",
    })
  if (dryRun === true) return trial
  await prepareFolder(path)
  const passport = await folderPassport(path, { clock: io.clock, random: randomFraction(io) })
  requireFit(passport, path)
  return createRepository(store, seams, { ...options, passport, signal })
}

/** Whether something of a repository may be there. @throws CliError `Refused` if something that is not ours lies in it */
async function mayBeThere(path: string, yes: boolean): Promise<boolean> {
  const names = await readdir(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined
    if (error.code === "ENOTDIR")
      throw new CliError("Refused", `${path} is a file, a repository is a folder`, { cause: error })
    // What cannot be read is left to the store, which says why.
    return [BIRTH_KEY]
  })
  if (names === undefined) return false
  const foreign = names.filter((name) => !OWN_NAMES.includes(name))
  if (foreign.length > 0 && !yes)
    throw new CliError(
      "Refused",
      `${path} is not empty: it holds ${foreign.slice(0, 3).join(", ")}${foreign.length > 3 ? ` and ${foreign.length - 3} more` : ""}`,
      {
        hint: "Choose an empty or a new folder, or confirm with --yes.",
      },
    )
  return mayHoldRepository(names)
}

/** What was remembered of a place says nothing of the repository that is to be made there. */
export const noMemory: RepositoryMemory = { recall: async () => undefined, remember: async () => undefined }

/** @throws EngineError `RepositoryExists` where there is one */
export async function refuseExisting(store: RepoStore, openThere: () => Promise<Repository>): Promise<void> {
  try {
    const { name } = await openThere()
    throw new EngineError("RepositoryExists", `${name} holds a repository already; nothing was changed`)
  } catch (error) {
    if (!isEngineError(error)) throw error
    // Nothing there, or one that was not made to the end or has lost its settings: it is finished, if anything can.
    const { objects } = await store.list(layout.repositorySettings, { limit: 1 })
    if (objects.length === 0) return
    if (error.code !== "WrongKey") throw error
    throw new EngineError(
      "RepositoryExists",
      `${store.name} holds an encrypted repository already; nothing was changed`,
    )
  }
}
