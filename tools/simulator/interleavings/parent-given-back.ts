import { held, packRead } from "./gate.ts"
import type { Interleaving } from "./interleaving.ts"
import { disk } from "./stage.ts"

/** F2: the point that an increment is being built on is given back while its maps are read: that is no damage. */
export const parentGivenBack: Interleaving = {
  name: "a parent that is given back",
  async run(stage) {
    await stage.backUp("web", disk(3))
    const { point } = await stage.backUp("web", disk(1, 2))
    const door = held(stage.store, packRead)
    const writing = stage.backUp("web", disk(1, 4), { store: door.store })
    await door.reached(writing)
    await stage.remove("web", point)
    await stage.reclaim()
    door.open()
    await writing
  },
}
