import { basename, join } from "node:path"
import {
  isDamage,
  isFormatError,
  type LivePoint,
  type Manifest,
  nearFetch,
  pointReader,
  readLog,
  readManifest,
} from "@bcopy/chain-format"
import { withMovers } from "./data-movers.ts"
import { EngineError } from "./engine-error.ts"
import type { FoundWorkload } from "./find-workloads.ts"
import { interruptible } from "./interruptible.ts"
import { findPoint } from "./list-points.ts"
import { makeFolders } from "./make-folders.ts"
import { readingPlan } from "./memory-budget.ts"
import { MAX_NAME_BYTES } from "./partial-file.ts"
import { outputExists } from "./raw-target.ts"
import { withReadingMark } from "./reading-mark.ts"
import type { Repository } from "./repository.ts"
import { type DiskRestore, restoreDisk } from "./restore-disk.ts"
import type { StartedMovers } from "./started-movers.ts"

export interface RestoreOptions {
  readonly workload: string
  readonly job?: string
  /** An id, or the beginning of one; `latest` by default. */
  readonly point?: string
  /** Whether a point may be restored that was removed and is not purged yet. */
  readonly removed?: boolean
  /** Only this disk. */
  readonly disk?: string
  /** A file or block device for one disk, a folder for several. */
  readonly output: string
  /** Write over an existing file, only where it differs. */
  readonly overwrite?: boolean
  /** Confirms writing to a block device. */
  readonly yes?: boolean
  readonly dryRun?: boolean
  /** Target for the memory of the whole process; 288 MiB by default. */
  readonly memoryBytes?: number
  /** Threads that open what is stored: as many as cores and `memoryBytes` allow by default; 0 does it in this one. */
  readonly movers?: number
  /** Threads that were started before ({@link startMovers}). */
  readonly started?: StartedMovers
  readonly signal?: AbortSignal
}

export interface RestoreReport {
  readonly job: string
  readonly workload: string
  readonly point: string
  readonly createdAtMs: number
  readonly disks: readonly DiskRestore[]
  readonly dryRun: boolean
}

/**
 * Writes the disks of a point out as raw images: sparse into new files, only what differs into existing ones. Every
 * block is hashed and held against its id before it is written.
 * @throws EngineError `NotFound`, `Ambiguous`, `OutputExists`, `Refused`, `Damaged`, `PointRemoved`, `OutputFailed`, `Interrupted`
 */
export async function restore(repository: Repository, options: RestoreOptions): Promise<RestoreReport> {
  const message = interruptedMessage(options.workload, options)
  return interruptible(options.signal, message, () => restoreNow(repository, options))
}

function interruptedMessage(workload: string, { overwrite = false }: RestoreOptions): string {
  const left = overwrite
    ? "an output that was there is in part what it was before, and whole when it is restored again"
    : "a new output file was not left behind"
  return `restore of ${workload} was interrupted; ${left}`
}

