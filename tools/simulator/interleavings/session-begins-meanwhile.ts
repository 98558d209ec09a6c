import type { StoreRequest } from "@bcopy/repo"
import { commit, decision, held } from "./gate.ts"
import type { Interleaving } from "./interleaving.ts"
import { disk } from "./stage.ts"

const listing = ({ method, key }: StoreRequest) => method === "list" && key.endsWith("/packs/")

/** F2: a session begins when sessions have been counted, and stores packs before they are listed: they are not condemned. */
export const sessionBeginsMeanwhile: Interleaving = {
  name: "a session that begins while packs are counted",
  async run(stage) {
    const { point } = await stage.backUp("web", disk(1, 2))
    await stage.backUp("web", disk(3))
    await stage.remove("web", point)
    const later = held(stage.store, decision)
    const door = held(later.store, listing)
    const reclaiming = stage.reclaim({ store: door.store })
    await door.reached(reclaiming)
    const writer = held(stage.store, commit())
    const writing = stage.backUp("db", disk(4, 5), { store: writer.store })
    await writer.reached(writing)
    door.open()
    await later.reached(reclaiming)
    writer.open()
    await writing
    later.open()
    await reclaiming
    if (stage.world.events.some(({ type }) => type === "waiting")) stage.problem("db: its point was brought twice")
  },
}
