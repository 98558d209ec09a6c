import fc from "fast-check"
import { expect, test } from "vitest"
import { MAX_MAP_PACKS } from "./limits.ts"
import { planMapMerge } from "./plan-map-merge.ts"

test("a chain of any length keeps its map in a bounded number of packs, and moves few pages to do so", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 1000 }), { minLength: 10, maxLength: 50 }), (sizes) => {
      let packs: { pack: number; liveBytes: number }[] = []
      let written = 0
      let moved = 0
      for (let commit = 0; commit < 3000; commit++) {
        const size = sizes[commit % sizes.length] as number
        const emptied = planMapMerge(packs)
        const gone = packs.filter(({ pack }) => emptied.has(pack))
        expect(gone.length).toBe(emptied.size)
        const bytes = gone.reduce((sum, { liveBytes }) => sum + liveBytes, size)
        written += size
        moved += bytes - size
        packs = [...packs.filter(({ pack }) => !emptied.has(pack)), { pack: commit, liveBytes: bytes }]
        expect(packs.length).toBeLessThanOrEqual(MAX_MAP_PACKS / 2)
      }
      expect(moved / written).toBeLessThan(4)
    }),
    { numRuns: 15, seed: 1 },
  )
})
