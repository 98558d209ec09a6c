import { execFile, execFileSync } from "node:child_process"
import {
  closeSync,
  existsSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from "node:fs"
import { join } from "node:path"
import { promisify } from "node:util"
import { changeDisk, type DiskChange } from "./changed-disk.ts"
import type { PruneContender } from "./prune-contenders.ts"

const run = promisify(execFile)

/** A chain of points of one disk, taken by every contender. */
export interface PruneChainOptions {
  readonly points: number
  readonly change: DiskChange
  /** What the disk is at first; so many bytes of zeros without it. */
  readonly image?: string
  readonly sizeBytes: number
  readonly encrypted: boolean
}

/** Where a chain is worked on: at all times under the same path, since programs know repositories and disks by it. */
export const workFolder = (folder: string) => join(folder, "work")

/**
 * Has every contender take all points into its repository, and gives the folder in which they lie then. One that was cut
 * short is gone on with; one that is there is taken as it is.
 */
export async function pruneChain(
  folder: string,
  options: PruneChainOptions,
  contenders: readonly PruneContender[],
): Promise<string> {
  const made = join(folder, "chain")
  const work = workFolder(folder)
  const disk = join(work, "disk.raw")
  const record = join(work, "points.json")
  const what = { ...options, contenders: contenders.map(({ name }) => name) }
  if (existsSync(made)) {
    requireSame(join(made, "points.json"), what)
    return made
  }
  let done = existsSync(record) ? requireSame(record, what) : 0
  if (done === 0) {
    mkdirSync(work, { recursive: true })
    makeDisk(disk, options)
    for (const { begin, options: at } of contenders) await runIn(begin, at)
  }
  while (done < options.points) {
    if (done > 0 || options.image === undefined) changeDisk(disk, done, options.change)
    // Nothing is measured here: they may as well work side by side.
    await Promise.all(contenders.map(({ backUp, options: at }) => runIn(backUp("disk.raw"), at)))
    writeFileSync(record, JSON.stringify({ ...what, done: ++done }))
  }
  renameSync(work, made)
  return made
}

/** A chain to prune: its files are those of the original, which stays as it was, since no program changes a stored file. */
export function linkedChain(folder: string, chain: string): void {
  const work = workFolder(folder)
  mkdirSync(work)
  for (const name of ["bcopy", "restic"])
    if (existsSync(join(chain, name))) execFileSync("cp", ["-al", join(chain, name), work])
  for (const name of ["config", "restic-cache"])
    if (existsSync(join(chain, name))) execFileSync("cp", ["-a", join(chain, name), work])
}

function makeDisk(path: string, { image, sizeBytes }: PruneChainOptions): void {
  if (image !== undefined) {
    execFileSync("cp", ["--sparse=always", image, path])
    return
  }
  const file = openSync(path, "w")
  ftruncateSync(file, sizeBytes)
  closeSync(file)
}

async function runIn([program = "", ...args]: readonly string[], at: PruneContender["options"]): Promise<void> {
  await run(program, args, { cwd: at.cwd, env: { ...process.env, ...at.environment } })
}

/** How many points there are. @throws Error if they are of another chain */
function requireSame(record: string, what: object): number {
  const { done, ...was } = JSON.parse(readFileSync(record, "utf8")) as { readonly done: number }
  if (JSON.stringify(was) !== JSON.stringify(what))
    throw new Error(`${record} is of another chain: ${JSON.stringify(was)}`)
  return done
}