async function restoreNow(repository: Repository, options: RestoreOptions): Promise<RestoreReport> {
  const { output, overwrite = false, dryRun = false, signal } = options
  if (output === "") throw new EngineError("BadArgument", "the output has no name")
  const abortable = signal === undefined ? {} : { signal }
  const found = await findPoint(repository, options)
  const { point } = found
  const explain = (error: unknown) => explainFailure(repository, found, point.point, error, options)
  let manifest: Manifest
  try {
    manifest = await readManifest(repository.view, found.place, point, abortable)
  } catch (error) {
    throw await explain(error)
  }
  const disks = manifest.disks.filter(({ name }) => options.disk === undefined || name === options.disk)
  if (disks.length === 0)
    throw new EngineError(
      "NotFound",
      `point ${point.point} of ${found.state.workload.name} has no disk ${options.disk}; it has ${manifest.disks.map(({ name }) => name).join(", ") || "none"}`,
    )
  const folder = options.disk === undefined && manifest.disks.length !== 1
  const paths = folder ? fileNamesOf(disks).map((name) => join(output, name)) : [output]
  if (!dryRun && folder)
    await makeFolders(output).catch((error: NodeJS.ErrnoException) => {
      if (error.code === "EEXIST" || error.code === "ENOTDIR")
        throw new EngineError("OutputExists", `${output} is a file, and ${disks.length} disks need a folder`, {
          cause: error,
        })
      throw new EngineError("OutputFailed", `cannot make the folder ${output}: ${error.message}`, { cause: error })
    })
  for (const [index, disk] of disks.entries())
    await outputExists(paths[index] as string, { overwrite, yes: options.yes ?? false, sizeBytes: disk.sizeBytes })
  const done: DiskRestore[] = []
  let lies = { manifest, point, reader: pointReader(repository.view, found.place.backup, manifest, abortable) }
  const { packBytes } = repository
  const plan = readingPlan(options, { packBytes, rangeBytes: (repository.view.fetch ?? nearFetch).maxBytes })
  const work = async () =>
    withMovers({ plan, packBytes, ...(options.started && { started: options.started }) }, async (movers) => {
      for (const [index, { name, sizeBytes, contentRoot }] of disks.entries()) {
        const path = paths[index] as string
        const number = manifest.disks.findIndex((disk) => disk.name === name)
        if (dryRun) {
          done.push({ name, path, sizeBytes, contentRoot, writtenBytes: 0, sameBytes: 0 })
          continue
        }
        for (let isDone = false; !isDone;)
          try {
            done.push(await restoreDisk(repository, { found, ...lies, number, path, overwrite, movers, ...abortable }))
            isDone = true
          } catch (error) {
            // A point that was moved while it was read is read where it lies now.
            const now = await movedTo(repository, found, lies.point, error)
            if (now === undefined) throw await explain(error)
            const there = await readManifest(repository.view, found.place, now, abortable)
            const reader = pointReader(repository.view, found.place.backup, there, abortable)
            lies = { manifest: there, point: now, reader }
          }
      }
    })
  await (dryRun ? work() : withReadingMark(repository, found.place, point, work))
  const { name } = found.state.workload
  return { job: found.job, workload: name, point: point.point, createdAtMs: point.createdAtMs, disks: done, dryRun }
}

/** The disks' files in a folder, each with a name of its own, also where case does not tell names apart. */
function fileNamesOf(disks: readonly { readonly name: string }[]): readonly string[] {
  const taken = new Set<string>()
  return disks.map(({ name }, index) => {
    let file = fileNameOf(name)
    while (taken.has(file.toLowerCase())) file = fitting(`${index + 1}-${file}`)
    taken.add(file.toLowerCase())
    return file
  })
}

/** A disk's file in a folder: its name, made a raw image's where it has no ending. */
function fileNameOf(name: string): string {
  const safe = basename(name) === name && name !== "." && name !== ".." ? name : encodeURIComponent(name)
  return fitting(/\.[A-Za-z0-9]{1,8}$/.test(safe) ? safe : `${safe}.raw`)
}

/** The name, without its end where file systems would not take it. */
function fitting(name: string): string {
  const letters = [...name]
  while (Buffer.byteLength(letters.join("")) > MAX_NAME_BYTES) letters.pop()
  return letters.join("")
}

/** Where a point lies now that did not open where it lay; `undefined` if it is there still, or is gone. */
async function movedTo(
  repository: Repository,
  found: FoundWorkload,
  { point, home }: LivePoint,
  error: unknown,
): Promise<LivePoint | undefined> {
  if (!isDamage(error)) return undefined
  const now = await readLog(repository.view, found.place)
  const all = [...(now?.points ?? []), ...(now?.removed ?? []).map((one) => one.point)]
  const there = all.find((one) => one.point === point)
  return there !== undefined && there.home?.entry !== home?.entry ? there : undefined
}

/** Tells damage from a point that was removed meanwhile, and from an interrupt. */
async function explainFailure(
  repository: Repository,
  found: FoundWorkload,
  point: string,
  error: unknown,
  options: RestoreOptions,
): Promise<unknown> {
  if (options.signal?.aborted === true)
    return new EngineError("Interrupted", interruptedMessage(found.state.workload.name, options), { cause: error })
  if (!isFormatError(error)) return error
  if (error.code === "NeedsNewer") return new EngineError("NeedsNewer", error.message, { cause: error })
  const now = await readLog(repository.view, found.place)
  const isThere = [...(now?.points ?? []), ...(now?.removed ?? []).map((one) => one.point)]
  if (!isThere.some((one) => one.point === point))
    return new EngineError(
      "PointRemoved",
      `point ${point} of ${found.state.workload.name} was removed while it was being restored`,
      { cause: error },
    )
  return new EngineError("Damaged", `point ${point} of ${found.state.workload.name} is damaged: ${error.message}`, {
    cause: error,
    hint: "`bcopy verify --all --read-data` tells which points are whole; `bcopy points` lists the others.",
  })
}
