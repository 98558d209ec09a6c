import { isEngineError } from "@bcopy/copy-engine"
import { entry, held } from "./gate.ts"
import type { Interleaving } from "./interleaving.ts"
import { disk } from "./stage.ts"

/** F4: two each remove one of the last two points. */
export const lastTwoPoints: Interleaving = {
  name: "the last two points",
  async run(stage) {
    const { point } = await stage.backUp("web", disk(1))
    const { point: other } = await stage.backUp("web", disk(2))
    const door = held(stage.store, entry)
    const removing = stage.remove("web", point, 0, { store: door.store }).catch((error: unknown) => {
      if (!isEngineError(error) || error.code !== "Refused") throw error
    })
    await door.reached(removing)
    await stage.remove("web", other)
    door.open()
    await removing
    if ((await stage.find("web")).state.points.length === 0) stage.problem("web: no point is left")
  },
}
