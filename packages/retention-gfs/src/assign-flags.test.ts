import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { assignFlags } from "./assign-flags.ts"
import { changePolicy } from "./change-policy.ts"
import type { RetentionPolicy } from "./policy.ts"
import type { RetentionPoint } from "./retention-point.ts"
import { everyDay, flagsOf, HOUR_MS, inForceSince, pointAt, storeAll, utc, withGrants } from "./testing/points.ts"

const saturdays: RetentionPolicy = { zone: "UTC", days: 7, weekly: { keep: 4, day: "saturday" } }
const alsoMonths: RetentionPolicy = { ...saturdays, monthly: { keep: 12, week: "first" } }
const allLevels: RetentionPolicy = { ...alsoMonths, yearly: { keep: 3, month: "january" } }
const monthsAlone: RetentionPolicy = { zone: "UTC", days: 7, monthly: { keep: 12, week: "first" } }
const dates = (from: string, to: string) => everyDay(from, to).map((date) => pointAt(date))

/** What a point takes when it is stored after the others. */
function taken(
  points: readonly RetentionPoint[],
  policy: Parameters<typeof assignFlags>[1],
  incoming: RetentionPoint,
  more: { readonly removed?: readonly RetentionPoint[] } = {},
): readonly string[] {
  const grants = assignFlags(points, policy, { nowMs: incoming.committedAtMs, incoming, ...more })
  expect(grants.map(({ id }) => id)).toEqual(grants.length === 0 ? [] : [incoming.id])
  return grants[0]?.gfs ?? []
}

describe("the first point of a slot takes it for good", () => {
  const policy = inForceSince("2025-06-01", saturdays)

  test("of hourly points the day's first", () => {
    const hourly = Array.from({ length: 48 }, (_, hour) =>
      pointAt(new Date(utc("2025-06-06T12:30") + hour * HOUR_MS).toISOString().slice(0, 16)),
    )
    expect(flagsOf(storeAll(hourly, policy))).toEqual({ "2025-06-07T00:30": ["W:2025-06-07"] })
  })

  test("the slot opens with the day in the policy's zone", () => {
    const berlin = inForceSince("2025-06-01", { ...saturdays, zone: "Europe/Berlin" })
    const points = storeAll([pointAt("2025-06-06T21:59"), pointAt("2025-06-06T22:00")], berlin)
    expect(flagsOf(points)).toEqual({ "2025-06-06T22:00": ["W:2025-06-07"] })
  })

  test.each([{ complete: false }, { damaged: true }, { dateSuspect: true }])(
    "a point with %j takes nothing, the next does",
    (state) => {
      const points = storeAll([pointAt("2025-06-06"), pointAt("2025-06-07", state), pointAt("2025-06-08")], policy)
      expect(flagsOf(points)).toEqual({ "2025-06-08": ["W:2025-06-07"] })
    },
  )

  test("one point may fill several slots, the finest first", () => {
    const points = storeAll(dates("2025-01-03", "2025-01-12"), inForceSince("2025-01-03", allLevels))
    expect(flagsOf(points)).toEqual({
      "2025-01-04": ["W:2025-01-04", "M:2025-01", "Y:2025"],
      "2025-01-11": ["W:2025-01-11"],
    })
  })

  test("weekly and yearly without monthly go each their own way: the year begins on the 1st", () => {
    const both = inForceSince("2024-12-30", { ...saturdays, yearly: { keep: 3, month: "january" } })
    expect(flagsOf(storeAll(dates("2024-12-30", "2025-01-05"), both))).toEqual({
      "2025-01-01": ["Y:2025"],
      "2025-01-04": ["W:2025-01-04"],
    })
  })

  test("the last instant of a slot is still its own", () => {
    const before = storeAll(dates("2025-06-01", "2025-06-06"), policy)
    expect(taken(before, policy, pointAt("2025-06-13T23:59"))).toEqual(["W:2025-06-07"])
    expect(taken(before, policy, pointAt("2025-06-14T00:00"))).toEqual(["W:2025-06-14"])
  })

  test("without levels nothing is flagged", () => {
    expect(
      flagsOf(storeAll(dates("2025-01-01", "2025-02-28"), inForceSince("2025-01-01", { zone: "UTC", days: 7 }))),
    ).toEqual({})
  })
})

