import { describe, expect, test } from "vitest"
import { assignFlags } from "./assign-flags.ts"
import { isDateSuspect } from "./date-suspect.ts"
import { parsePolicy } from "./parse-policy.ts"
import { planRetention } from "./plan-retention.ts"
import type { RetentionPolicy } from "./policy.ts"
import { simulate } from "./simulate.ts"
import {
  everyDay,
  flagsOf,
  HOUR_MS,
  idsOf,
  inForceSince,
  pointAt,
  storeAll,
  utc,
  withGrants,
} from "./testing/points.ts"

const dates = (from: string, to: string) => everyDay(from, to).map((date) => pointAt(date))
const keptOf = (...args: Parameters<typeof planRetention>) => idsOf(planRetention(...args).keep)

describe("V1, restic and PBS (overlapping or additive counts): there is one short-term rule, so nothing to overlap", () => {
  const points = ["2019-12-02", "2019-12-03", "2019-12-04T11:59", "2019-12-04T12:59"].map((time) => pointAt(time))
  const nowMs = utc("2019-12-04T13:00")

  test("2 days keep every point of the last three dates", () => {
    expect(keptOf(points, { zone: "UTC", days: 2 }, nowMs)).toEqual(idsOf(points))
  })

  test("a count of 2 keeps two points, of whatever day", () => {
    expect(keptOf(points, { zone: "UTC", count: 2 }, nowMs)).toEqual(["2019-12-04T11:59", "2019-12-04T12:59"])
  })

  test("both at once are refused", () => {
    expect(() => parsePolicy({ zone: "UTC", days: 2, count: 2 })).toThrow(/not both/)
  })
})

test("V2, PBS (a period that another rule covers is skipped): one point fills the slots of several levels, each for itself", () => {
  const policy: RetentionPolicy = {
    zone: "UTC",
    days: 2,
    weekly: { keep: 4, day: "sunday" },
    monthly: { keep: 12, week: "first" },
  }
  const points = storeAll(
    ["2018-11-15", "2019-11-15", "2019-11-21", "2019-11-22", "2019-11-29", ...everyDay("2019-12-01", "2019-12-04")].map(
      (date) => pointAt(date),
    ),
    inForceSince("2018-11-15", policy),
  )
  expect(flagsOf(points)).toEqual({
    "2019-11-15": ["W:2019-11-10", "M:2019-11"],
    "2019-11-21": ["W:2019-11-17"],
    "2019-11-29": ["W:2019-11-24"],
    "2019-12-01": ["W:2019-12-01", "M:2019-12"],
  })
  expect(idsOf(planRetention(points, policy, utc("2019-12-04T01:00")).remove)).toEqual(["2018-11-15", "2019-11-22"])
})

test("V3, PBS (protected points): a pinned point uses up no count", () => {
  const pin = "before the upgrade"
  const points = [
    pointAt("2025-06-01T09:39", { pin }),
    pointAt("2025-06-01T10:29"),
    pointAt("2025-06-01T10:39"),
    pointAt("2025-06-01T10:49"),
    pointAt("2025-06-01T10:59", { pin }),
  ]
  expect(idsOf(planRetention(points, { zone: "UTC", count: 2 }, utc("2025-06-01T11:00")).remove)).toEqual([
    "2025-06-01T10:29",
  ])
})

test("V4, restic up to 0.15 (the month's first point goes when the next comes): it has the flag for good", () => {
  const policy: RetentionPolicy = { zone: "UTC", days: 2, monthly: { keep: 12, week: "first" } }
  const points = storeAll([pointAt("2022-08-01"), pointAt("2022-08-05")], inForceSince("2022-08-01", policy))
  expect(flagsOf(points)).toEqual({ "2022-08-01": ["M:2022-08"] })
  expect(keptOf(points, policy, utc("2022-08-05T01:00"))).toEqual(["2022-08-01", "2022-08-05"])
})

describe("V5, kopia (a machine that was off loses every old point at its next run)", () => {
  const points = [...dates("2025-06-01", "2025-06-14"), pointAt("2025-06-30")]
  const nowMs = utc("2025-06-30T01:00")

  test("14 days keep three points at least", () => {
    expect(keptOf(points, { zone: "UTC", days: 14 }, nowMs)).toEqual(["2025-06-13", "2025-06-14", "2025-06-30"])
  })

  test("a count of 14 keeps 14", () => {
    expect(keptOf(points, { zone: "UTC", count: 14 }, nowMs)).toHaveLength(14)
  })

  test("while it is off nothing goes", () => {
    const before = points.slice(0, -1)
    expect(keptOf(before, { zone: "UTC", days: 14 }, nowMs, { run: "daily" })).toEqual(idsOf(before))
  })
})

test("V6, kopia (week 2025-06 and month 2025-06 are one id): adding months to 26 weeks loses no week", () => {
  const weeks: RetentionPolicy = { zone: "UTC", days: 2, weekly: { keep: 26, day: "sunday" } }
  const span = { fromMs: utc("2024-12-01"), toMs: utc("2025-07-01") }
  const weeklies = (policy: RetentionPolicy) =>
    simulate(policy, { at: ["01:00"] }, span)
      .points.filter(({ removed }) => removed === undefined)
      .flatMap(({ gfs }) => gfs.filter((slot) => slot.startsWith("W:")))
  const since2025 = weeklies({ ...weeks, monthly: { keep: 12, week: "first" } }).filter((slot) => slot >= "W:2025")
  expect(since2025).toHaveLength(26)
  expect(since2025).toEqual(weeklies(weeks))
})

