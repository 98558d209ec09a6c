import { held, mapPack } from "./gate.ts"
import type { Interleaving } from "./interleaving.ts"
import { disk } from "./stage.ts"

/** F2: what a session has stored that has not committed yet is nobody else's to delete, however long it takes. */
export const sessionAtWork: Interleaving = {
  name: "a session at work",
  async run(stage) {
    const door = held(stage.store, mapPack)
    const writing = stage.backUp("web", disk(1, 2), { store: door.store })
    await door.reached(writing)
    await stage.wait(60 * 60_000)
    await stage.reclaim()
    door.open()
    await writing
    if (stage.world.events.some(({ type }) => type === "waiting")) stage.problem("web: its point was brought twice")
  },
}
