import { changed } from "../../../packages/copy-engine/src/testing/noise.ts"
import { commit, held } from "./gate.ts"
import type { Interleaving } from "./interleaving.ts"
import { disk, MIB, type Stage } from "./stage.ts"

const HOUR_MS = 60 * 60_000
export const emptying = { maxUnused: 0.02 }

/** F8: who has moved blocks sleeps until nobody heeds it any more, and its new packs are given back. */
export const emptiedTooLate: Interleaving = {
  name: "packs that were emptied too late",
  async run(stage) {
    const point = await makeSparse(stage)
    const door = held(stage.store, commit())
    const moving = stage.reclaim({ store: door.store, ...emptying, mayBe: ["Busy"] })
    await door.reached(moving)
    await stage.wait(2 * HOUR_MS)
    await stage.remove("web", point)
    await stage.reclaim()
    door.open()
    await moving
  },
}

/** F8: packs that nobody names yet are let be while somebody is about to move points into them. */
export const emptiedBeside: Interleaving = {
  name: "packs that are emptied beside another reclaim",
  async run(stage) {
    await makeSparse(stage)
    const door = held(stage.store, commit())
    const moving = stage.reclaim({ store: door.store, ...emptying })
    await door.reached(moving)
    await stage.wait()
    await stage.reclaim()
    door.open()
    const report = await moving
    if (report?.backups[0]?.packs === 0) stage.problem("blocks were moved for nothing")
  },
}

/** F8: two move the same points, one of them from fewer packs; what the other has emptied is given back in between. */
export const emptiedTwice: Interleaving = {
  name: "packs that two empty at the same time",
  async run(stage) {
    await makeSparse(stage)
    const slow = held(stage.store, commit())
    const few = stage.reclaim({ store: slow.store, ...emptying, maxBytes: MIB, mayBe: ["Busy"] })
    await slow.reached(few)
    await stage.reclaim(emptying)
    slow.open()
    await few
  },
}

/** A point whose packs are half in use, and one beside it that may go: that one is given. */
export async function makeSparse(stage: Stage): Promise<string | undefined> {
  const first = disk(1, 2, 3, 4)
  const { point } = await stage.backUp("web", first)
  const other = await stage.backUp("web", halfChanged(first))
  await stage.backUp("web", halfChanged(first))
  await stage.remove("web", point)
  await stage.reclaim()
  return other.point
}

/** The same disk with half of each pack changed. */
export function halfChanged(bytes: Uint8Array): Uint8Array {
  const count = MIB / 2
  const stretches = Array.from({ length: bytes.length / MIB }, (_, part) => ({ at: part * MIB, count }))
  return changed(bytes, stretches, 7)
}
