import fc from "fast-check"
import { expect, test } from "vitest"
import { MAX_MAP_PACKS } from "./limits.ts"
import { MERGE_FROM_PACKS, planMapMerge } from "./plan-map-merge.ts"

interface Pack {
  readonly pack: number
  readonly liveBytes: number
}

/** Commits so often, each with a pack of its own; gives what is there then, and how much was moved. */
function commit(begin: readonly Pack[], commits: number, size: (commit: number) => number, packBytes: number) {
  let packs = begin
  const written: { own: number; moved: number }[] = []
  for (let each = 0; each < commits; each++) {
    const emptied = planMapMerge(packs, packBytes)
    const moved = packs.filter(({ pack }) => emptied.has(pack)).reduce((sum, { liveBytes }) => sum + liveBytes, 0)
    const left = packs.filter(({ pack }) => !emptied.has(pack))
    expect(left.length).toBe(packs.length - emptied.size)
    written.push({ own: size(each), moved })
    packs = [...left, { pack: begin.length + each, liveBytes: size(each) + moved }]
    expect(packs.length).toBeLessThanOrEqual(MAX_MAP_PACKS)
  }
  const sum = (part: "own" | "moved") => written.reduce((all, step) => all + step[part], 0)
  return { packs, moved: sum("moved") / sum("own"), most: Math.max(...written.map((step) => step.moved)) }
}

test("a chain of any length keeps its map in a bounded number of packs, and moves few pages to do so", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 1000 }), { minLength: 10, maxLength: 50 }), (sizes) => {
      const { packs, moved } = commit([], 3000, (each) => sizes[each % sizes.length] as number, 32 << 20)
      expect(packs.length).toBeLessThanOrEqual(MERGE_FROM_PACKS)
      expect(moved).toBeLessThan(4)
    }),
    { numRuns: 15, seed: 1 },
  )
})

test("small increments of a large disk do not move its map", () => {
  const packBytes = 32 << 20
  for (const { full, size } of [
    { full: 90, size: 6 << 20 },
    { full: 158, size: 6 << 20 },
    { full: 158, size: 20 << 20 },
  ]) {
    const map = Array.from({ length: full }, (_, pack) => ({ pack, liveBytes: size }))
    const { packs, moved, most } = commit(map, 3000, () => 300_000, packBytes)
    expect(packs.length).toBeLessThanOrEqual(MAX_MAP_PACKS)
    expect(most).toBeLessThanOrEqual(packBytes)
    expect(moved).toBeLessThan(3)
  }
})

test("what is half full stays, and what is merged fits one pack", () => {
  const packBytes = 1000
  const of = (liveBytes: number) => Array.from({ length: MERGE_FROM_PACKS }, (_, pack) => ({ pack, liveBytes }))
  expect(planMapMerge(of(500), packBytes).size).toBe(0)
  expect(planMapMerge(of(499), packBytes).size).toBe(2)
  expect(planMapMerge(of(10), packBytes).size).toBe(64)
  expect(planMapMerge(of(10).slice(1), packBytes).size).toBe(0)
})