describe("a slot whose point is no longer there", () => {
  const policy = inForceSince("2025-05-01", alsoMonths)
  const before = storeAll(dates("2025-05-28", "2025-06-06"), policy)
  const flagged = pointAt("2025-06-07", { gfs: ["W:2025-06-07", "M:2025-06"] })

  test("removed by hand while it is open: the next point fills it again", () => {
    expect(taken(before, policy, pointAt("2025-06-09"), { removed: [flagged] })).toEqual(["W:2025-06-07", "M:2025-06"])
    expect(taken(before, policy, pointAt("2025-06-09"))).toEqual(["W:2025-06-07", "M:2025-06"])
  })

  test("found damaged while it is open: the next point fills it again", () => {
    expect(taken([...before, { ...flagged, damaged: true }], policy, pointAt("2025-06-09"))).toEqual([
      "W:2025-06-07",
      "M:2025-06",
    ])
  })

  test("points between, which are there already, take nothing", () => {
    const points = [...before, pointAt("2025-06-08"), pointAt("2025-06-09")]
    expect(taken(points, policy, pointAt("2025-06-10"), { removed: [flagged] })).toEqual(["W:2025-06-07", "M:2025-06"])
    expect(assignFlags(points, policy, { nowMs: utc("2025-06-09"), removed: [flagged] })).toEqual([])
  })

  test("removed by hand when one of its slots has closed: only the open one is filled again", () => {
    expect(taken(before, policy, pointAt("2025-06-14"), { removed: [flagged] })).toEqual(["W:2025-06-14", "M:2025-06"])
  })

  test("expired while it is open: it was filled, and is not filled again", () => {
    const brief = inForceSince("2025-01-01", { ...saturdays, monthly: { keep: 1, week: "first" } })
    // March 2025 opens on Saturday the 1st and closes on 5 April; a month's flag of the 1st is gone on 2 April.
    const march = pointAt("2025-03-01", { gfs: ["M:2025-03"] })
    const others = storeAll(dates("2025-03-29", "2025-04-02"), brief, [march])
    const left = others.filter(({ id }) => id !== march.id)
    expect(taken(left, brief, pointAt("2025-04-03"), { removed: [march] })).toEqual([])
  })

  test("removed by hand so long ago that its flag would have run out: nothing tells it from one that expired", () => {
    const brief = inForceSince("2025-01-01", { ...saturdays, monthly: { keep: 1, week: "first" } })
    const march = pointAt("2025-03-01", { gfs: ["W:2025-03-01", "M:2025-03"] })
    const february = pointAt("2025-02-15", { gfs: ["W:2025-02-15"] })
    // Removed on 10 March; nothing was stored until 3 April.
    expect(taken([february], brief, pointAt("2025-04-03"), { removed: [march] })).not.toContain("M:2025-03")
  })

  test("of a level switched on in mid-span: the next point stored fills it again, not one that is there", () => {
    const on = changePolicy(changePolicy(undefined, { zone: "UTC", days: 7 }, 0), saturdays, utc("2025-06-07T13:00"))
    const points = [pointAt("2025-06-07T00:00", { gfs: ["W:2025-06-07"], damaged: true }), pointAt("2025-06-07T12:00")]
    const incoming = pointAt("2025-06-07T14:00")
    expect(assignFlags(points, on, { nowMs: incoming.atMs, incoming })).toEqual([
      { id: incoming.id, gfs: ["W:2025-06-07"] },
    ])
  })
})

