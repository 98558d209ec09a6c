import { readManifest } from "@bcopy/chain-format"
import { findWorkloads, verify } from "@bcopy/copy-engine"
import type { Stage } from "./stage.ts"

/** What does not hold in the end: promised points are there and whole, and no point is damaged or called so. */
export async function brokenPromises({ world, promised }: Stage): Promise<readonly string[]> {
  const problems: string[] = []
  const repository = await world.open()
  const { damaged, unknown } = await verify(repository, { all: true, readData: "hash", dryRun: true, movers: 0 })
  for (const { workload, message } of [...damaged, ...unknown]) problems.push(`${workload}: ${message}`)
  const roots = new Map<string, string>()
  for await (const { place, state } of findWorkloads(repository))
    for (const point of state.points) {
      // One that does not open was found by verify.
      const manifest = await readManifest(repository.view, place, point).catch(() => undefined)
      roots.set(point.point, manifest?.disks[0]?.contentRoot ?? "")
      if (point.damaged === true) problems.push(`${state.workload.name}: point ${point.point} is called damaged`)
    }
  for (const [point, { workload, root }] of promised) {
    const found = roots.get(point)
    if (found === undefined) problems.push(`${workload}: point ${point} was promised and is not there`)
    else if (found !== root) problems.push(`${workload}: point ${point} has another content`)
  }
  return problems
}
