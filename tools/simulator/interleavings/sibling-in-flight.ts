import { commit, held } from "./gate.ts"
import type { Interleaving } from "./interleaving.ts"
import { disk } from "./stage.ts"

/** F2: a clone is about to commit what it shares with a point that is given back meanwhile. */
export const siblingInFlight: Interleaving = {
  name: "sibling in flight",
  async run(stage) {
    await stage.backUp("web", disk(3))
    const { point } = await stage.backUp("web", disk(1, 2))
    const door = held(stage.store, commit())
    const cloning = stage.backUp("clone", disk(1, 2), { store: door.store })
    await door.reached(cloning)
    await stage.remove("web", point)
    await stage.reclaim()
    door.open()
    await cloning
  },
}
