import type { StoreRequest } from "@bcopy/repo"
import { changed } from "../../../packages/copy-engine/src/testing/noise.ts"
import { BLOCK_BYTES } from "../reference.ts"
import { commit, entry, held } from "./gate.ts"
import type { Interleaving } from "./interleaving.ts"
import { halfChanged } from "./sparse-packs.ts"
import { disk } from "./stage.ts"

const signOfLife = ({ method, key }: StoreRequest) => method === "create" && key.includes("/sessions/reclaim/")

/**
 * F8: what a point lies in is condemned, and spared by an undo; a writer that gave its log the barrier builds on it, while one
 * who empties packs wakes up.
 */
export const movedBehindABarrier: Interleaving = {
  name: "a point that is moved behind a barrier",
  async run(stage) {
    const bytes = halfChanged(disk(1, 2, 3, 4))
    await stage.backUp("web", disk(9))
    const { point: first } = await stage.backUp("web", disk(1, 2, 3, 4))
    const { point } = await stage.backUp("web", bytes)
    await stage.remove("web", first)
    await stage.reclaim()
    const sleeper = held(stage.store, signOfLife)
    const emptying = stage.reclaim({ store: sleeper.store, maxUnused: 0.02 })
    await sleeper.reached(emptying)
    await stage.remove("web", point)
    const door = held(stage.store, entry)
    const reclaiming = stage.reclaim({ store: door.store })
    await door.reached(reclaiming)
    await stage.undo("web", point, bytes)
    const writer = held(stage.store, commit())
    const writing = stage.backUp("web", changed(bytes, [{ at: 0, count: BLOCK_BYTES }], 11), { store: writer.store })
    await writer.reached(writing)
    sleeper.open()
    await emptying
    writer.open()
    await writing
    door.open()
    await reclaiming
  },
}
