import type { Interleaving } from "./interleaving.ts"
import { pausedAt } from "./paused-source.ts"
import { disk, type Stage } from "./stage.ts"

/** F2: a session shares a sibling's packs, they are given back, and only then it leaves a checkpoint that names them. */
export async function leaveStaleCheckpoint(stage: Stage, bytes: Uint8Array): Promise<void> {
  await stage.backUp("web", disk(3))
  const { point } = await stage.backUp("web", disk(1, 2))
  const { arrival, close, given } = pausedAt(32)
  const pausing = stage.backUp("clone", bytes, { ...given, identity: "one" }).catch(() => undefined)
  await arrival
  await stage.remove("web", point)
  await stage.reclaim()
  close()
  await pausing
  await stage.wait()
}

/** What goes on from that checkpoint must not believe it. */
export const checkpointOfBefore: Interleaving = {
  name: "a checkpoint from before a barrier",
  async run(stage) {
    const bytes = disk(1, 2, 4, 5)
    await leaveStaleCheckpoint(stage, bytes)
    await stage.backUp("clone", bytes, { identity: "one" })
  },
}

/** Nor may who goes on from where one left off that did not believe it, and failed. */
export const checkpointHandedOn: Interleaving = {
  name: "a checkpoint that was not believed is handed on",
  async run(stage) {
    const bytes = disk(1, 2, 4, 5)
    await leaveStaleCheckpoint(stage, bytes)
    await stage.failToBackUp("clone", bytes, { identity: "one" })
    await stage.backUp("clone", bytes, { identity: "one" })
  },
}
