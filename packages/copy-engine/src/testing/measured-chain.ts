import { DEFAULT_BLOCK_BYTES } from "@bcopy/chain-format"
import type { RepoStore } from "@bcopy/repo"
import { backUp } from "../back-up.ts"
import { type EngineSeams, openRepository, type OpenRepositoryOptions } from "../repository.ts"
import { type MapCost, mapCost } from "./map-cost.ts"
import { StampedDisk } from "./stamped-disk.ts"
import { type StoreCost, withoutData } from "./without-data.ts"
import { makeWorld } from "./world.ts"

const task = { job: "nightly", workload: "web01", movers: 0 }

/** What one point cost. */
export interface PointCost extends StoreCost {
  /** Bytes of its blocks that were stored nowhere. */
  readonly changedBytes: number
}

/** A chain of points of one dense disk, of which only maps and metadata are kept, with what each point cost. */
export interface MeasuredChain {
  readonly disk: StampedDisk
  /** Changes blocks of the disk and backs it up: a full the first time, of all blocks. Compressed a little unless told otherwise. */
  backUp(changed?: Iterable<number>, level?: number): Promise<PointCost>
  /** What the trees of the newest point take. */
  mapCost(): Promise<MapCost>
}

/** A chain of a disk in a repository that is there, with blocks of the usual size. */
export function measuredChain(
  over: RepoStore,
  seams: EngineSeams,
  disk: StampedDisk,
  options: OpenRepositoryOptions = {},
): MeasuredChain {
  const { store, takeCost } = withoutData(over)
  const open = () => openRepository(store, seams, options)
  return {
    disk,
    async backUp(changed, level = 1) {
      const source = disk.change(changed)
      takeCost()
      const { counts } = await backUp(await open(), { source, level, ...task })
      return { changedBytes: counts.newBytes, ...takeCost() }
    },
    mapCost: async () => mapCost(await open(), task.job, task.workload),
  }
}

/** Begins a chain in a new repository in memory. */
export async function beginChain(sizeBytes: number): Promise<MeasuredChain> {
  const world = makeWorld()
  await world.create()
  const { clock, random } = world.seams()
  const keys = world.keys()
  const disk = new StampedDisk(sizeBytes, DEFAULT_BLOCK_BYTES)
  return measuredChain(world.store, { clock, random }, disk, keys && { keys })
}
