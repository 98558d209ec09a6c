import {
  type BackupId,
  backupIdOf,
  findSetting,
  isDamage,
  layout,
  listFolders,
  type LogPlace,
  type LogState,
  readLog,
  readSettings,
  type WorkloadId,
  workloadIdOf,
} from "@bcopy/chain-format"
import { placeOf } from "./bring-point.ts"
import { asEngineError } from "./as-engine-error.ts"
import { EngineError, isEngineError } from "./engine-error.ts"
import type { Repository } from "./repository.ts"
import { tellTruncated } from "./tell-truncated.ts"

/** A workload with the state of its log. */
export interface FoundWorkload {
  readonly job: string
  readonly place: LogPlace
  readonly state: LogState
}

export interface FindWorkloadsOptions {
  readonly job?: string
  readonly workload?: string
  /** Told of each log that does not open; without it the first such failure is thrown, after all others were given. */
  readonly onUnreadable?: (job: string, workload: string, error: EngineError) => void
  readonly signal?: AbortSignal
}

/**
 * The workloads of a repository that a job and a workload name let through. With both given, one is found by computing
 * its id: a listing and at most two reads, however many there are.
 * @throws EngineError `NotFound` if a given name is not there; `Damaged`, `NeedsNewer` for logs that do not open
 */
export async function* findWorkloads(
  repository: Repository,
  options: FindWorkloadsOptions = {},
): AsyncIterable<FoundWorkload> {
  const { job, workload, signal } = options
  const { view } = repository
  const abortable = signal === undefined ? {} : { signal }
  if (job !== undefined && workload !== undefined) {
    const place = placeOf(repository, job, workload)
    const state = await readLog(view, place, abortable).catch((error: unknown) => {
      throw asEngineError(error, `${repository.name}: ${job}/${workload}`)
    })
    if (state === undefined) throw new EngineError("NotFound", `${repository.name} has no workload ${job}/${workload}`)
    return yield tellBroken({ job, place, state })
  }
  let found = 0
  let unreadable: EngineError | undefined
  const tell = (of: string, which: string, error: unknown) => {
    const told = asEngineError(error, `${repository.name}: ${of}/${which}`)
    if (!isEngineError(told)) throw told
    if (options.onUnreadable !== undefined) options.onUnreadable(of, which, told)
    else unreadable ??= told
  }
  for await (const backup of backups()) {
    for await (const id of workloadsOf(backup.id)) {
      const place: LogPlace = { backup: backup.id, workload: id }
      let state: LogState | undefined
      try {
        state = await readLog(view, place, abortable)
      } catch (error) {
        tell(backup.job, workload ?? id, error)
        continue
      }
      if (state === undefined) continue
      found++
      yield tellBroken({ job: backup.job, place, state })
    }
  }
  if (unreadable !== undefined) throw unreadable
  if (found === 0 && workload !== undefined)
    throw new EngineError("NotFound", `${repository.name} has no workload ${workload}`)

  /** Whoever looks at a log that lacks its newest entries is told so: an older point is not the latest. */
  function tellBroken(one: FoundWorkload): FoundWorkload {
    tellTruncated(repository, one)
    const { broken: entries, workload: named } = one.state
    if (entries.length > 0)
      repository.seams.onEvent?.({ type: "broken", job: one.job, workload: named.name, entries, lost: false })
    return one
  }

  async function* backups(): AsyncIterable<{ id: BackupId; job: string }> {
    if (job !== undefined) {
      const id = backupIdOf(view.idMac, job)
      const name = await nameOf(id, job)
      // Its settings may be lost; it is there as long as it has logs.
      if (name === undefined && (await view.list(layout.logs(id), { limit: 1, ...abortable })).keys.length === 0)
        throw new EngineError("NotFound", `${repository.name} has no job ${job}`)
      return yield { id, job: name ?? job }
    }
    for await (const folder of listFolders(view, layout.backups, abortable)) {
      const id = folder as BackupId
      try {
        yield { id, job: (await nameOf(id, folder)) ?? folder }
      } catch (error) {
        tell(folder, "", error)
      }
    }
  }

  /** A job's name by its settings; the one given if they are damaged, since its points do not depend on them. */
  async function nameOf(id: BackupId, otherwise: string): Promise<string | undefined> {
    try {
      const settings = await readSettings(view, layout.backupSettings(id), abortable)
      return settings && (findSetting(settings.entry, "name")?.name ?? otherwise)
    } catch (error) {
      if (!isDamage(error)) throw error
      return otherwise
    }
  }

  async function* workloadsOf(backup: BackupId): AsyncIterable<WorkloadId> {
    if (workload !== undefined) return yield workloadIdOf(view.idMac, backup, workload)
    for await (const folder of listFolders(view, layout.logs(backup), abortable)) yield folder as WorkloadId
  }
}

/** Exactly one workload. @throws EngineError `NotFound`, `Ambiguous` listing `JOB/WORKLOAD` */
export async function findWorkload(
  repository: Repository,
  options: FindWorkloadsOptions & { readonly workload: string },
): Promise<FoundWorkload> {
  const found: FoundWorkload[] = []
  for await (const one of findWorkloads(repository, options)) found.push(one)
  const [first, ...others] = found
  if (first === undefined) throw new EngineError("NotFound", `${repository.name} has no workload ${options.workload}`)
  if (others.length === 0) return first
  const names = found.map(({ job, state }) => `${job}/${state.workload.name}`).join(", ")
  throw new EngineError("Ambiguous", `${options.workload} is the name of ${found.length} workloads: ${names}`, {
    hint: "Say which with --job.",
  })
}
