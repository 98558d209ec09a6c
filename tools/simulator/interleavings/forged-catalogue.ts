import { encodeSmallObject, entryKey, layout, nextEntry, randomId } from "@bcopy/chain-format"
import { reclaim } from "@bcopy/copy-engine"
import { parseObjectKey } from "@bcopy/repo"
import type { Interleaving } from "./interleaving.ts"
import { disk } from "./stage.ts"

/** F3: a catalogue that leaves a point out orders nothing: reclaim believes the entries. */
export const forgedCatalogue: Interleaving = {
  name: "a forged catalogue",
  async run(stage) {
    const { point } = await stage.backUp("web", disk(1, 2))
    await stage.backUp("web", disk(3))
    const { place, state } = await stage.find("web")
    const { view, storeTime } = await stage.world.open()
    const forged = { ...state, points: state.points.filter((one) => one.point !== point) }
    const entry = nextEntry(forged, {
      session: randomId(new Uint8Array(16)),
      atMs: storeTime.now(),
      body: { kind: "barrier", epoch: 1, purged: [], floor: 1 },
    })
    const objectKey = entryKey(layout.log(place.backup, place.workload), entry.number, view.entryTag)
    const bytes = encodeSmallObject("logEntry", entry, { ...view, objectKey })
    await stage.store.create(parseObjectKey(objectKey), bytes)
    await stage.wait()
    const { failed } = await reclaim(await stage.world.open())
    if (failed.length === 0) stage.problem("reclaim believed a forged catalogue")
    // Without it everything is as it was.
    await stage.store.remove(parseObjectKey(objectKey))
  },
}
