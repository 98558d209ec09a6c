import {
  type BackupId,
  FormatError,
  isDamage,
  isFormatError,
  layout,
  listFolders,
  type LivePoint,
  type LogState,
  nearFetch,
  randomId,
  readLog,
  readManifest,
  readSettings,
} from "@bcopy/chain-format"
import { isStoreError } from "@bcopy/repo"
import { appendLogEntry, type AppendLogOptions } from "./append-log-entry.ts"
import { type DataMovers, withMovers } from "./data-movers.ts"
import { EngineError, isEngineError } from "./engine-error.ts"
import { findWorkloads, type FoundWorkload } from "./find-workloads.ts"
import { interruptible } from "./interruptible.ts"
import { readingPlan } from "./memory-budget.ts"
import { LogWitnesses } from "./log-witnesses.ts"
import type { Repository } from "./repository.ts"
import type { StartedMovers } from "./started-movers.ts"
import { StoredSizes } from "./stored-sizes.ts"
import { type Proven, verifyPoint } from "./verify-point.ts"

export interface VerifyOptions {
  readonly job?: string
  readonly workload?: string
  /** All points of each workload; only the newest by default. */
  readonly all?: boolean
  /** Beside metadata and presence: `authenticate` every slot, or `hash` every block. */
  readonly readData?: "none" | "authenticate" | "hash"
  /** Find damage, but mark nothing. */
  readonly dryRun?: boolean
  /** Target for the memory of the whole process; 288 MiB by default. */
  readonly memoryBytes?: number
  /** Threads that open what is stored: as many as cores and `memoryBytes` allow by default; 0 does it in this one. */
  readonly movers?: number
  /** Threads that were started before ({@link startMovers}). */
  readonly started?: StartedMovers
  readonly signal?: AbortSignal
}

export interface VerifyReport {
  readonly points: number
  readonly workloads: number
  /** Proven: what is stored is not what was written. */
  readonly damaged: readonly {
    readonly job: string
    readonly workload: string
    readonly point: string
    readonly message: string
    readonly marked: boolean
  }[]
  /** Not known: what could not be read. No damage. */
  readonly unknown: readonly {
    readonly job: string
    readonly workload: string
    readonly point: string
    readonly message: string
  }[]
  /** Points that had been marked damaged and are proven whole. */
  readonly healed: readonly { readonly job: string; readonly workload: string; readonly point: string }[]
}

/**
 * Proves points of a repository. Proven damage is marked in the log where it may be written, so that the point is
 * neither copied nor built upon; what could not be read is reported apart and marks nothing.
 * @throws EngineError `NotFound`, `Interrupted`
 */
export async function verify(repository: Repository, options: VerifyOptions = {}): Promise<VerifyReport> {
  const { packBytes } = repository
  return interruptible(options.signal, "verify was interrupted", () =>
    withMovers(
      {
        plan: readingPlan(options, { packBytes, rangeBytes: (repository.view.fetch ?? nearFetch).maxBytes }),
        packBytes,
        ...(options.started && { started: options.started }),
      },
      (movers) => verifyNow(repository, options, movers),
    ),
  )
}

