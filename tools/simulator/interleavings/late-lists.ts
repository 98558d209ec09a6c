import { aroundRequests, type ListPage } from "@bcopy/repo"
import type { Interleaving } from "./interleaving.ts"
import { disk } from "./stage.ts"

/** A store whose lists lag behind hides a barrier from who has just written it: entries are found by asking for them. */
export const lateLists: Interleaving = {
  name: "lists that lag behind",
  async run(stage) {
    const { point } = await stage.backUp("web", disk(1, 2))
    await stage.backUp("web", disk(3))
    await stage.remove("web", point)
    const known = new Set(stage.keys("/log/"))
    const store = aroundRequests(stage.store, async ({ method, key }, run) => {
      const answer = await run()
      if (method !== "list" || !key.includes("/log/")) return answer
      const page = answer as ListPage
      return { ...page, objects: page.objects.filter((one) => known.has(one.key)) } as typeof answer
    })
    await stage.reclaim({ store })
  },
}
