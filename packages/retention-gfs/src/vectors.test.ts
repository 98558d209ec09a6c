import { describe, expect, test } from "vitest"
import { changePolicy } from "./change-policy.ts"
import { formatDay, parseDay } from "./calendar.ts"
import { flagExpires } from "./flag-expiry.ts"
import { slotAt } from "./gfs-slot.ts"
import { planRetention } from "./plan-retention.ts"
import type { GfsLevel, RetentionPolicy } from "./policy.ts"
import { simulate } from "./simulate.ts"
import { allLevels, everyDay, flagsOf, idsOf, inForceSince, pointAt, storeAll, utc } from "./testing/points.ts"

const flagCases: readonly (readonly [vector: string, level: GfsLevel, keep: number, point: string, gone: string])[] = [
  ["TV1", "monthly", 1, "2019-01-31", "2019-03-01"],
  ["TV1b", "monthly", 1, "2024-01-31", "2024-03-01"],
  ["TV1b", "monthly", 13, "2023-01-31", "2024-03-01"],
  ["TV1b", "monthly", 6, "2025-08-31", "2026-03-01"],
  ["TV1b", "monthly", 12, "2025-01-15", "2026-01-16"],
  ["TV1b", "weekly", 4, "2025-01-01", "2025-01-29"],
  ["TV1b", "yearly", 1, "2024-02-29", "2025-03-01"],
  ["TV1b", "yearly", 4, "2024-02-29", "2028-03-01"],
]

test.each(flagCases)("%s: a %s flag for %i from %s is gone on %s", (_, level, keep, point, gone) => {
  const policy: RetentionPolicy = {
    zone: "UTC",
    days: 7,
    weekly: { keep, day: "saturday" },
    monthly: { keep, week: "first" },
    yearly: { keep, month: "january" },
  }
  expect(formatDay(flagExpires(policy, level, parseDay(point)))).toBe(gone)
})

describe("TV2: weekly on Wednesday, first point on Monday 3 March 2025", () => {
  const days = everyDay("2025-03-03", "2025-03-07", "T20:00").map((time) => pointAt(time))

  test("every point is complete, so Wednesday's takes the flag and no full has to be waited for", () => {
    const policy: RetentionPolicy = { zone: "UTC", days: 7, weekly: { keep: 4, day: "wednesday" } }
    expect(flagsOf(storeAll(days, inForceSince("2025-03-03", policy)))).toEqual({
      "2025-03-05T20:00": ["W:2025-03-05"],
    })
  })

  test("TV2b: with monthly First it takes the month too", () => {
    const policy: RetentionPolicy = {
      zone: "UTC",
      days: 7,
      weekly: { keep: 4, day: "wednesday" },
      monthly: { keep: 12, week: "first" },
    }
    expect(flagsOf(storeAll(days, inForceSince("2025-03-03", policy)))).toEqual({
      "2025-03-05T20:00": ["W:2025-03-05", "M:2025-03"],
    })
  })
})

describe("TV3: a point a day from Wednesday 1 January 2025; 7 days, Saturday for 4 weeks, First for 12 months, January for 3 years", () => {
  const policy = allLevels
  const span = { fromMs: utc("2025-01-01"), toMs: utc("2028-01-10") }
  const { points } = simulate(policy, { at: ["22:00"] }, span)
  const first = (until: string) => points.filter(({ date }) => date <= until)

  test("flags go to 4 January (week, month, year), to every Saturday and to the first one of each month", () => {
    const flagged = first("2025-03-01").filter(({ gfs }) => gfs.length > 0)
    expect(flagged.map(({ date, gfs }) => [date, ...gfs])).toEqual([
      ["2025-01-04", "W:2025-01-04", "M:2025-01", "Y:2025"],
      ["2025-01-11", "W:2025-01-11"],
      ["2025-01-18", "W:2025-01-18"],
      ["2025-01-25", "W:2025-01-25"],
      ["2025-02-01", "W:2025-02-01", "M:2025-02"],
      ["2025-02-08", "W:2025-02-08"],
      ["2025-02-15", "W:2025-02-15"],
      ["2025-02-22", "W:2025-02-22"],
      ["2025-03-01", "W:2025-03-01", "M:2025-03"],
    ])
  })

  test("a plain point goes in the run that is eight days later", () => {
    const plain = first("2025-03-01").filter(({ gfs }) => gfs.length === 0)
    const later = everyDay("2025-01-09", "2025-03-09")
    const at = (date: string) => later[everyDay("2025-01-01", "2025-03-01").indexOf(date)]
    expect(plain.map(({ date, removed }) => [date, removed])).toEqual(plain.map(({ date }) => [date, at(date)]))
    expect(plain[0]?.date).toBe("2025-01-01")
  })

  test.each([
    ["2025-01-11", "2025-02-08"],
    ["2025-01-18", "2025-02-15"],
    ["2025-01-25", "2025-02-22"],
    ["2025-02-01", "2026-02-02"],
    ["2025-03-01", "2026-03-02"],
    ["2025-01-04", "2028-01-05"],
  ])("the flagged point of %s is gone on %s, from midnight", (date, removed) => {
    const point = points.find((one) => one.date === date)
    expect(point).toMatchObject({ removed, removedAtMs: utc(removed) })
  })

  test.each([
    ["2025-01-31", ["weekly", "monthly", "yearly"]],
    ["2025-02-01", ["monthly", "yearly"]],
    ["2026-01-04", ["monthly", "yearly"]],
    ["2026-01-05", ["yearly"]],
    ["2028-01-04", ["yearly"]],
    ["2028-01-05", []],
  ])("on %s the point of 4 January is kept by %j", (date, rules) => {
    const stored = storeAll(
      everyDay("2025-01-01", "2025-01-20", "T22:00").map((time) => pointAt(time)),
      inForceSince("2025-01-01", policy),
    )
    const kept = planRetention(stored, policy, utc(date)).keep.find(({ id }) => id === "2025-01-04T22:00")
    expect(kept?.reasons.map(({ rule }) => rule) ?? []).toEqual(rules)
  })

  test("day by day, what is there is the last eight dates and what a flag holds", () => {
    for (const today of everyDay("2025-01-01", "2025-03-31")) {
      const endMs = utc(today) + 23 * 3_600_000
      const there = points.filter(({ atMs, removedAtMs }) => atMs < endMs && !((removedAtMs ?? Infinity) <= endMs))
      const expected = everyDay("2025-01-01", today).filter((date) => {
        const age = (utc(today) - utc(date)) / 86_400_000
        const isSaturday = new Date(utc(date)).getUTCDay() === 6
        const isMonthly = isSaturday && Number(date.slice(8)) <= 7
        return age <= 7 || (isSaturday && age < 28) || isMonthly
      })
      expect([today, there.map(({ date }) => date)]).toEqual([today, expected])
    }
  })
})

