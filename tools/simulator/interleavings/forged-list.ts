import { encodeSmallObject, layout } from "@bcopy/chain-format"
import { parseObjectKey } from "@bcopy/repo"
import type { Interleaving } from "./interleaving.ts"
import { disk, type Stage } from "./stage.ts"

/** F2: a list of condemned packs that somebody made up orders nothing: what is needed is counted. */
export const forgedCondemned: Interleaving = {
  name: "a forged condemned list",
  run: (stage) => forge(stage, ["condemned"]),
}

export const forgedFinal: Interleaving = {
  name: "a forged final list",
  run: (stage) => forge(stage, ["condemned", "final"]),
}

async function forge(stage: Stage, stages: readonly ("condemned" | "final")[]): Promise<void> {
  await stage.backUp("web", disk(1, 2))
  await stage.backUp("web", disk(3))
  const { place, state } = await stage.find("web")
  const { view, storeTime } = await stage.world.open()
  const packs = state.points.map(({ session }) => ({ session, runs: [[1, 3, 1]] as const }))
  for (const which of stages) {
    const objectKey = layout.condemnedList(place.backup, 1, which)
    const list = { epoch: 1, stage: which, atMs: storeTime.now(), oldestMs: 0, packs }
    const bytes = encodeSmallObject("condemned", list, { ...view, objectKey })
    await stage.store.create(parseObjectKey(objectKey), bytes)
  }
  await stage.wait()
  await stage.reclaim({ mayBe: ["Damaged"] })
}
