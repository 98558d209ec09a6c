import { commit, deletion, held } from "./gate.ts"
import type { Interleaving } from "./interleaving.ts"
import { disk } from "./stage.ts"

const HOUR_MS = 60 * 60_000
/**
 * Packs that the store kept, being locked, are nobody's still when their epoch is over, and the next one: who began before
 * does not name them, and a deletion that comes late takes nothing that is needed.
 */
export const keptByStore: Interleaving = {
  name: "packs that the store kept",
  store: { versioning: "lock" },
  async run(stage) {
    const { point: other } = await stage.backUp("web", disk(5))
    await stage.backUp("web", disk(3))
    const { point } = await stage.backUp("web", disk(1, 2))
    const session = (await stage.find("web")).state.points.at(-1)?.session
    const writer = held(stage.store, commit())
    const cloning = stage.backUp("clone", disk(1, 2), { store: writer.store })
    await writer.reached(cloning)
    await stage.remove("web", point)
    const door = held(stage.store, deletion)
    const late = stage.reclaim({ store: door.store })
    await door.reached(late)
    for (const key of stage.world.store.keys().filter((one) => one.includes(`/packs/${session}/`)))
      await stage.store.extend(key, stage.world.clock.now() + HOUR_MS)
    await stage.reclaim()
    await stage.remove("web", other)
    await stage.reclaim()
    writer.open()
    await cloning
    await stage.wait(2 * HOUR_MS)
    door.open()
    await late
  },
}