describe("points that come late", () => {
  const policy = inForceSince("2025-05-01", saturdays)
  const late = (time: string, stored: string) => pointAt(time, { committedAtMs: utc(stored) })

  test.each([
    ["an empty slot, expiry ahead", "2025-06-14", "2025-07-11", ["W:2025-06-14"]],
    ["an empty slot, expiry today", "2025-06-14", "2025-07-12", []],
    ["a slot that a later point holds", "2025-06-28", "2025-06-30", []],
    ["a slot of the time before the chain, which began under the policy", "2025-04-26", "2025-05-20", ["W:2025-04-26"]],
  ])("%s", (_, time, storedAt, gfs) => {
    const chain = [pointAt("2025-05-05"), pointAt("2025-05-06"), pointAt("2025-06-29", { gfs: ["W:2025-06-28"] })]
    const points = chain.filter(({ atMs }) => atMs < utc(storedAt))
    expect(taken(points, policy, late(time, storedAt))).toEqual(gfs)
  })

  test("a slot of the time before the policy, in a chain that is older than it", () => {
    const points = [pointAt("2025-04-05"), pointAt("2025-05-05")]
    expect(taken(points, policy, late("2025-04-26", "2025-05-20"))).toEqual([])
  })

  test("the newest takes its slot even if its flag has run out: the slot is filled by it", () => {
    expect(taken([pointAt("2025-05-30")], policy, late("2025-06-14", "2025-12-01"))).toEqual(["W:2025-06-14"])
  })
})

describe("chains that are new to the policy", () => {
  const nowMs = utc("2025-06-30T08:00")
  const policy = inForceSince("2025-06-30", alsoMonths)
  const chain = everyDay("2025-03-03", "2025-06-29").map((date) => pointAt(date, { committedAtMs: utc("2025-06-01") }))

  test("seeded, the flags are given that the policy would have given, those that still run", () => {
    const asItCame = flagsOf(storeAll(dates("2025-03-03", "2025-06-29"), inForceSince("2025-03-03", alsoMonths)))
    const live = Object.entries(asItCame).flatMap(([id, slots]) => {
      const gfs = slots.filter((slot) => slot.startsWith("M:") || slot > "W:2025-06-02")
      return gfs.length > 0 ? [{ id, gfs }] : []
    })
    expect(assignFlags(chain, policy, { nowMs, seeded: true })).toEqual(live)
    expect(live.map(({ id }) => id)).toEqual([
      // March's week was not over on Monday 3 March, the week of Saturday 1 March was.
      "2025-03-03",
      "2025-04-05",
      "2025-05-03",
      "2025-06-07",
      "2025-06-14",
      "2025-06-21",
      "2025-06-28",
    ])
  })

  test("said once, it is done: a second time nothing is left to give", () => {
    const flagged = withGrants(chain, assignFlags(chain, policy, { nowMs, seeded: true }))
    expect(assignFlags(flagged, policy, { nowMs, seeded: true })).toEqual([])
  })

  test("not seeded, points of before the policy take nothing of slots whose span was over", () => {
    expect(assignFlags(chain, policy, { nowMs })).toEqual([])
  })

  test("flags that it brought along stay, and their slots are filled", () => {
    const brought = chain.map((point) => (point.id === "2025-06-16" ? { ...point, gfs: ["W:2025-06-14"] } : point))
    const grants = assignFlags(brought, policy, { nowMs, seeded: true })
    expect(grants.flatMap(({ gfs }) => gfs)).not.toContain("W:2025-06-14")
  })

  test.each([true, false])(
    "a workload that joins an older policy fills the slots that are open: seeded %j",
    (seeded) => {
      const older = inForceSince("2024-01-01", allLevels)
      const first = pointAt("2025-01-01")
      const grants = seeded
        ? assignFlags([first], older, { nowMs: first.atMs, seeded })
        : assignFlags([], older, { nowMs: first.atMs, incoming: first })
      expect(flagsOf(grants)).toEqual({ "2025-01-01": ["W:2024-12-28", "M:2024-12", "Y:2024"] })
    },
  )
})

