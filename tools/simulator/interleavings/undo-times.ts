import { condemning, held } from "./gate.ts"
import type { Interleaving } from "./interleaving.ts"
import { disk, type ReclaimGiven, type Stage } from "./stage.ts"

const HOUR_MS = 60 * 60_000
const YEAR_MS = 365 * 24 * HOUR_MS

/** F2: a removed point needs all that it has, as long as it may come back. */
export const undoTime: Interleaving = { name: "an undo time", run: (stage) => takeBack(stage) }

/** F7: the machine's clock is off by as much as is let pass. */
export const fastMachine: Interleaving = {
  name: "a machine's clock that is hours ahead",
  run: (stage) => takeBack(stage, { aheadMs: 20 * HOUR_MS }),
}

/** F7: the store's clock jumps: whose of the two is wrong nobody can tell, so nothing goes. */
export const fastStore: Interleaving = {
  name: "a store's clock that is years ahead",
  run: (stage) => takeBack(stage, { aheadMs: -10 * YEAR_MS, mayBe: ["Refused"] }),
}

/** A removal that is taken back, and made again with more time, is another one. */
export const removedAnew: Interleaving = {
  name: "a point that is removed anew",
  async run(stage) {
    const bytes = disk(1, 2)
    const { point } = await stage.backUp("web", bytes)
    await stage.backUp("web", disk(3))
    await stage.remove("web", point)
    const door = held(stage.store, condemning)
    const reclaiming = stage.reclaim({ store: door.store })
    await door.reached(reclaiming)
    await stage.undo("web", point, bytes)
    await stage.remove("web", point, YEAR_MS)
    door.open()
    await reclaiming
    await stage.undo("web", point, bytes)
  },
}

async function takeBack(stage: Stage, given: ReclaimGiven = {}): Promise<void> {
  const bytes = disk(1, 2)
  const { point } = await stage.backUp("web", bytes)
  await stage.backUp("web", disk(3))
  await stage.remove("web", point, 10 * HOUR_MS)
  // The store, and what is measured by it, goes ahead of the machine.
  if ((given.aheadMs ?? 0) < 0) stage.world.clock.setNow(stage.world.clock.now() + 10 * YEAR_MS)
  await stage.reclaim(given)
  await stage.undo("web", point, bytes)
}
