import { LEAF_BLOCKS, layout, pointReader, readManifest } from "@bcopy/chain-format"
import { findWorkloads } from "@bcopy/copy-engine"
import { oldestOf } from "./oldest-of.ts"
import { BLOCK_BYTES } from "./reference.ts"
import type { SimulatedWorld } from "./world.ts"

/** Stored bytes may be so many times those in use, with what reclaim does by default. */
const MOST = 1.35
/** Small repositories are mostly what stands beside the data. */
const LEAST_BYTES = 2 << 20

/**
 * What is stored of data, against the blocks that points use, counted from their maps: blocks do not compress here. Packs that
 * are locked can be neither moved nor deleted, and are left out.
 */
export async function wastedSpace(world: SimulatedWorld): Promise<readonly string[]> {
  const problems: string[] = []
  for (const [name, { memory }] of Object.entries(world.stores)) {
    const repository = await world.trueRepository(name)
    const used = new Map<string, string>()
    const dataPacks = new Set<string>()
    for await (const { place, state } of findWorkloads(repository))
      for (const point of [...state.points, ...state.removed.map((one) => one.point)]) {
        const manifest = await readManifest(repository.view, place, point)
        const reader = pointReader(repository.view, place.backup, manifest)
        const packs = new Map<number, string>()
        for await (const { pack, record } of reader.table.records())
          packs.set(pack, layout.pack(place.backup, record.session, record.number))
        for (const key of packs.values()) dataPacks.add(key)
        for (let disk = 0; disk < manifest.disks.length; disk++) {
          const map = reader.map(disk)
          for (let index = 0; index < map.leaves; index++) {
            const leaf = await map.leaf(index)
            for (let block = 0; leaf !== undefined && block < LEAF_BLOCKS; block++) {
              const slot = leaf.slots[block]
              const pack = slot && (packs.get(slot.pack) ?? "")
              if (pack !== undefined) used.set(`${pack}/${slot?.slot}/${leaf.places[block]}`, pack)
            }
          }
        }
      }
    let storedBytes = 0
    const free = new Set<string>()
    for (const key of dataPacks) {
      const { objectBytes = 0, retainUntilMs = 0 } = (await oldestOf(memory, key)) ?? {}
      if (retainUntilMs > world.simulation.nowMs) continue
      free.add(key)
      storedBytes += objectBytes
    }
    const usedBytes = [...used].filter(([, pack]) => free.has(pack)).length * BLOCK_BYTES
    if (usedBytes > LEAST_BYTES && storedBytes > MOST * usedBytes)
      problems.push(`${name}: ${storedBytes} bytes of data are stored, ${usedBytes} are in use`)
  }
  return problems
}
