import { describe, expect, test } from "vitest"
import { changePolicy } from "./change-policy.ts"
import { missedSlots, nextSlots } from "./next-slots.ts"
import { planRetention } from "./plan-retention.ts"
import type { RetentionPolicy } from "./policy.ts"
import { allLevels as policy, everyDay, idsOf, inForceSince, pointAt, storeAll, utc } from "./testing/points.ts"

const weekly: RetentionPolicy = { zone: "UTC", days: 7, weekly: { keep: 4, day: "saturday" } }
const dates = (from: string, to: string) => everyDay(from, to).map((date) => pointAt(date))

describe("the open slot of every level and the next", () => {
  test.each([
    ["2025-06-06T23:59", ["W:2025-05-31", "W:2025-06-07"], ["M:2025-05", "M:2025-06"], ["Y:2025", "Y:2026"]],
    ["2025-06-07T00:00", ["W:2025-06-07", "W:2025-06-14"], ["M:2025-06", "M:2025-07"], ["Y:2025", "Y:2026"]],
    ["2025-01-01T12:00", ["W:2024-12-28", "W:2025-01-04"], ["M:2024-12", "M:2025-01"], ["Y:2024", "Y:2025"]],
    ["2025-12-31T12:00", ["W:2025-12-27", "W:2026-01-03"], ["M:2025-12", "M:2026-01"], ["Y:2025", "Y:2026"]],
  ])("at %s", (time, ...expected) => {
    const slots = nextSlots(policy, utc(time))
    expect(slots.map(({ level }) => level)).toEqual(["weekly", "monthly", "yearly"])
    expect(slots.map(({ open, next }) => [open.id, next.id])).toEqual(expected)
    for (const { open, next } of slots) expect([open.closes, open.closesAtMs]).toEqual([next.opens, next.opensAtMs])
  })

  test("their instants are those of the policy's zone", () => {
    const [slots] = nextSlots({ ...weekly, zone: "Europe/Berlin" }, utc("2025-03-29T12:00"))
    expect(slots?.open).toEqual({
      level: "weekly",
      id: "W:2025-03-29",
      opens: "2025-03-29",
      closes: "2025-04-05",
      opensAtMs: utc("2025-03-28T23:00"),
      closesAtMs: utc("2025-04-04T22:00"),
    })
  })

  test("a level that is off has none, and a zone that is none is refused", () => {
    expect(nextSlots(weekly, 0).map(({ level }) => level)).toEqual(["weekly"])
    expect(nextSlots({ zone: "UTC", days: 7 }, 0)).toEqual([])
    expect(() => nextSlots({ ...weekly, zone: "Nowhere" }, 0)).toThrow(expect.objectContaining({ code: "BadZone" }))
  })
})

describe("slots that closed empty", () => {
  const since = inForceSince("2025-06-01", weekly)
  const missed = (...args: Parameters<typeof missedSlots>) => idsOf(missedSlots(...args))

  test("a gap over a whole slot is reported once it has closed, with its dates", () => {
    const points = storeAll([...dates("2025-06-01", "2025-06-13"), pointAt("2025-06-21")], since)
    expect(missed(points, since, utc("2025-06-20T23:59"))).toEqual([])
    expect(missedSlots(points, since, utc("2025-06-21"))).toEqual([
      {
        level: "weekly",
        id: "W:2025-06-14",
        opens: "2025-06-14",
        closes: "2025-06-21",
        opensAtMs: utc("2025-06-14"),
        closesAtMs: utc("2025-06-21"),
      },
    ])
  })

  test("a slot that was missed on its day and filled later is not", () => {
    const points = storeAll([...dates("2025-06-01", "2025-06-06"), pointAt("2025-06-10")], since)
    expect(missed(points, since, utc("2025-06-14"))).toEqual([])
  })

  test("nor is the one that was open, its day over, when the level came or the chain began", () => {
    expect(missed(dates("2025-06-02", "2025-06-06"), inForceSince("2025-06-01", weekly), utc("2025-06-07"))).toEqual([])
    const late = inForceSince("2025-06-10", weekly)
    expect(missed(dates("2025-06-01", "2025-06-13"), late, utc("2025-06-14"))).toEqual([])
  })

  test("nothing good in its span is nothing", () => {
    const points = storeAll(
      [
        ...dates("2025-06-01", "2025-06-13"),
        pointAt("2025-06-14", { damaged: true }),
        pointAt("2025-06-16", { complete: false }),
      ],
      since,
    )
    expect(missed(points, since, utc("2025-06-21"))).toEqual(["W:2025-06-14"])
  })

  test("a loss is reported as long as a flag of its first day would still run", () => {
    const points = storeAll(
      [pointAt("2025-06-01"), pointAt("2025-06-07"), pointAt("2025-06-21"), pointAt("2025-06-28")],
      since,
    )
    const on = (date: string) => missed(points, since, utc(date)).includes("W:2025-06-14")
    expect([on("2025-06-21"), on("2025-07-11"), on("2025-07-12")]).toEqual([true, true, false])
  })

  // Its flag, from the slot's first day, would be out when the slot closes.
  test("a loss is reported even if flags run for one week only", () => {
    const brief = inForceSince("2025-06-01", { ...weekly, weekly: { keep: 1, day: "saturday" } })
    const points = storeAll([...dates("2025-06-01", "2025-06-13"), pointAt("2025-06-21")], brief)
    expect(missed(points, brief, utc("2025-06-21"))).toEqual(["W:2025-06-14"])
  })

  test("every level has its own", () => {
    const all = inForceSince("2025-01-01", policy)
    const points = storeAll([pointAt("2025-01-01"), pointAt("2025-02-10")], all)
    expect(missed(points, all, utc("2025-02-10"))).toEqual([
      "W:2025-01-18",
      "W:2025-01-25",
      "W:2025-02-01",
      "M:2025-01",
    ])
    expect(missed(points.slice(0, 1), all, utc("2026-01-03"))).toContain("Y:2025")
  })

  test("of a chain without points nothing is missed", () => {
    expect(missed([], since, utc("2026-01-01"))).toEqual([])
  })

  test("a level switched off misses nothing", () => {
    const off = changePolicy(since, { zone: "UTC", days: 7 }, utc("2025-06-10"))
    expect(missed(dates("2025-06-01", "2025-06-05"), off, utc("2025-07-10"))).toEqual([])
  })

  test("a slot that was filled, and whose point has expired and is gone, was not missed", () => {
    const both = inForceSince("2025-06-01", { ...weekly, monthly: { keep: 12, week: "first" } })
    const nowMs = utc("2025-07-13")
    const stored = storeAll(dates("2025-06-01", "2025-07-13"), both)
    const kept = new Set(idsOf(planRetention(stored, both, nowMs).keep))
    expect(
      missed(
        stored.filter(({ id }) => kept.has(id)),
        both,
        nowMs,
      ),
    ).toEqual([])
  })
})
