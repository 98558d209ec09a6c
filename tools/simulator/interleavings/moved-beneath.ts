import { copy, verify } from "@bcopy/copy-engine"
import { repositorySource } from "@bcopy/source-repository"
import { restoreBytes } from "../../../packages/copy-engine/src/testing/restore-bytes.ts"
import { makeWorld } from "../../../packages/copy-engine/src/testing/world.ts"
import { held, packRead } from "./gate.ts"
import type { Interleaving } from "./interleaving.ts"
import { makeSparse } from "./sparse-packs.ts"
import type { Stage } from "./stage.ts"

/** F8: a living point is moved while it is restored, and what it lay in is deleted. */
export const movedBeneathRestore: Interleaving = {
  name: "a point that is moved while it is restored",
  async run(stage) {
    const point = (await makeSparse(stage)) as string
    await moveBeneath(stage, async (store) => {
      await restoreBytes(await stage.world.open(store), { workload: "web", point, movers: 0 })
    })
  },
}

export const movedBeneathVerify: Interleaving = {
  name: "a point that is moved while it is verified",
  async run(stage) {
    await makeSparse(stage)
    await moveBeneath(stage, async (store) => {
      const { damaged } = await verify(await stage.world.open(store), { all: true, readData: "hash", movers: 0 })
      for (const { message } of damaged) stage.problem(message)
    })
  },
}

export const movedBeneathCopy: Interleaving = {
  name: "a point that is moved while it is copied",
  async run(stage) {
    await makeSparse(stage)
    const target = makeWorld({ encrypted: false, id: "2" })
    await target.create()
    await moveBeneath(stage, async (store) => {
      const source = repositorySource({ view: (await stage.world.open(store)).view })
      const { failed } = await copy(await target.open(), { source, select: "all", level: 0, movers: 0 })
      for (const { error } of failed) stage.problem(error.message)
    })
  },
}

async function moveBeneath(stage: Stage, read: (store: Stage["store"]) => Promise<void>): Promise<void> {
  let reads = 0
  const door = held(stage.store, (request) => packRead(request) && ++reads > 3)
  const reading = read(door.store)
  await door.reached(reading)
  await stage.reclaim({ maxUnused: 0.02 })
  door.open()
  await reading
}
