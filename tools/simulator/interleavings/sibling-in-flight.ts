import { commit, held } from "./gate.ts"
import type { Interleaving } from "./interleaving.ts"
import { emptying, halfChanged } from "./sparse-packs.ts"
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
    const report = await stage.reclaim()
    if (report?.backups[0]?.purged === 0) stage.problem("web: what is due was not purged")
    door.open()
    await cloning
  },
}

/** The same of a point that stays: what it lies in is written anew meanwhile, and then given back. */
export const siblingOfMoved: Interleaving = {
  name: "sibling in flight of what is moved",
  async run(stage) {
    const { point } = await stage.backUp("web", disk(1, 2, 3, 4))
    const bytes = halfChanged(disk(1, 2, 3, 4))
    await stage.backUp("web", bytes)
    await stage.remove("web", point)
    const door = held(stage.store, commit())
    const cloning = stage.backUp("clone", bytes, { store: door.store })
    await door.reached(cloning)
    const report = await stage.reclaim(emptying)
    if (report?.backups[0]?.emptied === 0) stage.problem("nothing was moved")
    door.open()
    await cloning
  },
}
