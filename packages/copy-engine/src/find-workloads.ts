import {
  type BackupId,
  backupIdOf,
  findSetting,
  layout,
  listFolders,
  type LogPlace,
  type LogState,
  readLog,
  readSettings,
  type WorkloadId,
} from "@bcopy/chain-format"
import { placeOf } from "./bring-point.ts"
import { EngineError } from "./engine-error.ts"
import type { Repository } from "./repository.ts"

/** A workload with the state of its log. */
export interface FoundWorkload {
  readonly job: string
  readonly place: LogPlace
  readonly state: LogState
}

export interface FindWorkloadsOptions {
  readonly job?: string
  readonly workload?: string
  readonly signal?: AbortSignal
}

/**
 * The workloads of a repository that a job and a workload name let through. With both given, one is found by computing
 * its id: a listing and at most two reads, however many there are.
 * @throws EngineError `NotFound` if a given name is not there
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
    const state = await readLog(view, place, abortable)
    if (state === undefined) throw new EngineError("NotFound", `${repository.name} has no workload ${job}/${workload}`)
    return yield { job, place, state }
  }
  let found = 0
  for await (const backup of backups()) {
    for await (const folder of listFolders(view, layout.logs(backup.id), abortable)) {
      const place: LogPlace = { backup: backup.id, workload: folder as WorkloadId }
      const state = await readLog(view, place, abortable)
      if (state === undefined || (workload !== undefined && state.workload.name !== workload)) continue
      found++
      yield { job: backup.job, place, state }
    }
  }
  if (found === 0 && workload !== undefined)
    throw new EngineError("NotFound", `${repository.name} has no workload ${workload}`)

  async function* backups(): AsyncIterable<{ id: BackupId; job: string }> {
    if (job !== undefined) {
      const id = backupIdOf(view.idMac, job)
      const settings = await readSettings(view, layout.backupSettings(id), abortable)
      if (settings === undefined) throw new EngineError("NotFound", `${repository.name} has no job ${job}`)
      return yield { id, job: findSetting(settings.entry, "name")?.name ?? job }
    }
    for await (const folder of listFolders(view, layout.backups, abortable)) {
      const settings = await readSettings(view, layout.backupSettings(folder as BackupId), abortable)
      yield { id: folder as BackupId, job: findSetting(settings?.entry, "name")?.name ?? folder }
    }
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
