import { differing, restoreBytes } from "../../../packages/copy-engine/src/testing/restore-bytes.ts"
import { condemning, held, packRead } from "./gate.ts"
import type { Interleaving } from "./interleaving.ts"
import { disk, type Stage } from "./stage.ts"

/** Who reads a point for long has left a mark, and reads it to its end. */
export const longReader: Interleaving = {
  name: "a point that is read for long",
  async run(stage) {
    await readMeanwhile(stage, async (point) => {
      await stage.remove("web", point)
      await stage.wait()
      await stage.reclaim()
    })
  },
}

/** The same, with a mark that is left while reclaim is counting. */
export const readerWhileCounting: Interleaving = {
  name: "a point whose reader leaves a mark while packs are counted",
  async run(stage) {
    await readMeanwhile(stage, async (point) => {
      await stage.remove("web", point, 0, { waitMs: 2000 })
      const door = held(stage.store, condemning)
      const reclaiming = stage.reclaim({ store: door.store })
      await door.reached(reclaiming)
      await stage.wait()
      door.open()
      await reclaiming
    })
  },
}

async function readMeanwhile(stage: Stage, work: (point: string | undefined) => Promise<void>): Promise<void> {
  const { point = "" } = await stage.backUp("web", disk(1, 2))
  await stage.backUp("web", disk(3))
  const door = held(stage.store, packRead)
  const reading = restoreBytes(await stage.world.open(door.store), { workload: "web", point, movers: 0 })
  await door.reached(reading)
  await work(point)
  door.open()
  const found = await reading
  if (differing(found, { sda: disk(1, 2) }).length > 0) stage.problem("web: what was read is something else")
}
