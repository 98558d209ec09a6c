import { expect, test } from "vitest"
import { diffPolicies } from "./diff-policies.ts"
import type { RetentionPolicy } from "./policy.ts"
import { everyDay, idsOf, inForceSince, pointAt, storeAll, utc } from "./testing/points.ts"

const policy: RetentionPolicy = {
  zone: "UTC",
  days: 7,
  weekly: { keep: 4, day: "saturday" },
  monthly: { keep: 12, week: "first" },
}
const { weekly: _weekly, ...withoutWeekly } = policy
const points = storeAll(
  everyDay("2025-06-01", "2025-07-31").map((date) => pointAt(date)),
  inForceSince("2025-06-01", policy),
)
const nowMs = utc("2025-07-31T01:00")
/** Eight days, 7 June and 5 July by month, 12 and 19 July by week; 26 July is of the eight. */
const KEPT = 12

const edits: readonly (readonly [
  what: string,
  after: RetentionPolicy,
  lost: readonly string[],
  won: readonly string[],
])[] = [
  ["nothing", policy, [], []],
  ["fewer days", { ...policy, days: 5 }, ["2025-07-24", "2025-07-25"], []],
  ["more days", { ...policy, days: 9 }, [], ["2025-07-22", "2025-07-23"]],
  [
    "days for a count",
    { zone: "UTC", count: 2, weekly: { keep: 4, day: "saturday" }, monthly: { keep: 12, week: "first" } },
    everyDay("2025-07-24", "2025-07-29").filter((date) => date !== "2025-07-26"),
    [],
  ],
  ["fewer weeks", { ...policy, weekly: { keep: 2, day: "saturday" } }, ["2025-07-12"], []],
  [
    "more weeks, which revives flags",
    { ...policy, weekly: { keep: 6, day: "saturday" } },
    [],
    ["2025-06-21", "2025-06-28"],
  ],
  ["another weekday: the flags that there are stay", { ...policy, weekly: { keep: 4, day: "sunday" } }, [], []],
  ["a level switched off: its flags run on", withoutWeekly, [], []],
  ["all levels switched off", { zone: "UTC", days: 7 }, [], []],
  ["fewer months", { ...policy, monthly: { keep: 1, week: "first" } }, ["2025-06-07"], []],
]

test.each(edits)("%s", (_, after, lost, won) => {
  const diff = diffPolicies(points, policy, after, nowMs)
  expect([idsOf(diff.lost), idsOf(diff.won)]).toEqual([lost, won])
  expect(diff.kept).toBe(KEPT - lost.length)
})

test("what is lost says why, and what is won until when", () => {
  expect(diffPolicies(points, policy, { ...policy, days: 6 }, nowMs).lost).toEqual([
    { id: "2025-07-24", expired: [{ rule: "days", days: 6, since: "2025-07-31" }], since: "2025-07-31" },
  ])
  expect(diffPolicies(points, policy, { ...policy, days: 8 }, nowMs).won).toEqual([
    { id: "2025-07-23", reasons: [{ rule: "days", days: 8, until: "2025-08-01" }] },
  ])
})

test("a level that was off before, and remembered, is remembered still", () => {
  const off: RetentionPolicy = { ...withoutWeekly, retired: { weekly: 4 } }
  expect(diffPolicies(points, off, { ...withoutWeekly, days: 7 }, nowMs)).toMatchObject({
    lost: [],
    won: [],
    kept: KEPT,
  })
})
