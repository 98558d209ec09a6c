import { aroundRequests, StoreError } from "@bcopy/repo"
import { asHost, deadProcess } from "../../../packages/copy-engine/src/testing/hosts.ts"
import type { Interleaving } from "./interleaving.ts"
import { pausedAt } from "./paused-source.ts"
import { disk, MIB, type Stage } from "./stage.ts"

/** F2: a session adopted what one had stored that was killed before its first checkpoint, and fails before its own. */
export const adoptedAndDied: Interleaving = {
  name: "adopted work whose adopter died",
  async run(stage) {
    const bytes = disk(1, 2, 4)
    await stage.backUp("web", disk(3))
    await asHost(deadProcess(), () => beKilled(stage, bytes))
    await stage.failToBackUp("clone", bytes)
    await stage.reclaim()
    const { counts } = await stage.backUp("clone", bytes)
    if (counts.deduplicatedBytes < MIB) stage.problem(`${counts.newBytes} bytes were stored again`)
  },
}

/** F2: the same with a checkpoint, of which the adopter has not said a word yet. */
export const adoptedCheckpoint: Interleaving = {
  name: "an adopted checkpoint whose adopter died",
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
    await asHost(deadProcess(), () => beKilled(stage, bytes, "one"))
    await stage.remove("web", point)
    await stage.reclaim()
    const { counts } = await stage.backUp("clone", bytes, { identity: "one" })
    if (counts.storedBytes > 0) stage.problem(`${counts.storedBytes} bytes were stored again`)
  },
}

/** A backup whose process dies: when it has stored two packs, or read the fence that it wrote. */
async function beKilled(stage: Stage, bytes: Uint8Array, identity?: string): Promise<void> {
  let [packs, isDead] = [0, false]
  const store = aroundRequests(stage.store, async ({ method, key }, run) => {
    if (isDead) throw new StoreError("Unavailable", "it is dead")
    const done = await run()
    if (method === "create" && key.includes("/packs/")) packs++
    isDead = packs === 2 || (identity !== undefined && method === "list" && key.includes("/condemned/"))
    return done
  })
  await stage.backUp("clone", bytes, { store, ...(identity !== undefined && { identity }) }).catch(() => undefined)
  await stage.wait()
}
