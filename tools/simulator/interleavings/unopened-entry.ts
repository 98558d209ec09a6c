import { noise } from "../../../packages/copy-engine/src/testing/noise.ts"
import type { Interleaving } from "./interleaving.ts"
import { disk } from "./stage.ts"

/** F3: an entry that does not open may be a point: nothing of the backup is given back until it is known what it was. */
export const unopenedEntry: Interleaving = {
  name: "an entry that does not open",
  async run(stage) {
    await stage.backUp("web", disk(3))
    await stage.backUp("web", disk(1, 2))
    const [newest] = stage.world.store.keys().filter((key) => /^backups\/.*\/log\//.test(key))
    if (newest === undefined) throw new Error("there is no log")
    let whole = new Uint8Array()
    stage.world.store.tamper(newest, (bytes) => {
      whole = bytes.slice()
      return noise(bytes.length, 1)
    })
    await stage.reclaim({ mayBe: ["Damaged"] })
    stage.world.store.tamper(newest, () => whole)
  },
}