test.each([
  ["last", "2025-01", "2025-01-25"],
  ["last", "2025-02", "2025-02-22"],
  ["last", "2024-02", "2024-02-23"],
  ["last", "2025-04", "2025-04-24"],
  ["first", "2025-01", "2025-01-01"],
  ["first", "2025-02", "2025-02-01"],
  ["first", "2024-02", "2024-02-01"],
] as const)("TV4: monthly alone, %s week: the slot of %s opens on %s", (week, month, opens) => {
  const slot = slotAt({ zone: "UTC", days: 7, monthly: { keep: 12, week } }, "monthly", parseDay(opens))
  expect(slot).toMatchObject({ id: `M:${month}`, opens: parseDay(opens) })
})

test("TV4: monthly Last is taken by the point of that day, not by the month's first", () => {
  const policy: RetentionPolicy = { zone: "UTC", days: 7, monthly: { keep: 12, week: "last" } }
  const points = storeAll(
    everyDay("2025-01-01", "2025-02-28").map((date) => pointAt(date)),
    inForceSince("2025-01-01", policy),
  )
  expect(flagsOf(points)).toEqual({ "2025-01-25": ["M:2025-01"], "2025-02-22": ["M:2025-02"] })
})

test("TV4b: no point on Wednesday 5 March: Thursday's fills the slot, and the next Wednesday its own", () => {
  const policy: RetentionPolicy = { zone: "UTC", days: 7, weekly: { keep: 4, day: "wednesday" } }
  const dates = everyDay("2025-03-03", "2025-03-12").filter((date) => date !== "2025-03-05")
  const points = storeAll(
    dates.map((date) => pointAt(date)),
    inForceSince("2025-03-03", policy),
  )
  expect(flagsOf(points)).toEqual({ "2025-03-06": ["W:2025-03-05"], "2025-03-12": ["W:2025-03-12"] })
})

test.each([
  ["2025-06-07", "2025-06-01"],
  ["2025-06-08", "2025-06-02"],
  ["2025-06-09", "2025-06-03"],
])("TV5: 6 days, daily from 1 June: after the run of %s the points from %s on stay", (today, oldest) => {
  const points = everyDay("2025-06-01", today, "T22:00").map((time) => pointAt(time))
  const plan = planRetention(points, { zone: "UTC", days: 6 }, utc(`${today}T22:30`))
  expect(idsOf(plan.keep)).toEqual(everyDay(oldest, today, "T22:00"))
})

test("TV6: 3 days: no chain holds a point back, each goes on its own day", () => {
  const { points } = simulate(
    { zone: "UTC", days: 3 },
    { at: ["22:00"] },
    { fromMs: utc("2025-06-01"), toMs: utc("2025-06-09") },
  )
  expect(points.map(({ removed }) => removed)).toEqual([
    "2025-06-05",
    "2025-06-06",
    "2025-06-07",
    "2025-06-08",
    undefined,
    undefined,
    undefined,
    undefined,
  ])
})

test("TV7: 5 days, off from 11 to 20 June: the run of 21 June keeps three points", () => {
  const points = [...everyDay("2025-06-01", "2025-06-10"), "2025-06-21"].map((date) => pointAt(date))
  const plan = planRetention(points, { zone: "UTC", days: 5 }, utc("2025-06-21T01:00"))
  expect(idsOf(plan.keep)).toEqual(["2025-06-09", "2025-06-10", "2025-06-21"])
})

describe("TV10: a workload that merely failed loses nothing", () => {
  const sunday = pointAt("2025-06-01")

  test("two days without a session of its own: its only point stays", () => {
    const plan = planRetention([sunday], { zone: "UTC", count: 2 }, utc("2025-06-03"), { run: "daily" })
    expect(plan.remove).toEqual([])
  })

  test("however long it fails, days age none of its points", () => {
    const points = everyDay("2025-06-01", "2025-06-20").map((date) => pointAt(date))
    const plan = planRetention(points, { zone: "UTC", days: 7 }, utc("2035-01-01"), { run: "daily" })
    expect(plan.remove).toEqual([])
  })

  test("whatever the run, the newest good point stays", () => {
    for (const run of ["session", "daily"] as const) {
      const flagged = pointAt("2025-06-07", { gfs: ["W:2025-06-07"] })
      const policy = changePolicy(undefined, { zone: "UTC", count: 2, weekly: { keep: 1, day: "saturday" } }, 0)
      const plan = planRetention([sunday, flagged], policy, utc("2035-01-01"), { run })
      expect(plan.keep.find(({ id }) => id === flagged.id)?.reasons).toContainEqual({ rule: "newest" })
    }
  })
})
