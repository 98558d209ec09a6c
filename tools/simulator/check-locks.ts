import { findWorkloads, immutabilityIn } from "@bcopy/copy-engine"
import { needsOf } from "./needs-of.ts"
import { oldestOf } from "./oldest-of.ts"
import type { SimulatedWorld } from "./world.ts"

/**
 * What is not locked for as long as the log says: of each point, living or removed, every pack, its entry and the certificate.
 * Looked at in the store, not in pack tables.
 */
export async function lateLocks(world: SimulatedWorld): Promise<readonly string[]> {
  const problems: string[] = []
  for (const [name, { memory }] of Object.entries(world.stores)) {
    const repository = await world.trueRepository(name)
    if (immutabilityIn(repository) === undefined) continue
    const untilOf = new Map<string, number>()
    const until = async (key: string) => {
      const known = untilOf.get(key) ?? (await oldestOf(memory, key))?.retainUntilMs ?? 0
      untilOf.set(key, known)
      return known
    }
    for await (const { place, state } of findWorkloads(repository))
      for (const point of [...state.points, ...state.removed.map((one) => one.point)]) {
        const { lockedUntilMs } = point
        if (lockedUntilMs === undefined) problems.push(`${name}: point ${point.point} is not locked at all`)
        if (lockedUntilMs === undefined || lockedUntilMs <= world.simulation.nowMs) continue
        const keys = await needsOf(repository, place, point)
        for (const key of keys)
          if ((await until(key)) < lockedUntilMs)
            problems.push(
              `${name}: ${key} is locked until ${await until(key)}, point ${point.point} until ${lockedUntilMs}`,
            )
      }
  }
  return problems
}
