import fc from "fast-check"
import { expect, test } from "vitest"
import { horizonOf } from "./horizon.ts"
import { planRetention } from "./plan-retention.ts"
import type { RetentionPolicy } from "./policy.ts"
import { allLevels as policy, DAY_MS, pointAt, utc } from "./testing/points.ts"

const byCount: RetentionPolicy = { zone: "UTC", count: 7, weekly: { keep: 4, day: "saturday" } }

const cases: readonly (readonly [
  what: string,
  more: Parameters<typeof pointAt>[1],
  policy: RetentionPolicy,
  until: string | undefined,
])[] = [
  ["days alone", {}, policy, "2025-01-12"],
  ["weekly", { gfs: ["W:2025-01-04"] }, policy, "2025-02-01"],
  ["monthly, the later of two", { gfs: ["W:2025-01-04", "M:2025-01"] }, policy, "2026-01-05"],
  ["yearly, the latest of three", { gfs: ["W:2025-01-04", "M:2025-01", "Y:2025"] }, policy, "2028-01-05"],
  ["days, if they outlast the flag", { gfs: ["W:2025-01-04"] }, { ...policy, days: 60 }, "2025-03-06"],
  [
    "a level that is switched off",
    { gfs: ["W:2025-01-04"] },
    { zone: "UTC", count: 7, retired: { weekly: 4 } },
    "2025-02-01",
  ],
  ["a count", {}, byCount, undefined],
  ["a count and a flag", { gfs: ["W:2025-01-04"] }, byCount, "2025-02-01"],
  ["a pin and a count", { pin: "audit" }, byCount, undefined],
  ["a flag of a level that never was on", { gfs: ["Y:2025"] }, byCount, undefined],
  ["a slot that is none", { gfs: ["Q:2025-1"] }, byCount, undefined],
  ["a suspect date, by its commit", { dateSuspect: true, committedAtMs: utc("2025-03-01") }, policy, "2025-03-09"],
]

test.each(cases)("%s: %j", (_, more, rules, until) => {
  expect(horizonOf(pointAt("2025-01-04T12:00", more), rules)).toBe(until === undefined ? undefined : utc(until))
})

test("it is the midnight of the policy's zone", () => {
  const zoned = { ...policy, zone: "Europe/Berlin" }
  expect(horizonOf(pointAt("2025-03-25T23:30"), zoned)).toBe(utc("2025-04-02T22:00"))
  expect(horizonOf(pointAt("2025-03-25T22:30"), zoned)).toBe(utc("2025-04-01T22:00"))
})

test("no plan removes a point before its horizon, and the first run from then on may", () => {
  const level = fc.constantFrom("W:2025-01-04", "M:2025-01", "Y:2025")
  const newer = ["2049-01-01", "2049-01-02", "2049-01-03"].map((date) => pointAt(date))
  fc.assert(
    fc.property(
      fc.uniqueArray(level),
      fc.integer({ min: 2, max: 400 }),
      fc.constantFrom("UTC", "Europe/Berlin"),
      (gfs, days, zone) => {
        const rules = { ...policy, days, zone }
        const point = pointAt("2025-01-04T12:00", { gfs })
        const until = horizonOf(point, rules) as number
        const removed = (nowMs: number) =>
          planRetention([point, ...newer], rules, nowMs).remove.some(({ id }) => id === point.id)
        expect([removed(until - DAY_MS), removed(until - 1), removed(until)]).toEqual([false, false, true])
      },
    ),
  )
})
