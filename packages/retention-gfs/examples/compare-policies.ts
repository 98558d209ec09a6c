import assert from "node:assert/strict"
import { diffPolicies, horizonOf, nextSlots, parsePolicy, type RetentionPoint, simulate } from "@bcopy/retention-gfs"

// What another policy would change, what a policy comes to in three years, and until when a point has to be locked.
const before = parsePolicy({ zone: "UTC", days: 14 })
const after = parsePolicy({ zone: "UTC", days: 7, monthly: { keep: 6, week: "last" } })

const now = Date.UTC(2025, 5, 30, 22)
const points = Array.from({ length: 15 }, (_, at): RetentionPoint => {
  const atMs = Date.UTC(2025, 5, 16 + at, 21)
  return { id: String(at), atMs, order: at, committedAtMs: atMs, gfs: at === 8 ? ["M:2025-06"] : [] }
})
const { lost, won, kept } = diffPolicies(points, before, after, now)
assert.deepEqual([lost.length, won.length, kept], [7, 0, 8])

const years = simulate(after, { at: ["22:00"] }, { fromMs: Date.UTC(2025, 0, 1), toMs: Date.UTC(2028, 0, 1) })
assert.equal(years.points.length, 1095)
assert.equal(years.most, 15)

const [monthly] = nextSlots(after, now)
assert.deepEqual([monthly?.open.id, monthly?.next.opens], ["M:2025-06", "2025-07-25"])

assert.equal(horizonOf(points[8] as RetentionPoint, after), Date.UTC(2025, 11, 25))
