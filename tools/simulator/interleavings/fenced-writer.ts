import { isEngineError } from "@bcopy/copy-engine"
import { held, mapPack } from "./gate.ts"
import type { Interleaving } from "./interleaving.ts"
import { disk } from "./stage.ts"

/** F4: a writer was shut out, and its packs were given back, while it slept between two packs. */
export const fencedWriter: Interleaving = {
  name: "a writer that was shut out",
  async run(stage) {
    const door = held(stage.store, mapPack)
    const sleeping = stage.backUp("web", disk(1, 2), { store: door.store }).catch((error: unknown) => {
      if (!isEngineError(error) || error.code !== "Fenced") throw error
    })
    await door.reached(sleeping)
    await stage.backUp("web", disk(3), { takeOver: true })
    await stage.reclaim()
    door.open()
    await sleeping
  },
}
