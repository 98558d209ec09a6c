import { backUp, isEngineError } from "@bcopy/copy-engine"
import { disksNow } from "../../../packages/copy-engine/src/testing/memory-source.ts"
import { commit, held, mapPack } from "./gate.ts"
import type { Interleaving } from "./interleaving.ts"
import { disk, JOB } from "./stage.ts"

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

/** F4: the same of one that lacks nothing: what it brought would be a point all the same. */
export const fencedWhole: Interleaving = {
  name: "a writer that was shut out and has all its packs",
  async run(stage) {
    const door = held(stage.store, commit())
    const bytes = disk(1, 2)
    const source = disksNow({ sda: bytes }, { workload: "web" })
    const repository = await stage.world.open(door.store)
    const sleeping = backUp(repository, { source, job: JOB, workload: "web", level: 0, movers: 0 }).then(
      () => "it came to its end",
      (error: unknown) => (isEngineError(error) && error.code === "Fenced" ? undefined : String(error)),
    )
    await door.reached(sleeping)
    await stage.backUp("web", disk(3), { takeOver: true })
    door.open()
    const outcome = await sleeping
    if (outcome !== undefined) stage.problem(`web: who was shut out was not told so: ${outcome}`)
    const { state } = await stage.find("web")
    if (state.points.length > 1) stage.problem("web: who was shut out has brought a point")
  },
}
