import { isEngineError, pinPoint, unpinPoint } from "@bcopy/copy-engine"
import { commit, held } from "./gate.ts"
import type { Interleaving } from "./interleaving.ts"
import { disk, type Stage } from "./stage.ts"

const MINUTE_MS = 60_000
const YEAR_MS = 365 * 24 * 60 * MINUTE_MS
/** Longer than what is void stays. */
const SLOW_MS = 30 * MINUTE_MS
/** As many as two catalogues take. */
const ENTRIES = 128

/** F3: a writer wakes up when its number was used and is void; what is named below the floor stays. */
export const numberInAHole: Interleaving = {
  name: "a number in a hole",
  run: (stage) => wakeInAHole(stage, { everyMs: SLOW_MS }),
}

/** F3: before the hole stands an entry that is named still: who meets it has not met the whole log. */
export const entryBeforeAHole: Interleaving = {
  name: "an entry before a hole",
  run: (stage) => wakeInAHole(stage, { everyMs: SLOW_MS, keeps: true }),
}

/** F3: entries come and go within minutes. */
export const hasteInAHole: Interleaving = {
  name: "a number in a hole of minutes",
  run: (stage) => wakeInAHole(stage, { everyMs: 2000 }),
}

async function wakeInAHole(stage: Stage, how: { readonly everyMs: number; readonly keeps?: boolean }): Promise<void> {
  const { point } = await stage.backUp("web", disk(1))
  await stage.backUp("web", disk(2))
  const others: (string | undefined)[] = []
  for (let at = 0; at < 4; at++) others.push((await stage.backUp("db", disk(10 + at))).point)
  const door = held(stage.store, commit())
  const sleeping = stage.backUp("web", disk(3), { store: door.store }).catch((error: unknown) => {
    if (!isEngineError(error) || error.code !== "Fenced") throw error
  })
  await door.reached(sleeping)
  if (how.keeps === true) await stage.remove("web", point, YEAR_MS, { waitMs: how.everyMs })
  const repository = await stage.world.open()
  let found = await stage.find("web")
  const entry = found.state.points[0]?.entry ?? 0
  for (let at = 0; at < ENTRIES; at += 2) {
    found = { ...found, state: await pinPoint(repository, found, entry, "kept") }
    found = { ...found, state: await unpinPoint(repository, found, entry) }
  }
  for (const other of others.slice(0, 3)) {
    await stage.remove("db", other, 0, { waitMs: how.everyMs })
    await stage.reclaim({ waitMs: 0 })
  }
  door.open()
  await sleeping
}
