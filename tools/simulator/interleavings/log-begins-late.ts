import type { StoreRequest } from "@bcopy/repo"
import { decision, held } from "./gate.ts"
import type { Interleaving } from "./interleaving.ts"
import { disk, type Stage } from "./stage.ts"

const pack = ({ method, key }: StoreRequest) => method === "create" && key.includes("/packs/")
const beat = ({ method, key }: StoreRequest) => method === "create" && key.includes("/sessions/")

/** F2: a workload is backed up for the first time when all logs that there were have their barrier. */
export const logBeginsLate: Interleaving = {
  name: "a log begins behind the barriers",
  run: (stage) => beginLate(stage, pack),
}

/** The same, with reclaim going on between the writer's first entry and its own barrier. */
export const logHasNoBarrierYet: Interleaving = {
  name: "a log has begun and has no barrier yet",
  run: (stage) => beginLate(stage, beat),
}

async function beginLate(stage: Stage, where: (request: StoreRequest) => boolean): Promise<void> {
  const { point } = await stage.backUp("web", disk(1, 2))
  await stage.backUp("web", disk(3))
  await stage.remove("web", point)
  const door = held(stage.store, decision)
  const reclaiming = stage.reclaim({ store: door.store })
  await door.reached(reclaiming)
  const late = held(stage.store, where)
  const writing = stage.backUp("db", disk(3, 4), { store: late.store })
  await late.reached(writing)
  door.open()
  await reclaiming
  late.open()
  await writing
}
