import fc from "fast-check"
import type { SessionId } from "@bcopy/chain-format"
import { expect, test } from "vitest"
import { SparsePacks } from "./sparse-packs.ts"

const session = "5".repeat(16) as SessionId
const everything = Number.POSITIVE_INFINITY

const packs = fc.array(
  fc.record({ storedBytes: fc.integer({ min: 1, max: 1000 }), used: fc.integer({ min: 1, max: 100 }) }),
  { maxLength: 60 },
)

function gathered(all: readonly { readonly storedBytes: number; readonly used: number }[]): SparsePacks {
  const sparse = new SparsePacks(0)
  for (const [at, { storedBytes, used }] of all.entries()) {
    const known = { session, number: 2 * at + 1, storedBytes, share: used / 100 }
    sparse.add({ ...known, holder: "live", lockedUntilMs: 0, storedAtMs: 0 })
  }
  return sparse
}

test("whatever may be unused, no more is once the chosen packs are emptied, and none is chosen without need", () => {
  fc.assert(
    fc.property(packs, fc.constantFrom(0, 0.01, 0.05, 0.25, 1), (all, maxUnused) => {
      const sparse = gathered(all)
      const chosen = sparse.choose({ maxUnused, maxBytes: everything })
      const unused = (some: typeof chosen) => some.reduce((sum, one) => sum + (1 - one.share) * one.storedBytes, 0)
      const allowed = maxUnused * sparse.liveBytes + 1e-6
      expect(sparse.unusedBytes - unused(chosen)).toBeLessThanOrEqual(allowed)
      if (chosen.length > 0) expect(sparse.unusedBytes - unused(chosen.slice(0, -1))).toBeGreaterThan(allowed - 2e-6)
      for (const { share } of chosen) expect(1 - share).toBeGreaterThan(maxUnused * share)
    }),
  )
})

test("no more is moved than may be, and what is locked, or only removed points need, stays", () => {
  const sparse = gathered([
    { storedBytes: 100, used: 10 },
    { storedBytes: 100, used: 20 },
    { storedBytes: 100, used: 30 },
  ])
  const pack = { session, number: 99, storedBytes: 100, share: 0.01, storedAtMs: 0 }
  sparse.add({ ...pack, holder: "live", lockedUntilMs: 1 })
  sparse.add({ ...pack, holder: "undo", lockedUntilMs: 0 })
  const numbers = (maxBytes: number) => sparse.choose({ maxUnused: 0, maxBytes }).map(({ number }) => number)
  expect(numbers(everything)).toEqual([1, 3, 5])
  expect(numbers(30)).toEqual([1, 3])
  expect(numbers(29)).toEqual([1])
  expect(sparse.choose({ maxUnused: everything, maxBytes: everything })).toEqual([])
})
