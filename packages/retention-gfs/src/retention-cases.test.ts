import { describe, expect, test } from "vitest"
import { assignFlags } from "./assign-flags.ts"
import { changePolicy } from "./change-policy.ts"
import { isDateSuspect } from "./date-suspect.ts"
import { horizonOf } from "./horizon.ts"
import { missedSlots } from "./next-slots.ts"
import { parsePolicy } from "./parse-policy.ts"
import { planRetention } from "./plan-retention.ts"
import type { RetentionPolicy } from "./policy.ts"
import { simulate } from "./simulate.ts"
import {
  DAY_MS,
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

const saturdays: RetentionPolicy = { zone: "UTC", days: 7, weekly: { keep: 4, day: "saturday" } }
const alsoMonths: RetentionPolicy = { ...saturdays, monthly: { keep: 12, week: "first" } }
const allLevels: RetentionPolicy = { ...alsoMonths, yearly: { keep: 3, month: "january" } }
const monthsAlone: RetentionPolicy = { zone: "UTC", days: 7, monthly: { keep: 12, week: "first" } }
const dates = (from: string, to: string) => everyDay(from, to).map((date) => pointAt(date))

test("case 1: the first point of a chain takes no slot whose own span is over: 1 January 2025 is plain, 4 January has all three", () => {
  const points = storeAll(dates("2025-01-01", "2025-01-04"), inForceSince("2025-01-01", allLevels))
  expect(flagsOf(points)).toEqual({ "2025-01-04": ["W:2025-01-04", "M:2025-01", "Y:2025"] })
})

test("case 2: a month is filled by the first point from its slot's day on, not by the month's first point", () => {
  const last: RetentionPolicy = { zone: "UTC", days: 7, monthly: { keep: 12, week: "last" } }
  const points = storeAll(dates("2025-01-01", "2025-01-31"), inForceSince("2025-01-01", last))
  expect(flagsOf(points)).toEqual({ "2025-01-25": ["M:2025-01"] })
})

test("case 3: no points from 6 to 9 June: Tuesday 10 June takes the week and the month of Saturday 7 June", () => {
  const points = storeAll(
    [...dates("2025-06-01", "2025-06-05"), ...dates("2025-06-10", "2025-06-13")],
    inForceSince("2025-06-01", alsoMonths),
  )
  expect(flagsOf(points)).toEqual({ "2025-06-10": ["W:2025-06-07", "M:2025-06"] })
})

test("case 4: a slot that closes empty is lost and reported: 5 July takes July, not June", () => {
  const policy = inForceSince("2025-05-31", alsoMonths)
  const points = storeAll([pointAt("2025-05-31"), pointAt("2025-07-05")], policy)
  expect(flagsOf(points)).toEqual({
    "2025-05-31": ["W:2025-05-31"],
    "2025-07-05": ["W:2025-07-05", "M:2025-07"],
  })
  expect(idsOf(missedSlots(points, policy, utc("2025-07-05T12:00")))).toEqual([
    "W:2025-06-14",
    "W:2025-06-21",
    "W:2025-06-28",
    "M:2025-06",
  ])
})

describe("case 5: time is that of the source, wherever and whenever a point is copied", () => {
  const copied = { committedAtMs: utc("2025-06-09T20:00") }
  const hourly = (date: string) =>
    Array.from({ length: 24 }, (_, hour) => pointAt(`${date}T${String(hour).padStart(2, "0")}:05`, copied))
  const policy = inForceSince("2025-06-02", saturdays)

  test("the first point of Saturday takes the week, though all were copied on Monday", () => {
    const points = storeAll([...hourly("2025-06-06"), ...hourly("2025-06-07"), ...hourly("2025-06-08")], policy)
    expect(flagsOf(points)).toEqual({ "2025-06-07T00:05": ["W:2025-06-07"] })
  })

  test.each([
    ["2025-06-07T00:05", "2025-06-12T21:00", "2025-07-05"],
    ["2025-06-10T00:05", "2025-06-12T21:00", "2025-07-08"],
  ])("a point of %s copied at %s is kept until %s: neither slot nor copy counts", (time, stored, until) => {
    const point = pointAt(time, { committedAtMs: utc(stored), gfs: ["W:2025-06-07"] })
    const [kept] = planRetention([point], policy, utc("2025-06-12T22:00")).keep
    expect(kept?.reasons).toContainEqual({ rule: "weekly", slot: "W:2025-06-07", until })
    expect(horizonOf(point, policy)).toBe(utc(until))
  })
})

describe("case 6: levels switched on and edited between slots", () => {
  test("Saturday to Sunday on Thursday 5 June: the next flag is that of 8 June alone", () => {
    const before = inForceSince("2025-05-31", saturdays)
    const after = changePolicy(before, { ...saturdays, weekly: { keep: 4, day: "sunday" } }, utc("2025-06-05T12:00"))
    const points = storeAll(
      dates("2025-06-06", "2025-06-09"),
      after,
      storeAll(dates("2025-05-31", "2025-06-05"), before),
    )
    expect(flagsOf(points)).toEqual({ "2025-05-31": ["W:2025-05-31"], "2025-06-08": ["W:2025-06-08"] })
  })

  test("Saturday added on 3 June to monthly alone: June is filled already and takes no second point", () => {
    const before = inForceSince("2025-06-01", monthsAlone)
    const after = changePolicy(before, alsoMonths, utc("2025-06-03T12:00"))
    const points = storeAll(
      dates("2025-06-04", "2025-06-09"),
      after,
      storeAll(dates("2025-06-01", "2025-06-03"), before),
    )
    expect(flagsOf(points)).toEqual({ "2025-06-01": ["M:2025-06"], "2025-06-07": ["W:2025-06-07"] })
  })

  test("4 weeks raised to 12 on 15 February: the flag of 4 January runs again, since its point is still there", () => {
    const [point] = storeAll(dates("2025-01-04", "2025-01-04"), inForceSince("2025-01-04", allLevels))
    const points = [point as NonNullable<typeof point>, pointAt("2025-02-15")]
    const rules = (policy: RetentionPolicy) =>
      planRetention(points, policy, utc("2025-02-15T01:00")).keep[0]?.reasons.map(({ rule }) => rule)
    expect(rules(allLevels)).not.toContain("weekly")
    expect(rules({ ...allLevels, weekly: { keep: 12, day: "saturday" } })).toContain("weekly")
  })
})

describe("case 7: chains that arrive as a whole", () => {
  const policy = inForceSince("2025-01-01", alsoMonths)
  const twoYears = everyDay("2023-01-01", "2024-12-31").map((date) =>
    pointAt(date, { committedAtMs: utc("2025-01-01T08:00") }),
  )
  const asItCame = flagsOf(
    storeAll(
      everyDay("2023-01-01", "2024-12-31").map((date) => pointAt(date)),
      inForceSince("2023-01-01", alsoMonths),
    ),
  )

  test("first-run-all of two years is flagged as if the policy had been in force from its first point", () => {
    expect(flagsOf(storeAll(twoYears, policy))).toEqual(asItCame)
  })

  test("a seed or mapped chain takes the same flags at once, those left out that have run out", () => {
    const nowMs = utc("2025-01-01T08:00")
    const grants = assignFlags(twoYears, policy, { nowMs, seeded: true })
    const live = Object.entries(asItCame).flatMap(([id, slots]) => {
      const weeklyRuns = utc(id) + 28 * DAY_MS > utc("2025-01-01")
      const kept = slots.filter((slot) => (slot.startsWith("W:") ? weeklyRuns : id >= "2024-01-01"))
      return kept.length === 0 ? [] : [{ id, gfs: kept }]
    })
    expect(grants).toEqual(live)
  })

  test("most of it would go in the same session, which is worth a question", () => {
    const plan = planRetention(storeAll(twoYears, policy), policy, utc("2025-01-01T09:00"))
    expect(plan.removesMost).toBe(true)
    expect(plan.keep.length + plan.remove.length).toBe(twoYears.length)
  })

  test("thirty points after an outage fill the slots of their own times, one each", () => {
    const stored = { committedAtMs: utc("2025-07-01T08:00") }
    const missed = everyDay("2025-06-01", "2025-06-30").map((date) => pointAt(date, stored))
    const points = storeAll(missed, inForceSince("2025-01-01", saturdays), [
      pointAt("2025-05-31", { gfs: ["W:2025-05-31"] }),
    ])
    expect(Object.values(flagsOf(points)).flat()).toEqual([
      "W:2025-05-31",
      "W:2025-06-07",
      "W:2025-06-14",
      "W:2025-06-21",
      "W:2025-06-28",
    ])
  })

  test.each([
    ["2025-06-07", "its slot was filled by Sunday's point", [] as string[]],
    ["2025-06-14", "its slot is empty and its expiry ahead", ["W:2025-06-14"]],
    ["2025-05-31", "its slot is empty, but the flag would have run out", []],
  ])("a point of %s copied late: %s", (late, _, gfs) => {
    const sinceMay = inForceSince("2025-05-01", saturdays)
    const points = storeAll([pointAt("2025-05-24"), pointAt("2025-06-08"), pointAt("2025-06-29")], sinceMay)
    const [grant] = assignFlags(points, sinceMay, {
      nowMs: utc("2025-06-30"),
      incoming: pointAt(late, { committedAtMs: utc("2025-06-30") }),
    })
    expect(grant?.gfs ?? []).toEqual(gfs)
  })
})

describe("case 8: clocks", () => {
  const good = dates("2025-06-01", "2025-06-10")

  test("a point dated 2099 is suspect, and neither newest nor counted", () => {
    const odd = pointAt("2099-01-01", { committedAtMs: utc("2025-06-11"), dateSuspect: true })
    expect(isDateSuspect(odd, good)).toBe(true)
    const plan = planRetention([...good, odd], { zone: "UTC", count: 2 }, utc("2025-06-11T01:00"))
    expect(idsOf(plan.keep)).toEqual(["2025-06-09", "2025-06-10", "2099-01-01"])
    expect(plan.keep.find(({ id }) => id === "2025-06-10")?.reasons).toContainEqual({ rule: "newest" })
  })

  test("a point dated 1970 is suspect, and kept as one of its commit date would be", () => {
    const committedAtMs = utc("2025-06-11")
    const odd = pointAt("1970-01-01", { committedAtMs, order: committedAtMs, dateSuspect: true })
    expect(isDateSuspect(odd, good)).toBe(true)
    const kept = (today: string) => idsOf(planRetention([...good, odd], saturdays, utc(today)).keep).includes(odd.id)
    expect([kept("2025-06-11"), kept("2025-06-18"), kept("2025-06-19")]).toEqual([true, true, false])
  })

  test("a pruner whose clock says 2099 removes nothing on a day without a session, and would have to ask in one", () => {
    const nowMs = utc("2099-01-01")
    expect(planRetention(good, saturdays, nowMs, { run: "daily" }).remove).toEqual([])
    const session = planRetention(good, saturdays, nowMs)
    expect(session.removesMost).toBe(true)
    expect(idsOf(session.keep)).toEqual(["2025-06-08", "2025-06-09", "2025-06-10"])
  })
})

test("case 9: damaged points are not counted, not newest, and take no flag", () => {
  const good = dates("2025-06-01", "2025-06-03")
  const damaged = dates("2025-06-04", "2025-06-07").map((point) => ({ ...point, damaged: true }))
  const plan = planRetention([...good, ...damaged], { zone: "UTC", count: 3 }, utc("2025-06-07T01:00"))
  expect(idsOf(plan.keep)).toEqual(idsOf([...good, ...damaged]))
  expect(plan.keep.filter(({ reasons }) => reasons.some(({ rule }) => rule === "newest")).map(({ id }) => id)).toEqual([
    "2025-06-03",
  ])
  expect(flagsOf(storeAll([...good, ...damaged], inForceSince("2025-06-01", saturdays)))).toEqual({})
})

describe("case 10: adding a rule removes nothing where flags are given, and may move flags where they are played out", () => {
  test("planRetention: what monthly keeps stays when weekly is added", () => {
    const points = storeAll(dates("2025-06-01", "2025-06-30"), inForceSince("2025-06-01", monthsAlone))
    const kept = (policy: RetentionPolicy) => idsOf(planRetention(points, policy, utc("2025-06-30T01:00")).keep)
    expect(kept(monthsAlone)).toContain("2025-06-01")
    expect(kept(alsoMonths)).toEqual(expect.arrayContaining([...kept(monthsAlone)]))
  })

  test("simulate: monthly alone keeps 1 June, with Saturday it keeps 7 June instead", () => {
    const span = { fromMs: utc("2025-06-01"), toMs: utc("2025-09-01") }
    const left = (policy: RetentionPolicy) =>
      simulate(policy, { at: ["00:00"] }, span)
        .points.filter(({ removed, gfs }) => removed === undefined && gfs.includes("M:2025-06"))
        .map(({ date }) => date)
    expect(left(monthsAlone)).toEqual(["2025-06-01"])
    expect(left(alsoMonths)).toEqual(["2025-06-07"])
  })
})

describe("case 11: what policy never does", () => {
  test("the newest eligible point is never removed, whatever its age", () => {
    for (const policy of [saturdays, { zone: "UTC", count: 2 }]) {
      const plan = planRetention([pointAt("2001-01-01")], policy, utc("2099-01-01"))
      expect([plan.remove, plan.keep[0]?.reasons[0]]).toEqual([[], { rule: "newest" }])
    }
  })

  test.each([[{ zone: "UTC" }], [{ zone: "UTC", days: 0 }], [{ zone: "UTC", count: 0 }]])(
    "a policy that keeps nothing is refused, not confirmed: %j",
    (policy) => {
      expect(() => parsePolicy(policy)).toThrow(expect.objectContaining({ code: "BadPolicy" }))
    },
  )
})

describe("case 12: what a lock can follow", () => {
  test("a count promises no date, days and flags do", () => {
    expect(horizonOf(pointAt("2025-06-07"), { zone: "UTC", count: 30 })).toBeUndefined()
    expect(horizonOf(pointAt("2025-06-07"), { zone: "UTC", days: 7 })).toBe(utc("2025-06-15"))
    const flagged = pointAt("2025-06-07", { gfs: ["W:2025-06-07"] })
    expect(horizonOf(flagged, { ...saturdays, days: 7 })).toBe(utc("2025-07-05"))
  })

  test("the last three of a dead source stay in the plan for ever, past any date promised for them", () => {
    const points = dates("2025-06-01", "2025-06-03")
    const nowMs = utc("2035-01-01")
    expect(points.every((point) => (horizonOf(point, saturdays) as number) < nowMs)).toBe(true)
    expect(planRetention(points, saturdays, nowMs).keep.map(({ reasons }) => reasons.map(({ rule }) => rule))).toEqual([
      ["floor"],
      ["floor"],
      ["newest", "floor"],
    ])
  })
})

describe("case 13: when retention runs", () => {
  const points = withGrants(dates("2025-06-01", "2025-06-20"), [{ id: "2025-06-07", gfs: ["W:2025-06-07"] }])

  test("daily, a dead source does not end at three points", () => {
    expect(idsOf(planRetention(points, saturdays, utc("2025-06-30"), { run: "daily" }).remove)).toEqual([])
  })

  test("daily, flags run out all the same", () => {
    expect(idsOf(planRetention(points, saturdays, utc("2025-07-04"), { run: "daily" }).remove)).toEqual([])
    expect(idsOf(planRetention(points, saturdays, utc("2025-07-05"), { run: "daily" }).remove)).toEqual(["2025-06-07"])
  })

  test("in a session everything counts", () => {
    const next = pointAt("2025-06-29")
    const plan = planRetention([...points, next], saturdays, next.atMs + HOUR_MS)
    expect(idsOf(plan.keep)).toEqual(["2025-06-07", "2025-06-19", "2025-06-20", "2025-06-29"])
  })
})
