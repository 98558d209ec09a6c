import { commit, condemning, deletion, entry, held } from "./gate.ts"
import type { Interleaving } from "./interleaving.ts"
import { disk } from "./stage.ts"

/** F2: two begin the same epoch, having seen different things: one list counts, the one that writers can read. */
export const twoBeginAnEpoch: Interleaving = {
  name: "two who begin an epoch",
  async run(stage) {
    const { point: other } = await stage.backUp("web", disk(5))
    await stage.backUp("web", disk(3))
    const { point } = await stage.backUp("web", disk(1, 2))
    const writer = held(stage.store, commit())
    const cloning = stage.backUp("clone", disk(1, 2), { store: writer.store })
    await writer.reached(cloning)
    await stage.remove("web", other)
    const first = held(stage.store, entry)
    const beginning = held(first.store, condemning)
    const one = stage.reclaim({ store: beginning.store })
    await beginning.reached(one)
    // The second has seen both removals, and comes too late with its list.
    await stage.remove("web", point)
    const last = held(stage.store, deletion)
    const second = held(last.store, condemning)
    const two = stage.reclaim({ store: second.store })
    await second.reached(two)
    beginning.open()
    await first.reached(one)
    second.open()
    await last.reached(two)
    writer.open()
    await cloning
    last.open()
    await two
    first.open()
    await one
  },
}
