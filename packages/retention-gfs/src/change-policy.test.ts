import { expect, test } from "vitest"
import { changePolicy } from "./change-policy.ts"
import { keepOf, type RetentionPolicy } from "./policy.ts"
import { allLevels as policy } from "./testing/points.ts"

const since = { weekly: 100, monthly: 100, yearly: 100 }
const { weekly: _w, ...withoutWeekly } = policy
const { monthly: _m, ...withoutMonthly } = policy
const { yearly: _y, ...withoutYearly } = policy

test("a first policy is in force from its moment, with the levels that it has", () => {
  expect(changePolicy(undefined, policy, 100)).toEqual({ ...policy, since })
  expect(changePolicy(undefined, { zone: "UTC", count: 7 }, 100)).toEqual({ zone: "UTC", count: 7, since: {} })
})

const edits: readonly (readonly [what: string, after: RetentionPolicy, since: Readonly<Record<string, number>>])[] = [
  ["nothing", policy, since],
  ["the days", { ...policy, days: 30 }, since],
  ["the zone", { ...policy, zone: "Asia/Tokyo" }, since],
  [
    "all numbers",
    {
      ...policy,
      weekly: { keep: 1, day: "saturday" },
      monthly: { keep: 99, week: "first" },
      yearly: { keep: 9, month: "january" },
    },
    since,
  ],
  ["the weekday", { ...policy, weekly: { keep: 4, day: "sunday" } }, { ...since, weekly: 200 }],
  ["the week", { ...policy, monthly: { keep: 12, week: "last" } }, { ...since, monthly: 200 }],
  ["the month", { ...policy, yearly: { keep: 3, month: "june" } }, { ...since, yearly: 200 }],
  ["weekly to off", withoutWeekly, { monthly: 100, yearly: 100 }],
  ["monthly to off", withoutMonthly, { weekly: 100, yearly: 100 }],
  ["yearly to off", withoutYearly, { weekly: 100, monthly: 100 }],
]

test.each(edits)(
  "changing %s puts in force anew only a level whose own day, week or month changes",
  (_, after, expected) => {
    expect(changePolicy(changePolicy(undefined, policy, 100), after, 200).since).toEqual(expected)
  },
)

test("a level that is switched off is remembered with its number, through any further edit", () => {
  const off = changePolicy(changePolicy(undefined, policy, 100), withoutWeekly, 200)
  expect(off.retired).toEqual({ weekly: 4 })
  expect(keepOf(off, "weekly")).toBe(4)
  const later = changePolicy(off, { ...withoutWeekly, days: 30 }, 300)
  expect(later.retired).toEqual({ weekly: 4 })
  expect(changePolicy(later, { zone: "UTC", days: 7 }, 400).retired).toEqual({ weekly: 4, monthly: 12, yearly: 3 })
})

test("a level that is switched on again is in force from then, with its own number, and is remembered no more", () => {
  const off = changePolicy(changePolicy(undefined, policy, 100), withoutWeekly, 200)
  const on = changePolicy(off, { ...policy, weekly: { keep: 2, day: "saturday" } }, 300)
  expect(on).toEqual({ ...policy, weekly: { keep: 2, day: "saturday" }, since: { ...since, weekly: 300 } })
  expect(keepOf(on, "weekly")).toBe(2)
})

test("what a first policy says of levels that were on before is taken over, unless they are on", () => {
  expect(changePolicy(undefined, { ...withoutWeekly, retired: { weekly: 4, yearly: 9 } }, 100).retired).toEqual({
    weekly: 4,
  })
})

test("a level that never was on keeps nothing", () => {
  expect(keepOf({ zone: "UTC", days: 7 }, "weekly")).toBe(0)
})

test("neither policy is changed", () => {
  const before = Object.freeze(changePolicy(undefined, Object.freeze(policy), 100))
  const copy = structuredClone(before)
  changePolicy(before, withoutWeekly, 200)
  expect(before).toEqual(copy)
})
