import fc from "fast-check"
import { expect, test } from "vitest"
import { planPrune } from "./plan-prune.ts"
import { planRetention } from "./plan-retention.ts"
import type { RetentionPolicy } from "./policy.ts"
import { DAY_MS, everyDay, pointAt, utc } from "./testing/points.ts"

const days7: RetentionPolicy = { zone: "UTC", days: 7, weekly: { keep: 4, day: "saturday" } }
const chain = everyDay("2025-01-01", "2025-01-20", "T22:00").map((time) =>
  pointAt(time, time.startsWith("2025-01-04") ? { gfs: ["W:2025-01-04"] } : {}),
)
const idsOf = (points: readonly { readonly id: string }[]) => points.map(({ id }) => id.slice(0, 10))

test("beside a source that goes on it is the plan of a session", () => {
  const nowMs = utc("2025-01-20T22:05")
  expect(planPrune(chain, days7, nowMs)).toEqual(planRetention(chain, days7, nowMs))
})

test("a source that is dead ages nothing: what its last session left stays, but for what flags let go", () => {
  const before = planPrune(chain, days7, utc("2025-01-20T22:05"))
  const left = chain.filter(({ id }) => before.keep.some((one) => one.id === id))
  expect(idsOf(left)).toEqual(["2025-01-04", ...everyDay("2025-01-13", "2025-01-20")])
  const later = planPrune(left, days7, utc("2025-12-31"))
  expect(idsOf(later.remove)).toEqual(["2025-01-04"])
  expect(later.keep.find(({ id }) => id.startsWith("2025-01-14"))?.reasons).toEqual([{ rule: "session" }])
  // The next point lets the others go.
  const revived = [...left.slice(1), pointAt("2025-12-31T22:00")]
  expect(idsOf(planPrune(revived, days7, utc("2025-12-31T23:00")).keep)).toEqual([
    "2025-01-19",
    "2025-01-20",
    "2025-12-31",
  ])
})

test("a clock that went back removes no more than the last session would have", () => {
  expect(planPrune(chain, days7, utc("2025-01-10")).remove.length).toBeLessThan(
    planPrune(chain, days7, utc("2025-01-20T23:00")).remove.length,
  )
})

test("planning what was kept removes nothing, and nothing goes that a session would keep", () => {
  const policies: readonly RetentionPolicy[] = [days7, { zone: "UTC", count: 3 }, { ...days7, days: 2 }]
  const gaps = fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1, maxLength: 30 })
  fc.assert(
    fc.property(gaps, fc.constantFrom(...policies), fc.integer({ min: 0, max: 400 }), (hours, policy, later) => {
      let ms = utc("2025-01-01")
      const points = hours.map((gap, order) => {
        ms += gap * 3_600_000
        const gfs = gap % 7 === 0 ? ["W:2025-01-04"] : []
        return { id: `p${order}`, atMs: ms, order, committedAtMs: ms, gfs }
      })
      const nowMs = ms + later * DAY_MS
      const plan = planPrune(points, policy, nowMs)
      const staying = new Set(plan.keep.map(({ id }) => id))
      expect(
        planPrune(
          points.filter(({ id }) => staying.has(id)),
          policy,
          nowMs,
        ).remove,
      ).toEqual([])
      for (const { id } of planRetention(points, policy, nowMs).keep) expect(staying).toContain(id)
    }),
    { numRuns: 500 },
  )
})
