import {
  encodeSmallObject,
  entryKey,
  layout,
  type LogEntry,
  type LogState,
  nextEntry,
  randomId,
} from "@bcopy/chain-format"
import { reclaim } from "@bcopy/copy-engine"
import { parseObjectKey } from "@bcopy/repo"
import type { Interleaving } from "./interleaving.ts"
import { disk, type Stage } from "./stage.ts"

/** F3: a catalogue that leaves a point out orders nothing: reclaim believes the entries. */
export const forgedCatalogue: Interleaving = {
  name: "a forged catalogue",
  async run(stage) {
    await forge(stage, ({ points, ...state }) => ({ ...state, points: points.slice(1) }))
  },
}

/** F3: nor one that says that all before itself is void. */
export const forgedFloor: Interleaving = {
  name: "a forged floor",
  async run(stage) {
    await forge(stage, (state) => ({ ...state, points: [], floor: state.head.number + 1 }))
  },
}

/** F3: nor one that says so of the barrier before. */
export const forgedVoid: Interleaving = {
  name: "a forged end of what is void",
  async run(stage) {
    await forge(
      stage,
      (state) => ({ ...state, points: [] }),
      ({ catalogue, ...entry }) => {
        const barrier = catalogue?.barrier && { ...catalogue.barrier, voidBelow: entry.number }
        return { ...entry, ...(catalogue && { catalogue: { ...catalogue, ...(barrier && { barrier }) } }) }
      },
    )
  },
}

/** Somebody who can write appends a barrier whose catalogue does not follow; once it is gone all must be as it was. */
async function forge(
  stage: Stage,
  lie: (state: LogState) => LogState,
  lieOn: (entry: LogEntry) => LogEntry = (entry) => entry,
): Promise<void> {
  await stage.backUp("web", disk(1, 2))
  await stage.backUp("web", disk(3))
  const { place, state } = await stage.find("web")
  const { view, storeTime } = await stage.world.open()
  const forged = lie(state)
  const entry = nextEntry(forged, {
    session: randomId(new Uint8Array(16)),
    atMs: storeTime.now(),
    body: { kind: "barrier", epoch: 1, purged: [], floor: forged.floor },
  })
  const objectKey = entryKey(layout.log(place.backup, place.workload), entry.number, view.entryTag)
  const key = parseObjectKey(objectKey)
  await stage.store.create(key, encodeSmallObject("logEntry", lieOn(entry), { ...view, objectKey }))
  await stage.wait()
  const { failed } = await reclaim(await stage.world.open())
  if (failed.length === 0) stage.problem("reclaim believed a forged catalogue")
  await stage.store.remove(key)
}
