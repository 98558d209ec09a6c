import { expect, test } from "vitest"
import { explain } from "./explain.ts"
import type { ExpiredReason, KeepReason } from "./keep-reason.ts"
import { planRetention } from "./plan-retention.ts"
import type { RetentionPolicy } from "./policy.ts"
import { everyDay, pointAt, utc } from "./testing/points.ts"

const keeps: readonly (readonly [KeepReason, string])[] = [
  [{ rule: "newest" }, "It is the newest good point, which always stays."],
  [{ rule: "pin", reason: "audit of 2025" }, "It is pinned: audit of 2025."],
  [{ rule: "pin", reason: "" }, "It is pinned: no reason was given."],
  [
    { rule: "weekly", slot: "W:2025-01-04", until: "2025-02-01" },
    "It is the weekly point of W:2025-01-04, kept until 2025-02-01.",
  ],
  [
    { rule: "monthly", slot: "M:2025-01", until: "2026-01-05" },
    "It is the monthly point of M:2025-01, kept until 2026-01-05.",
  ],
  [{ rule: "yearly", slot: "Y:2025", until: "2028-01-05" }, "It is the yearly point of Y:2025, kept until 2028-01-05."],
  [{ rule: "days", days: 7, until: "2025-01-12" }, "It is not older than 7 days, kept until 2025-01-12."],
  [{ rule: "floor", count: 3 }, "It is one of the newest 3 without a flag, which stay however old they are."],
  [{ rule: "count", count: 7 }, "It is among the newest 7 points."],
  [{ rule: "session" }, "No rule keeps it; it goes when the next point of the workload has been stored."],
  [{ rule: "nothing good" }, "No rule keeps it, but there is no good point that could stay in its place."],
]

test.each(keeps)("a point that stays for %j", (reason, sentence) => {
  expect(explain({ keep: [{ id: "1", reasons: [reason] }], remove: [], removesMost: false })).toEqual([
    { id: "1", stays: true, sentences: [sentence] },
  ])
})

const expiries: readonly (readonly [
  what: string,
  expired: readonly ExpiredReason[],
  since: string | undefined,
  sentences: readonly string[],
])[] = [
  [
    "days",
    [{ rule: "days", days: 7, since: "2025-01-12" }],
    "2025-01-12",
    ["Short-term retention of 7 days last kept it until 2025-01-12."],
  ],
  [
    "a flag that outlasted the days",
    [
      { rule: "weekly", slot: "W:2025-01-04", since: "2025-02-01" },
      { rule: "days", days: 7, since: "2025-01-12" },
    ],
    "2025-02-01",
    [
      "Its weekly slot W:2025-01-04 last kept it until 2025-02-01.",
      "Short-term retention of 7 days kept it until 2025-01-12.",
    ],
  ],
  ["a count", [{ rule: "count", count: 7 }], undefined, ["It is not among the newest 7 points."]],
  [
    "a flag and a count",
    [
      { rule: "yearly", slot: "Y:2025", since: "2028-01-05" },
      { rule: "count", count: 7 },
    ],
    undefined,
    ["Its yearly slot Y:2025 kept it until 2028-01-05.", "It is not among the newest 7 points."],
  ],
  ["nothing", [], undefined, ["No rule keeps it."]],
]

test.each(expiries)("a point that goes and was kept by %s", (_, expired, since, sentences) => {
  const plan = { keep: [], remove: [{ id: "1", expired, ...(since !== undefined && { since }) }], removesMost: true }
  expect(explain(plan)).toEqual([{ id: "1", stays: false, sentences }])
})

test("every point of a plan is explained once, with at least a sentence, and every removal by days with its date", () => {
  const policy: RetentionPolicy = { zone: "UTC", days: 7, weekly: { keep: 4, day: "saturday" } }
  const points = everyDay("2025-06-01", "2025-06-30").map((date) =>
    pointAt(date, { gfs: new Date(utc(date)).getUTCDay() === 6 ? [`W:${date}`] : [] }),
  )
  const explanations = explain(planRetention(points, policy, utc("2025-06-30T01:00")))
  expect(explanations.map(({ id }) => id).sort()).toEqual(points.map(({ id }) => id))
  for (const { stays, sentences } of explanations) {
    expect(sentences.length).toBeGreaterThan(0)
    if (!stays) expect(sentences.join(" ")).toMatch(/until 2025-06-\d\d/)
  }
  expect(explanations.find(({ id }) => id === "2025-06-07")?.sentences).toEqual([
    "It is the weekly point of W:2025-06-07, kept until 2025-07-05.",
  ])
})
