import { findSetting } from "@bcopy/chain-format"
import { findWorkloads } from "./find-workloads.ts"
import type { Repository } from "./repository.ts"

/** What `bcopy show` says of a repository. */
export interface RepositoryOverview {
  readonly name: string
  readonly repository: string
  readonly encrypted: boolean
  readonly blockBytes: number
  readonly packBytes: number
  readonly passport: unknown
  /** Why it takes no writes from here. */
  readonly notWritable: string | undefined
  readonly workloads: readonly {
    readonly job: string
    readonly workload: string
    readonly points: number
    readonly removed: number
    /** Bytes that the sessions of its living points stored. */
    readonly storedBytes: number
    /** Size of the newest point's disks. */
    readonly sizeBytes: number
    readonly newestAtMs: number | undefined
    readonly damaged: number
  }[]
}

/** Describes a repository from its logs alone. */
export async function showRepository(
  repository: Repository,
  options: { readonly job?: string; readonly workload?: string; readonly signal?: AbortSignal } = {},
): Promise<RepositoryOverview> {
  const workloads: RepositoryOverview["workloads"][number][] = []
  for await (const { job, state } of findWorkloads(repository, options)) {
    const newest = state.points.at(-1)
    workloads.push({
      job,
      workload: state.workload.name,
      points: state.points.length,
      removed: state.removed.length,
      storedBytes: state.points.reduce((sum, point) => sum + point.storedBytes, 0),
      sizeBytes: newest?.sizeBytes ?? 0,
      newestAtMs: newest?.createdAtMs,
      damaged: state.points.filter((point) => point.damaged === true).length,
    })
  }
  return {
    name: repository.name,
    repository: repository.birth.repository,
    encrypted: repository.birth.encrypted,
    blockBytes: repository.blockBytes,
    packBytes: repository.packBytes,
    passport: findSetting(repository.settings.entry, "passport")?.passport,
    notWritable: repository.notWritable?.message,
    workloads,
  }
}
