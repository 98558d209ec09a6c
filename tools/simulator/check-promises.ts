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
    for (const { repository: there, workload, point, contentRoot } of world.reference.promised) {
      if (there !== name) continue
      const root = live.get(point)
      const { state: removal, goneFromMs } = world.reference.removalOf(point)
      const mayBeGone = world.simulation.nowMs >= goneFromMs
      const isThere = root !== undefined || (removal !== "none" && (removed.has(point) || mayBeGone))
      if (!isThere) problems.push(`${name} ${workload}: point ${point} was promised and is not there`)
      if (root !== undefined && root !== contentRoot) problems.push(`${name} ${workload}: point ${point} has changed`)
      if (root !== undefined && removal === "removed")
        problems.push(`${name} ${workload}: point ${point} was removed and is there`)
    }
  }
  return problems
}