describe("levels switched on and edited", () => {
  const points = (from: string, to: string, time = "T22:00") => everyDay(from, to, time).map((at) => pointAt(at))
  const none = changePolicy(undefined, { zone: "UTC", days: 7 }, 0)
  const granted = (stored: readonly RetentionPoint[], policy: RetentionPolicy, time: string) => {
    const nowMs = utc(time)
    return assignFlags(stored, changePolicy(none, policy, nowMs), { nowMs })
  }
  const onSaturday = [...points("2025-06-02", "2025-06-06"), pointAt("2025-06-07T00:10"), pointAt("2025-06-07T01:10")]

  test.each<readonly [string, readonly RetentionPoint[], RetentionPolicy, string, ReturnType<typeof assignFlags>]>([
    [
      "weekly on its day",
      onSaturday,
      saturdays,
      "2025-06-07T12:00",
      [{ id: "2025-06-07T00:10", gfs: ["W:2025-06-07"] }],
    ],
    [
      "weekly at the last instant of its day",
      onSaturday,
      saturdays,
      "2025-06-07T23:59",
      [{ id: "2025-06-07T00:10", gfs: ["W:2025-06-07"] }],
    ],
    ["weekly on the day after", onSaturday, saturdays, "2025-06-08T00:00", []],
    [
      "monthly in its week",
      points("2025-05-20", "2025-06-04"),
      monthsAlone,
      "2025-06-05T12:00",
      [{ id: "2025-06-01T22:00", gfs: ["M:2025-06"] }],
    ],
    [
      "monthly on its week's last day",
      points("2025-05-20", "2025-06-06"),
      monthsAlone,
      "2025-06-07T23:59",
      [{ id: "2025-06-01T22:00", gfs: ["M:2025-06"] }],
    ],
    ["monthly after its week", points("2025-05-20", "2025-06-07"), monthsAlone, "2025-06-08T00:00", []],
    [
      "monthly with weekly, before the week's Saturday",
      points("2025-05-20", "2025-06-04"),
      alsoMonths,
      "2025-06-05T12:00",
      [],
    ],
    [
      "yearly in its month",
      points("2025-01-01", "2025-01-30"),
      { zone: "UTC", days: 7, yearly: { keep: 3, month: "january" } },
      "2025-01-31T23:59",
      [{ id: "2025-01-01T22:00", gfs: ["Y:2025"] }],
    ],
    [
      "yearly after its month",
      points("2025-01-01", "2025-01-31"),
      { zone: "UTC", days: 7, yearly: { keep: 3, month: "january" } },
      "2025-02-01T00:00",
      [],
    ],
    ["a chain that is empty", [], saturdays, "2025-06-07T12:00", []],
  ])("%s", (_, stored, policy, time, grants) => {
    expect(granted(stored, policy, time)).toEqual(grants)
  })

  test("a slot that was open when its level came, with no point yet, is filled by the next one, even later", () => {
    const on = changePolicy(none, saturdays, utc("2025-06-07T12:00"))
    expect(taken(points("2025-06-02", "2025-06-06"), on, pointAt("2025-06-10"))).toEqual(["W:2025-06-07"])
    const tooLate = changePolicy(none, saturdays, utc("2025-06-08T12:00"))
    expect(taken(points("2025-06-02", "2025-06-06"), tooLate, pointAt("2025-06-10"))).toEqual([])
  })

  test("a month that is filled is not filled again when its week changes, the next month is", () => {
    const before = inForceSince("2025-05-30", monthsAlone)
    const after = changePolicy(before, { ...monthsAlone, monthly: { keep: 12, week: "last" } }, utc("2025-06-10"))
    const stored = storeAll(
      dates("2025-06-11", "2025-07-31"),
      after,
      storeAll(dates("2025-05-30", "2025-06-09"), before),
    )
    expect(flagsOf(stored)).toEqual({ "2025-06-01": ["M:2025-06"], "2025-07-25": ["M:2025-07"] })
  })

  test("a year that is filled is not filled again when its month changes", () => {
    const yearly = (month: "january" | "june"): RetentionPolicy => ({
      zone: "UTC",
      days: 7,
      yearly: { keep: 3, month },
    })
    const before = inForceSince("2024-12-01", yearly("january"))
    const after = changePolicy(before, yearly("june"), utc("2025-03-01"))
    const stored = storeAll(
      dates("2025-03-02", "2026-06-02"),
      after,
      storeAll(dates("2024-12-01", "2025-03-01"), before),
    )
    expect(flagsOf(stored)).toEqual({ "2025-01-01": ["Y:2025"], "2026-06-01": ["Y:2026"] })
  })

  test("a number that changes moves no flag", () => {
    const before = inForceSince("2025-06-01", saturdays)
    const after = changePolicy(before, { ...saturdays, weekly: { keep: 52, day: "saturday" } }, utc("2025-06-10"))
    const stored = storeAll(
      dates("2025-06-11", "2025-06-15"),
      after,
      storeAll(dates("2025-06-01", "2025-06-10"), before),
    )
    expect(flagsOf(stored)).toEqual({ "2025-06-07": ["W:2025-06-07"], "2025-06-14": ["W:2025-06-14"] })
  })

  test("off and on again within a slot: what is filled stays so, what was missed before is not made up", () => {
    const first = inForceSince("2025-06-01", saturdays)
    const stored = storeAll(dates("2025-06-01", "2025-06-09"), first)
    const off = changePolicy(first, { zone: "UTC", days: 7 }, utc("2025-06-10"))
    const on = changePolicy(off, saturdays, utc("2025-06-17"))
    expect(
      flagsOf(
        storeAll(dates("2025-06-18", "2025-06-21"), on, storeAll(dates("2025-06-10", "2025-06-16"), off, stored)),
      ),
    ).toEqual({
      "2025-06-07": ["W:2025-06-07"],
      "2025-06-21": ["W:2025-06-21"],
    })
  })
})

