import type { Interleaving } from "./interleaving.ts"
import { pausedAt } from "./paused-source.ts"
import { disk } from "./stage.ts"

/** F2: what the checkpoint of a paused session names stays, and is not stored again when it goes on. */
export const pausedSession: Interleaving = {
  name: "a paused session",
  async run(stage) {
    const bytes = disk(1, 2, 4, 5)
    await stage.backUp("web", disk(3))
    const { point } = await stage.backUp("web", disk(1, 2))
    const { arrival, close, given } = pausedAt(32)
    const pausing = stage.backUp("clone", bytes, { ...given, identity: "one" }).catch(() => undefined)
    await arrival
    close()
    await pausing
    await stage.wait()
    await stage.remove("web", point)
    await stage.reclaim()
    const { counts } = await stage.backUp("clone", bytes, { identity: "one" })
    if (counts.storedBytes > 0) stage.problem(`${counts.storedBytes} bytes were stored again`)
  },
}