test("V7, XO (days of the server): two instants of one day in Auckland are one day there", () => {
  const policy: RetentionPolicy = { zone: "Pacific/Auckland", days: 2, weekly: { keep: 4, day: "monday" } }
  const points = storeAll(
    ["2024-09-01T11:59", "2024-09-01T14:20", "2024-09-02T00:22"].map((time) => pointAt(time)),
    inForceSince("2024-08-31", policy),
  )
  expect(flagsOf(points)).toEqual({ "2024-09-01T14:20": ["W:2024-09-02"] })
})

test("V8, XO (year of the week): the week of Monday 30 December 2024 is named by its day and is one slot", () => {
  const policy: RetentionPolicy = { zone: "UTC", days: 2, weekly: { keep: 4, day: "monday" } }
  const points = storeAll(dates("2024-12-30", "2025-01-06"), inForceSince("2024-12-30", policy))
  expect(flagsOf(points)).toEqual({ "2024-12-30": ["W:2024-12-30"], "2025-01-06": ["W:2025-01-06"] })
})

test("V9, restic and PBS (02:30 twice): a day of 25 hours is one day, all its points stay, the first takes the flag", () => {
  const policy: RetentionPolicy = { zone: "Europe/Berlin", days: 2, weekly: { keep: 4, day: "sunday" } }
  // From midnight of Sunday 26 October to that of Monday in Berlin.
  const instants = Array.from({ length: 25 }, (_, hour) => utc("2025-10-25T22:00") + hour * HOUR_MS)
  const points = storeAll(
    instants.map((ms) => pointAt(new Date(ms).toISOString().slice(0, 16))),
    inForceSince("2025-10-20", policy),
  )
  expect(flagsOf(points)).toEqual({ "2025-10-25T22:00": ["W:2025-10-26"] })
  expect(keptOf(points, policy, utc("2025-10-28T22:59"))).toHaveLength(25)
  expect(keptOf(points, policy, utc("2025-10-28T23:00"))).toHaveLength(4)
})

test("V10, restic (a point of the future uses up count): it is suspect and uses up none", () => {
  const good = dates("2025-06-01", "2025-06-04")
  const future = pointAt("2031-01-01", { committedAtMs: utc("2025-06-05") })
  const judged = { ...future, dateSuspect: isDateSuspect(future, good) }
  const policy: RetentionPolicy = { zone: "UTC", count: 3 }
  expect(keptOf([...good, judged], policy, utc("2025-06-05T01:00"))).toEqual([
    "2025-06-02",
    "2025-06-03",
    "2025-06-04",
    "2031-01-01",
  ])
})

describe("V11, restic and borg (a planted point evicts the good one of its period): who is first stored has the slot", () => {
  const policy = inForceSince("2025-06-01", { zone: "UTC", days: 2, weekly: { keep: 4, day: "saturday" } })
  const good = storeAll([...dates("2025-06-01", "2025-06-07"), pointAt("2025-06-09")], policy)

  test("a point slightly newer takes nothing", () => {
    const planted = pointAt("2025-06-09T00:01")
    const grants = assignFlags(good, policy, { nowMs: planted.committedAtMs, incoming: planted })
    expect(grants).toEqual([])
    expect(flagsOf(withGrants([...good, planted], grants))).toEqual({ "2025-06-07": ["W:2025-06-07"] })
  })

  test("a point dated back is suspect, and takes nothing if nobody says so", () => {
    const planted = pointAt("2025-06-06T23:59", { order: utc("2025-06-10"), committedAtMs: utc("2025-06-10") })
    expect(isDateSuspect(planted, good)).toBe(true)
    expect(assignFlags(good, policy, { nowMs: planted.committedAtMs, incoming: planted })).toEqual([])
  })

  test("a thousand suspect points evict no good one, by days or by count", () => {
    const planted = Array.from({ length: 1000 }, (_, n) =>
      pointAt("2040-01-01", {
        id: `planted ${n}`,
        order: utc("2040-01-01") + n,
        committedAtMs: utc("2025-06-09"),
        dateSuspect: true,
      }),
    )
    for (const short of [{ days: 2 }, { count: 3 }]) {
      const rules = { zone: "UTC", weekly: { keep: 4, day: "saturday" }, ...short } as const
      const nowMs = utc("2025-06-09T01:00")
      expect(keptOf([...good, ...planted], rules, nowMs)).toEqual(
        expect.arrayContaining([...keptOf(good, rules, nowMs)]),
      )
    }
  })
})

test("V12, restic, PBS and kopia (an open period changes its point with every run): a flag never moves", () => {
  const policy = inForceSince("2025-01-01", {
    zone: "UTC",
    days: 2,
    weekly: { keep: 4, day: "saturday" },
    monthly: { keep: 12, week: "first" },
    yearly: { keep: 3, month: "january" },
  })
  let seen: Record<string, string> = {}
  let stored = storeAll([], policy)
  for (const point of dates("2025-01-01", "2025-04-30")) {
    stored = storeAll([point], policy, stored)
    const holders = Object.fromEntries(stored.flatMap(({ id, gfs }) => gfs.map((slot) => [slot, id])))
    expect(holders).toMatchObject(seen)
    seen = holders
  }
  expect(Object.keys(seen)).toHaveLength(17 + 4 + 1)
})
