import {
  CATALOGUE_EVERY,
  encodeSmallObject,
  entryKey,
  layout,
  type LogEntry,
  type LogState,
  NEVER_VOID,
  nextEntry,
  randomId,
} from "@bcopy/chain-format"
import { pinPoint, reclaim, unpinPoint } from "@bcopy/copy-engine"
import { parseObjectKey } from "@bcopy/repo"
import type { Interleaving } from "./interleaving.ts"
import { disk, type Stage } from "./stage.ts"

const MINUTE_MS = 60_000
const HALF_AN_HOUR_MS = 30 * MINUTE_MS

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

/** F3: nor one that says that all before a floor that may be one is void, for as long as it takes until that is deleted. */
export const forgedVoid: Interleaving = {
  name: "a forged end of what is void",
  async run(stage) {
    await forge(
      stage,
      (state) => ({ ...state, points: [], floor: CATALOGUE_EVERY }),
      ({ catalogue, ...entry }) => {
        const barrier = catalogue?.barrier && { ...catalogue.barrier, voidBelow: catalogue.floor }
        return { ...entry, ...(catalogue && { catalogue: { ...catalogue, ...(barrier && { barrier }) } }) }
      },
      // The forged one may have its floor at the first catalogue, which stands by itself.
      { entries: CATALOGUE_EVERY + NEVER_VOID - 1, waitMs: HALF_AN_HOUR_MS },
    )
  },
}

/** Somebody who can write appends a barrier whose catalogue does not follow; once it is gone all must be as it was. */
async function forge(
  stage: Stage,
  lie: (state: LogState) => LogState,
  lieOn: (entry: LogEntry) => LogEntry = (entry) => entry,
  { entries = 0, waitMs = MINUTE_MS }: { readonly entries?: number; readonly waitMs?: number } = {},
): Promise<void> {
  await stage.backUp("web", disk(1, 2))
  await stage.backUp("web", disk(3))
  const found = await stage.find("web")
  let { state } = found
  const repository = await stage.world.open()
  while (state.head.number < entries) {
    const { entry: point = 0, pin } = state.points[0] ?? {}
    const now = { ...found, state }
    state = await (pin === undefined ? pinPoint(repository, now, point, "kept") : unpinPoint(repository, now, point))
  }
  const { view, storeTime } = repository
  const forged = lie(state)
  const entry = nextEntry(forged, {
    session: randomId(new Uint8Array(16)),
    atMs: storeTime.now(),
    body: { kind: "barrier", epoch: 1, purged: [], floor: forged.floor },
  })
  const objectKey = entryKey(layout.log(found.place.backup, found.place.workload), entry.number, view.entryTag)
  const key = parseObjectKey(objectKey)
  await stage.store.create(key, encodeSmallObject("logEntry", lieOn(entry), { ...view, objectKey }))
  await stage.wait(waitMs)
  const { failed } = await reclaim(await stage.world.open())
  if (failed.length === 0) stage.problem("reclaim believed a forged catalogue")
  await stage.store.remove(key)
}
