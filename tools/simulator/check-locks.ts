import { BIRTH_KEY, entryKey, layout, pointReader, readManifest } from "@bcopy/chain-format"
import { findWorkloads, immutabilityIn } from "@bcopy/copy-engine"
import type { ObjectKey } from "@bcopy/repo"
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
      const known = untilOf.get(key)
      if (known !== undefined) return known
      const { versions } = await memory.listVersions(key)
      const oldest = versions.findLast((one) => one.key === key && !one.marker)
      const head = oldest && (await memory.head(key as ObjectKey, { version: oldest.version }))
      untilOf.set(key, head?.retainUntilMs ?? 0)
      return head?.retainUntilMs ?? 0
    }
    for await (const { place, state } of findWorkloads(repository))
      for (const point of [...state.points, ...state.removed.map((one) => one.point)]) {
        const { lockedUntilMs } = point
        if (lockedUntilMs === undefined) problems.push(`${name}: point ${point.point} is not locked at all`)
        if (lockedUntilMs === undefined || lockedUntilMs <= world.simulation.nowMs) continue
        const manifest = await readManifest(repository.view, place, point)
        const prefix = layout.log(place.backup, place.workload)
        const keys = [
          BIRTH_KEY,
          entryKey(prefix, point.entry),
          ...(point.home ? [entryKey(prefix, point.home.entry)] : []),
        ]
        for (const { session, number } of manifest.mapPacks) keys.push(layout.pack(place.backup, session, number))
        for await (const { record } of pointReader(repository.view, place.backup, manifest).table.records())
          keys.push(layout.pack(place.backup, record.session, record.number))
        for (const key of keys)
          if ((await until(key)) < lockedUntilMs)
            problems.push(
              `${name}: ${key} is locked until ${await until(key)}, point ${point.point} until ${lockedUntilMs}`,
            )
      }
  }
  return problems
}
