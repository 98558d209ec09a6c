import { entry, held } from "./gate.ts"
import type { Interleaving } from "./interleaving.ts"
import { disk } from "./stage.ts"

/** F2: a removal is taken back while the barriers are being written: the epoch spares the point. */
export const undoAfterCondemned: Interleaving = {
  name: "undo after condemned",
  async run(stage) {
    const { point } = await stage.backUp("web", disk(1, 2))
    await stage.backUp("web", disk(3))
    await stage.remove("web", point)
    const door = held(stage.store, entry)
    const reclaiming = stage.reclaim({ store: door.store })
    await door.reached(reclaiming)
    await stage.undo("web", point, disk(1, 2))
    door.open()
    await reclaiming
  },
}
