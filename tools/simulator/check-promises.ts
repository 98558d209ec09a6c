import { readManifest } from "@bcopy/chain-format"
import { findWorkloads, verify } from "@bcopy/copy-engine"
import type { SimulatedWorld } from "./world.ts"

/**
 * What does not hold of a world: every promised point is there, unless its removal was asked for; every point that is
 * there has content that its workload once had, all of it can be read, and nobody calls it damaged.
 */
export async function brokenPromises(world: SimulatedWorld): Promise<readonly string[]> {
  const problems: string[] = []
  for (const name of Object.keys(world.stores)) {
    const repository = await world.trueRepository(name)
    const { damaged, unknown } = await verify(repository, { all: true, readData: "hash", dryRun: true, movers: 0 })
    for (const { workload, message } of [...damaged, ...unknown]) problems.push(`${name} ${workload}: ${message}`)
    const live = new Map<string, string>()
    const removed = new Set<string>()
    for await (const { place, state } of findWorkloads(repository)) {
      const { name: workload } = state.workload
      for (const point of state.points) {
        const { disks } = await readManifest(repository.view, place, point)
        const root = disks[0]?.contentRoot ?? ""
        live.set(point.point, root)
        if (!world.reference.had(workload, root))
          problems.push(`${name} ${workload}: point ${point.point} has foreign content`)
        if (point.damaged === true) problems.push(`${name} ${workload}: point ${point.point} is called damaged`)
      }
      for (const { point } of state.removed) removed.add(point.point)
    }
    problems.push(...promisesMissed(world, name, { live, removed }))
  }
  return problems
}

/** What a repository holds. */
export interface FoundPoints {
  /** Content roots of points that are there. */
  readonly live: ReadonlyMap<string, string>
  readonly removed: ReadonlySet<string>
}

/** Promises about the points of a repository that it does not keep. */
export function promisesMissed(
  { reference, simulation }: SimulatedWorld,
  name: string,
  { live, removed }: FoundPoints,
): readonly string[] {
  const problems: string[] = []
  for (const { repository, workload, point, contentRoot } of reference.promised) {
    if (repository !== name) continue
    const root = live.get(point)
    const { state: removal, goneFromMs } = reference.removalOf(point)
    const mayBeGone = simulation.nowMs >= goneFromMs
    const isThere = root !== undefined || (removal !== "none" && (removed.has(point) || mayBeGone))
    if (!isThere) problems.push(`${name} ${workload}: point ${point} was promised and is not there`)
    if (root !== undefined && root !== contentRoot) problems.push(`${name} ${workload}: point ${point} has changed`)
    if (root !== undefined && removal === "removed")
      problems.push(`${name} ${workload}: point ${point} was removed and is there`)
  }
  return problems
}
