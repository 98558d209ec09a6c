import {
  type BackupId,
  backupIdOf,
  findSetting,
  FormatError,
  isDamage,
  isFormatError,
  layout,
  listFolders,
  type LivePoint,
  type LogPlace,
  type LogState,
  readLog,
  readManifest,
  readSettings,
  type RepositoryView,
  type WorkloadId,
  workloadIdOf,
} from "@bcopy/chain-format"
import { type Source, SourceError, type SourcePoint, throwIfAborted } from "@bcopy/source"
import { asSourceError, isAborted } from "./as-source-error.ts"
import { openRepositoryPoint } from "./open-repository-point.ts"

export interface RepositorySourceOptions {
  /** The repository as its readers see it. */
  readonly view: RepositoryView
  /** Only this job's backup; it is found by computing its id, without listing. */
  readonly job?: string
  /** Only these workloads; with `job`, each is found by computing its id. */
  readonly workloads?: readonly string[]
}

interface Abortable {
  readonly signal?: AbortSignal
}

/**
 * A repository as a source: every living point of every log that the filters let through, workload by workload, each in
 * the order of its chain. What cannot be read is reported when all else has been given. A backup or workload that the filters name and that is not there is `NotFound`.
 */
export function repositorySource({ view, job, workloads }: RepositorySourceOptions): Source {
  const places = new Map<string, LogPlace>()

  async function* listPoints(options: Abortable = {}): AsyncIterable<SourcePoint> {
    throwIfAborted(options.signal, `list ${view.name}`)
    const missing = new Set(workloads)
    let unreadable: Error | undefined
    const tell = (error: Error) => (unreadable ??= error)
    for await (const backup of backups(options, tell))
      for await (const place of logs(backup.id, options)) {
        let state: LogState | undefined
        try {
          state = await readLog(view, place, options)
        } catch (error) {
          // One log that cannot be read does not keep the others from being given.
          if (isAborted(error)) throw error
          unreadable ??= error as Error
          continue
        }
        if (state === undefined) continue
        if (workloads !== undefined && !workloads.includes(state.workload.name)) continue
        missing.delete(state.workload.name)
        if (state.broken.length > 0)
          unreadable ??= new SourceError(
            "Damaged",
            `${view.name}: ${backup.name}/${state.workload.name}: entry ${state.broken.join(", ")} of the log is missing or does not open; a point may be lost`,
            { hint: "`bcopy verify` on it gives the lost entry up; older points are listed all the same." },
          )
        for (const point of state.points) {
          places.set(point.point, place)
          yield sourcePointOf(point, state, backup.name)
        }
      }
    if (unreadable !== undefined) throw unreadable
    if (missing.size > 0) {
      const where = job === undefined ? view.name : `job ${job} in ${view.name}`
      throw new SourceError("NotFound", `${where} has no workload ${[...missing].join(", ")}`)
    }
  }

  async function* backups(
    options: Abortable,
    tell: (error: Error) => void,
  ): AsyncIterable<{ id: BackupId; name: string }> {
    if (job !== undefined) {
      const id = backupIdOf(view.idMac, job)
      const name = await nameOf(id, options).catch((error: unknown) => {
        if (!isDamage(error)) throw error
        return undefined
      })
      // Its settings may be lost; it is there as long as it has logs.
      if (name === undefined && (await view.list(layout.logs(id), { limit: 1, ...options })).keys.length === 0)
        throw new SourceError("NotFound", `${view.name} has no job ${job}`)
      return yield { id, name: name ?? job }
    }
    for await (const folder of listFolders(view, layout.backups, options)) {
      const id = folder as BackupId
      try {
        const name = await nameOf(id, options)
        if (name === undefined)
          throw new FormatError("Missing", `settings of job ${id} are missing: nobody knows what it is called`)
        yield { id, name }
      } catch (error) {
        // A job that nobody knows the name of does not keep the others from being given.
        if (!isFormatError(error)) throw error
        const { code, message } = asSourceError(error, view.name) as SourceError
        const hint = "Copy it by its name (--job), or back up to it once: that writes its settings anew."
        tell(new SourceError(code, message, { cause: error, hint }))
      }
    }
  }

  /** A job's name by its settings; `undefined` without any. */
  async function nameOf(id: BackupId, options: Abortable): Promise<string | undefined> {
    const settings = await readSettings(view, layout.backupSettings(id), { ...options, proveAbsent: true })
    return settings && (findSetting(settings.entry, "name")?.name ?? id)
  }

  async function* logs(backup: BackupId, options: Abortable): AsyncIterable<LogPlace> {
    if (job !== undefined && workloads !== undefined) {
      for (const workload of new Set(workloads)) yield { backup, workload: workloadIdOf(view.idMac, backup, workload) }
      return
    }
    for await (const folder of listFolders(view, layout.logs(backup), options))
      yield { backup, workload: folder as WorkloadId }
  }

  /** The point as it is now: listed a while ago, it may have been removed, or its map moved. */
  async function findNow(point: SourcePoint, options: Abortable): Promise<{ place: LogPlace; live: LivePoint }> {
    const place = places.get(point.id)
    const state = place && (await readLog(view, place, options))
    const live = state?.points.find((one) => one.point === point.id)
    if (place === undefined || live === undefined)
      throw new SourceError("PointRemoved", `${view.name}: point ${point.id} of ${point.workload} is gone`)
    return { place, live }
  }

  return {
    name: view.name,
    async *list(options = {}) {
      try {
        yield* listPoints(options)
      } catch (error) {
        throw asSourceError(error, view.name)
      }
    },
    async open(point, options) {
      try {
        throwIfAborted(options.signal, `open ${point.id}`)
        const { place, live } = await findNow(point, options)
        const manifest = await readManifest(view, place, live, options)
        return openRepositoryPoint(view, place, point, manifest, options, async () => {
          const now = await findNow(point, {})
          if (now.live.home?.entry !== live.home?.entry)
            throw new SourceError("Moved", `${view.name}: point ${point.id} of ${point.workload} lies elsewhere by now`)
        })
      } catch (error) {
        throw asSourceError(error, view.name)
      }
    },
  }

  function sourcePointOf(point: LivePoint, state: LogState, backup: string): SourcePoint {
    return {
      id: point.point,
      job: backup,
      workload: state.workload.name,
      platform: point.platform,
      createdAtMs: point.createdAtMs,
      seq: point.seq,
      complete: true,
      damaged: point.damaged ?? false,
      blockBytes: point.blockBytes,
      origin: point.origin,
      copiedFrom: { repository: view.repository, point: point.point },
      hops: point.hops,
      storedBytes: point.storedBytes,
      identity: `${point.origin.repository}/${point.origin.point}`,
    }
  }
}
