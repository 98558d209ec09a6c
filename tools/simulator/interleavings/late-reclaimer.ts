import { commit, deletion, entry, held } from "./gate.ts"
import type { Interleaving } from "./interleaving.ts"
import { pausedAt } from "./paused-source.ts"
import { disk, type Stage } from "./stage.ts"

/**
 * Who wakes up in an epoch that is over decides nothing: what it condemned was spared, is shared by a clone, and has since
 * been nobody's for a moment.
 */
export const lateReclaimer: Interleaving = {
  name: "a reclaim that wakes up in an epoch that is over",
  async run(stage) {
    await stage.backUp("web", disk(3))
    const { point } = await stage.backUp("web", disk(1, 2))
    await stage.remove("web", point)
    const door = held(stage.store, entry)
    const last = held(door.store, deletion)
    const late = stage.reclaim({ store: last.store })
    await door.reached(late)
    await stage.undo("web", point, disk(1, 2))
    await stage.reclaim()

    await pauseOne(stage)
    const slow = held(stage.store, commit())
    const cloning = stage.backUp("clone", disk(1, 2), { store: slow.store })
    await slow.reached(cloning)
    // A paused session's checkpoint holds the packs in the epoch that purges the point, and then is built on by nobody.
    await stage.remove("web", point)
    await stage.reclaim()
    await stage.backUp("other", disk(6, 7, 8))

    door.open()
    await last.reachedIfAtAll(late)
    slow.open()
    await cloning
    last.open()
    await late
  },
}

async function pauseOne(stage: Stage): Promise<void> {
  const { arrival, close, given } = pausedAt(32)
  const pausing = stage.backUp("other", disk(1, 2, 4, 5), given).catch(() => undefined)
  await arrival
  close()
  await pausing
  await stage.wait()
}
