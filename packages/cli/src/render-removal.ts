import type { RemovedOfWorkload } from "@bcopy/copy-engine"
import type { DescribedError } from "./describe-error.ts"
import type { Paint } from "./paint.ts"

interface Removal {
  readonly dryRun: boolean
  readonly workloads: readonly RemovedOfWorkload[]
  readonly failed: readonly { readonly job: string; readonly workload: string; readonly error: DescribedError }[]
}

/** What was removed, workload by workload. */
export function renderRemoval({ dryRun, workloads, failed }: Removal, paint: Paint): string {
  const lines = workloads.flatMap(({ job, workload, points, removed, asks }) => {
    const isLeft = asks !== undefined
    const done = isLeft || dryRun ? "would go" : removed.length === 1 ? "was removed" : "were removed"
    const heading = `${job}/${workload}: ${removed.length} of ${points} points ${done}${isLeft ? `; left alone: ${asks}` : ""}`
    return [
      isLeft ? paint.yellow(heading) : heading,
      ...removed.map(
        ({ id, createdAtMs, since }) =>
          `  ${id.slice(0, 8)} of ${new Date(createdAtMs).toISOString().slice(0, 10)}, ${since === undefined ? "no rule keeps it" : `no rule since ${since}`}`,
      ),
    ]
  })
  const failures = failed.map(({ job, workload, error }) => `${job}/${workload}: ${error.message}`)
  const all = [...lines, ...failures]
  return all.length === 0 ? "no job has a retention policy: nothing is removed" : all.join("\n")
}
