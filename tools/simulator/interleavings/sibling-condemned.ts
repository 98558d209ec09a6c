import { commit, entry, held } from "./gate.ts"
import type { Interleaving } from "./interleaving.ts"
import { disk } from "./stage.ts"

/** F2: a clone begins while what it would share is condemned: the point there lives by an undo, and is removed again. */
export const siblingCondemned: Interleaving = {
  name: "a sibling's condemned packs",
  async run(stage) {
    await stage.backUp("web", disk(3))
    const { point } = await stage.backUp("web", disk(1, 2))
    await stage.remove("web", point)
    const door = held(stage.store, entry)
    const reclaiming = stage.reclaim({ store: door.store })
    await door.reached(reclaiming)
    await stage.undo("web", point, disk(1, 2))
    const slow = held(stage.store, commit())
    const cloning = stage.backUp("clone", disk(1, 2), { store: slow.store })
    await slow.reached(cloning)
    await stage.remove("web", point)
    // Whoever comes next goes on with the open epoch, and purges what is due by now.
    await stage.reclaim()
    door.open()
    await reclaiming
    slow.open()
    await cloning
  },
}