async function verifyNow(repository: Repository, options: VerifyOptions, movers: DataMovers): Promise<VerifyReport> {
  const { readData = "none", all = false, dryRun = false, signal } = options
  const { onEvent } = repository.seams
  const abortable = signal === undefined ? {} : { signal }
  const proven: Proven = { sizes: new StoredSizes(repository), authenticated: new Set(), point: undefined }
  const damaged: VerifyReport["damaged"][number][] = []
  const unknown: VerifyReport["unknown"][number][] = []
  const healed: VerifyReport["healed"][number][] = []
  let points = 0
  let workloads = 0
  const writable = repository.notWritable === undefined && !dryRun
  const onUnreadable = (job: string, workload: string, error: EngineError) => {
    const { message } = error
    if (error.code !== "Damaged") unknown.push({ job, workload, point: "", message })
    else damaged.push({ job, workload, point: "", message, marked: false })
  }
  const witnesses = new LogWitnesses(repository)
  await verifySettings()
  for await (let found of findWorkloads(repository, { ...options, onUnreadable })) {
    workloads++
    const { job } = found
    const workload = found.state.workload.name
    for (const entry of found.state.broken) {
      const message = `log entry ${entry} is missing or does not open`
      const after = writable ? await giveUp(found, entry) : undefined
      found = { ...found, state: after ?? found.state }
      damaged.push({ job, workload, point: "", message, marked: after !== undefined })
      onEvent?.({ type: "damage", workload, point: "", message })
    }
    const { state } = found
    await witnesses.hear(found, abortable)
    if (state.lost.length > 0) onEvent?.({ type: "broken", job, workload, entries: state.lost, lost: true })
    proven.point = undefined
    const chosen = all ? state.points : state.points.slice(-1)
    for (const listed of chosen) {
      points++
      await verifyOne(found, listed)
    }
  }
  const isWhole = options.job === undefined && options.workload === undefined
  for (const { job, workload, message } of await witnesses.contradictions({ isWhole, ...abortable }))
    damaged.push({ job, workload, point: "", message, marked: false })
  return { points, workloads, damaged, unknown, healed }

  /** Verifies a point where it lies; should it be moved meanwhile, once more where it lies then. */
  async function verifyOne(found: FoundWorkload, listed: LivePoint): Promise<void> {
    const { job, state } = found
    const workload = state.workload.name
    for (let point = listed; ;) {
      const what = { job, workload, point: point.point }
      try {
        const manifest = await readManifest(repository.view, found.place, point, abortable)
        const totalBytes = point.sizeBytes
        const progress = (doneBytes: number) => onEvent?.({ type: "verify", job, workload, doneBytes, totalBytes })
        const looking = { proven, movers, progress, ...abortable }
        await verifyPoint(repository, found.place.backup, manifest, { readData, ...looking })
        if (point.damaged === true && readData === "hash") {
          // What one way of looking has found, another that looks elsewhere must not take back.
          await verifyPoint(repository, found.place.backup, manifest, { readData: "authenticate", ...looking })
          if (writable) await mark(found, point, "healed")
          healed.push(what)
        } else if (point.damaged === true)
          damaged.push({ ...what, message: "was found damaged before; verify it with --read-data", marked: true })
        return
      } catch (error) {
        if (signal?.aborted === true) throw new EngineError("Interrupted", "verify was interrupted", { cause: error })
        const { message } = error as Error
        // A thread that cannot start says nothing of a point.
        if (!isFormatError(error) && !isStoreError(error)) throw error
        if (!isDamage(error)) return void unknown.push({ ...what, message })
        const now = await pointNow(found, point)
        if (now === undefined) return
        if (now.home?.entry !== point.home?.entry) {
          point = now
          continue
        }
        const marked = point.damaged === true || (writable && (await mark(found, point, "damaged", message)))
        damaged.push({ ...what, message, marked })
        onEvent?.({ type: "damage", workload, point: point.point, message })
        return
      }
    }
  }

  /** What a backup's settings say is known elsewhere too, and the next backup writes it anew: damage, but no lost point. */
  async function verifySettings(): Promise<void> {
    for await (const folder of listFolders(repository.view, layout.backups, abortable)) {
      try {
        const prefix = layout.backupSettings(folder as BackupId)
        if ((await readSettings(repository.view, prefix, abortable)) === undefined)
          throw new FormatError("Missing", `${prefix} holds none`)
      } catch (error) {
        if (!isFormatError(error)) throw error
        const message = `settings of the job are missing or do not open: ${error.message}`
        if (!isDamage(error)) unknown.push({ job: folder, workload: "", point: "", message })
        else damaged.push({ job: folder, workload: "", point: "", message, marked: false })
      }
    }
  }

  async function mark(
    found: FoundWorkload,
    point: LivePoint,
    kind: "damaged" | "healed",
    reason = "",
  ): Promise<boolean> {
    const refs = [{ entry: point.entry, point: point.point }]
    const state = await append(found, {
      decide: (log) => {
        const now = log.points.find((one) => one.entry === point.entry)
        if (now === undefined || (now.damaged === true) === (kind === "damaged")) return undefined
        return kind === "damaged" ? { kind, points: refs, reason } : { kind, points: refs }
      },
    })
    const marked = state?.points.find((one) => one.entry === point.entry)
    return marked !== undefined && (marked.damaged === true) === (kind === "damaged")
  }

  /** Gives a lost entry up; the state after that, `undefined` if it could not be written. */
  async function giveUp(found: FoundWorkload, entry: number): Promise<LogState | undefined> {
    return append(found, {
      repair: true,
      decide: (state) =>
        state.broken.includes(entry)
          ? { kind: "damaged", points: [], reason: "missing or unopenable", lost: { entry } }
          : undefined,
    })
  }

  /** Damage was found all the same where nothing can be written about it: that is told, not thrown. */
  async function append(
    found: FoundWorkload,
    what: Pick<AppendLogOptions, "decide" | "repair">,
  ): Promise<LogState | undefined> {
    try {
      const { state } = await appendLogEntry(repository, {
        place: found.place,
        state: found.state,
        readAtMs: repository.storeTime.now(),
        session: randomId(repository.seams.random(16)),
        ...what,
        ...abortable,
      })
      return state
    } catch (error) {
      if (signal?.aborted !== true && (isStoreError(error) || isEngineError(error) || isFormatError(error)))
        return undefined
      throw error
    }
  }

  /** The point as the log has it now; `undefined` if it was removed. */
  async function pointNow(found: FoundWorkload, point: LivePoint): Promise<LivePoint | undefined> {
    const now = await readLog(repository.view, found.place, abortable)
    return now?.points.find((one) => one.entry === point.entry)
  }
}