test("the order in which points are given does not matter", () => {
  const policy = inForceSince("2025-01-01", allLevels)
  const chain = dates("2025-01-01", "2025-03-31")
  const grants = assignFlags(chain, policy, { nowMs: utc("2025-03-31"), seeded: true })
  fc.assert(
    fc.property(fc.shuffledSubarray([...chain], { minLength: chain.length }), (shuffled) => {
      expect(assignFlags(shuffled, policy, { nowMs: utc("2025-03-31"), seeded: true })).toEqual(grants)
    }),
    { numRuns: 20 },
  )
})

test("no slot is ever held by two good points", () => {
  fc.assert(
    fc.property(fc.subarray([...everyDay("2025-01-01", "2025-04-30")]), (kept) => {
      const points = storeAll(
        kept.map((date) => pointAt(date)),
        inForceSince("2025-01-01", allLevels),
      )
      const slots = points.flatMap(({ gfs }) => gfs)
      expect(new Set(slots).size).toBe(slots.length)
    }),
    { numRuns: 50 },
  )
})

test("an id that two points have, and a zone that is none, are refused", () => {
  const policy = inForceSince("2025-01-01", saturdays)
  const point = pointAt("2025-06-07")
  expect(() => assignFlags([point], policy, { nowMs: point.atMs, incoming: { ...point } })).toThrow(
    expect.objectContaining({ code: "BadPoint" }),
  )
  expect(() => assignFlags([], { ...policy, zone: "Nowhere" }, { nowMs: 0 })).toThrow(
    expect.objectContaining({ code: "BadZone" }),
  )
})
