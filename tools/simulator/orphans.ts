import { layout, pointReader, readManifest } from "@bcopy/chain-format"
import { findWorkloads } from "@bcopy/copy-engine"
import type { SimulatedWorld } from "./world.ts"

/** What lies in repositories that have come to rest, and that nothing names: counted by points alone, not as reclaim does. */
export async function orphans(world: SimulatedWorld): Promise<readonly string[]> {
  const found: string[] = []
  for (const [name, store] of Object.entries(world.stores)) {
    const repository = await world.trueRepository(name)
    const named = new Set<string>()
    const logs = new Map<string, { readonly voidBelow: number; readonly entries: ReadonlySet<number> }>()
    for await (const { place, state } of findWorkloads(repository)) {
      const entries = new Set<number>()
      for (const point of [...state.points, ...state.removed.map((one) => one.point)]) {
        const manifest = await readManifest(repository.view, place, point)
        for (const { session, number } of manifest.mapPacks) named.add(layout.pack(place.backup, session, number))
        const { table } = pointReader(repository.view, place.backup, manifest)
        for await (const { record } of table.records())
          named.add(layout.pack(place.backup, record.session, record.number))
        entries.add(point.entry)
      }
      for (const { removal } of state.removed) entries.add(removal)
      logs.set(layout.log(place.backup, place.workload), { voidBelow: state.barrier?.voidBelow ?? 1, entries })
    }
    for (const key of store.memory.keys()) {
      if (key.includes("/packs/") && !named.has(key)) found.push(`${name}: nobody needs ${key}`)
      if (key.includes("/sessions/")) found.push(`${name}: ${key} is of a session that nobody waits for`)
      if (key.includes("/condemned/") && !key.endsWith(".closed"))
        found.push(`${name}: ${key} is of an epoch that is over`)
    }
  }
  return found
}
