import assert from "node:assert/strict"
import {
  assignFlags,
  changePolicy,
  explain,
  parsePolicy,
  planRetention,
  type RetentionPoint,
} from "@bcopy/retention-gfs"

// Forty daily points, flagged as they are made, and what is left of them in the end, with every reason.
const policy = changePolicy(
  undefined,
  parsePolicy({
    zone: "Europe/Berlin",
    days: 7,
    weekly: { keep: 4, day: "saturday" },
    monthly: { keep: 12, week: "first" },
    yearly: { keep: 3, month: "january" },
  }),
  Date.UTC(2025, 0, 1),
)

const points: RetentionPoint[] = []
for (let day = 0; day < 40; day++) {
  const atMs = Date.UTC(2025, 0, 1 + day, 21)
  const incoming = { id: `point ${day + 1}`, atMs, order: day + 1, committedAtMs: atMs, gfs: [] }
  const granted = assignFlags(points, policy, { nowMs: atMs, incoming })
  points.push({ ...incoming, gfs: granted.find(({ id }) => id === incoming.id)?.gfs ?? [] })
}

const now = Date.UTC(2025, 1, 9, 21)
const plan = planRetention(points, policy, now)
assert.equal(plan.keep.length, 12)
assert.equal(plan.remove.length, 28)
assert.deepEqual(
  points.filter(({ gfs }) => gfs.length > 1).map(({ id, gfs }) => [id, gfs.join(" ")]),
  [
    ["point 4", "W:2025-01-04 M:2025-01 Y:2025"],
    ["point 32", "W:2025-02-01 M:2025-02"],
  ],
)
const fourth = explain(plan).find(({ id }) => id === "point 4")
assert.deepEqual(fourth?.sentences, [
  "It is the monthly point of M:2025-01, kept until 2026-01-05.",
  "It is the yearly point of Y:2025, kept until 2028-01-05.",
])
