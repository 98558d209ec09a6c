import { isDamage, isFormatError, type LivePoint, type Manifest, readManifest } from "@bcopy/chain-format"
import { asEngineError } from "./as-engine-error.ts"
import { EngineError } from "./engine-error.ts"
import { findWorkload, findWorkloads, type FindWorkloadsOptions, type FoundWorkload } from "./find-workloads.ts"
import type { Repository } from "./repository.ts"

/** A point as `bcopy points` shows it. */
export interface ListedPoint {
  readonly job: string
  readonly workload: string
  readonly summary: LivePoint
  /** Absent if its entry does not open; the point is then damaged. */
  readonly manifest: Manifest | undefined
  readonly state: "complete" | "damaged"
}

/** All points of the workloads that the names let through, each workload's in order. @throws EngineError `NotFound`; `Damaged`, `NeedsNewer` after all that can be read was given */
export async function* listPoints(
  repository: Repository,
  options: FindWorkloadsOptions = {},
): AsyncIterable<ListedPoint> {
  let unreadable: Error | undefined
  for await (const found of findWorkloads(repository, options))
    for (const summary of found.state.points) {
      try {
        yield await listPoint(repository, found, summary, options)
      } catch (error) {
        if (!isFormatError(error)) throw error
        unreadable ??= asEngineError(error, `${repository.name}: ${found.job}/${found.state.workload.name}`) as Error
      }
    }
  if (unreadable !== undefined) throw unreadable
}

/**
 * One point: the newest complete one, or the one whose id begins with the text given.
 * @throws EngineError `NotFound`, `Ambiguous`; `Damaged` if there is none that is complete, or it cannot be read
 */
export async function findPoint(
  repository: Repository,
  options: FindWorkloadsOptions & {
    readonly workload: string
    readonly point?: string
    /** Look among the removed ones that are not purged yet, too. */
    readonly removed?: boolean
  },
): Promise<FoundWorkload & { readonly point: LivePoint }> {
  const found = await findWorkload(repository, options)
  const { points, removed, workload } = found.state
  const wanted = (options.point ?? "latest").toLowerCase()
  if (wanted === "latest") {
    const newest = points.findLast(({ damaged }) => damaged !== true)
    if (newest === undefined) throw points.length > 0 ? allDamaged(found) : notFound(found, "complete point")
    return { ...found, point: newest }
  }
  const gone = options.removed === true ? removed.map(({ point }) => point) : []
  const matching = [...points, ...gone].filter(({ point }) => point.startsWith(wanted))
  if (matching.length > 1)
    throw new EngineError(
      "Ambiguous",
      `${wanted} begins the ids of ${matching.length} points of ${workload.name}: ${matching.map(({ point }) => point).join(", ")}`,
    )
  const [point] = matching
  if (point === undefined || wanted === "")
    throw notFound(found, `point ${wanted}`, "`bcopy points` lists the ids; `latest` is the newest.")
  return { ...found, point }
}

/** Where entries of the log do not open, what was looked for may be in one of them: it is not known to be absent. */
function notFound({ job, state }: FoundWorkload, what: string, hint?: string): EngineError {
  const { broken, workload } = state
  const message = `${job}/${workload.name} has no ${what}`
  if (broken.length === 0) return new EngineError("NotFound", message, hint === undefined ? {} : { hint })
  return new EngineError(
    "Damaged",
    `${message} that can be read: log entry ${broken.join(", ")} is missing or does not open`,
  )
}

function allDamaged({ job, state: { points, workload } }: FoundWorkload): EngineError {
  const [many, are] = points.length === 1 ? ["its only point", "is"] : [`all ${points.length} points`, "are"]
  return new EngineError("Damaged", `${job}/${workload.name} has no complete point: ${many} ${are} marked damaged`, {
    hint: "`bcopy points` lists them; by its id (--point) one is tried all the same.",
  })
}

async function listPoint(
  repository: Repository,
  { job, place, state }: FoundWorkload,
  summary: LivePoint,
  { signal }: { readonly signal?: AbortSignal },
): Promise<ListedPoint> {
  const one = { job, workload: state.workload.name, summary }
  try {
    const manifest = await readManifest(repository.view, place, summary, signal === undefined ? {} : { signal })
    return { ...one, manifest, state: summary.damaged === true ? "damaged" : "complete" }
  } catch (error) {
    if (!isDamage(error)) throw error
    return { ...one, manifest: undefined, state: "damaged" }
  }
}
