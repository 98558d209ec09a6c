import { noise } from "../../../packages/copy-engine/src/testing/noise.ts"
import type { Interleaving } from "./interleaving.ts"
import { disk } from "./stage.ts"

/** F9: of a point that does not open nobody knows what it needs: what is older than it stays until it is healed. */
export const unknownTable: Interleaving = {
  name: "a point that does not open",
  async run(stage) {
    const { point } = await stage.backUp("web", disk(1, 2))
    const { point: other } = await stage.backUp("web", disk(3))
    await stage.backUp("web", disk(4))
    const session = (await stage.find("web")).state.points.find((one) => one.point === point)?.session
    const [map] = stage.world.store.keys().filter((key) => key.endsWith(`/packs/${session}/00000002`))
    if (map === undefined) throw new Error("there is no map pack")
    let whole = new Uint8Array()
    stage.world.store.tamper(map, (bytes) => {
      whole = bytes.slice()
      return noise(bytes.length, 1)
    })
    await stage.remove("web", other)
    await stage.reclaim({ mayBe: ["Damaged"] })
    stage.world.store.tamper(map, () => whole)
  },
}
