import fc from "fast-check"
import { describe, expect, test } from "vitest"
import type { KeepReason } from "./keep-reason.ts"
import { planRetention } from "./plan-retention.ts"
import type { RetentionPolicy } from "./policy.ts"
import type { RetentionPoint } from "./retention-point.ts"
import { everyDay, idsOf, inForceSince, pointAt, storeAll, utc } from "./testing/points.ts"

const days7: RetentionPolicy = { zone: "UTC", days: 7 }
const count3: RetentionPolicy = { zone: "UTC", count: 3 }
const allLevels: RetentionPolicy = {
  ...days7,
  weekly: { keep: 4, day: "saturday" },
  monthly: { keep: 12, week: "first" },
  yearly: { keep: 3, month: "january" },
}
const dates = (from: string, to: string) => everyDay(from, to).map((date) => pointAt(date))
const keptOf = (...args: Parameters<typeof planRetention>) => idsOf(planRetention(...args).keep)
const removedOf = (...args: Parameters<typeof planRetention>) => idsOf(planRetention(...args).remove)

function reasonsOf(id: string, ...args: Parameters<typeof planRetention>): readonly KeepReason[] {
  return planRetention(...args).keep.find((point) => point.id === id)?.reasons ?? []
}

describe("reasons", () => {
  const point = pointAt("2025-01-04T22:00", { gfs: ["W:2025-01-04", "M:2025-01", "Y:2025"], pin: "audit" })
  const newer = dates("2025-01-08", "2025-01-10")

  test("a point that stays has every rule that keeps it, with its date", () => {
    expect(reasonsOf(point.id, [point, ...newer], allLevels, utc("2025-01-10"))).toEqual([
      { rule: "pin", reason: "audit" },
      { rule: "weekly", slot: "W:2025-01-04", until: "2025-02-01" },
      { rule: "monthly", slot: "M:2025-01", until: "2026-01-05" },
      { rule: "yearly", slot: "Y:2025", until: "2028-01-05" },
      { rule: "days", days: 7, until: "2025-01-12" },
    ])
  })

  test("the newest has that reason beside its others", () => {
    expect(reasonsOf("2025-01-10", newer, days7, utc("2025-01-10"))).toEqual([
      { rule: "newest" },
      { rule: "days", days: 7, until: "2025-01-18" },
    ])
  })

  test("a point that goes has what kept it, until when, and the last of these dates", () => {
    const { pin: _, ...unpinned } = point
    const [gone] = planRetention([unpinned, ...newer], allLevels, utc("2028-01-05")).remove
    expect(gone).toEqual({
      id: point.id,
      expired: [
        { rule: "weekly", slot: "W:2025-01-04", since: "2025-02-01" },
        { rule: "monthly", slot: "M:2025-01", since: "2026-01-05" },
        { rule: "yearly", slot: "Y:2025", since: "2028-01-05" },
        { rule: "days", days: 7, since: "2025-01-12" },
      ],
      since: "2028-01-05",
    })
  })

  test("by count it cannot be told since when", () => {
    expect(planRetention(dates("2025-01-01", "2025-01-04"), count3, utc("2025-01-04")).remove).toEqual([
      { id: "2025-01-01", expired: [{ rule: "count", count: 3 }] },
    ])
  })

  test("every point is in the plan once, in the order of the source", () => {
    const points = dates("2025-01-01", "2025-01-20")
    const plan = planRetention([...points].toReversed(), days7, utc("2025-01-20"))
    expect(idsOf([...plan.remove, ...plan.keep])).toEqual(idsOf(points))
  })
})

describe("days", () => {
  test.each([
    ["2025-01-08T23:59", false],
    ["2025-01-09T00:00", true],
  ])("7 days keep a point of 1 January through the 8th; at %s it is gone: %j", (now, gone) => {
    expect(removedOf(dates("2025-01-01", "2025-01-08"), days7, utc(now)).includes("2025-01-01")).toBe(gone)
  })

  test("dates are those of the policy's zone", () => {
    const points = ["2025-06-01T21:59", "2025-06-01T22:00", "2025-06-03", "2025-06-04"].map((time) => pointAt(time))
    const berlin = { zone: "Europe/Berlin", days: 2 }
    // It is 4 June in Berlin, and 3 June at Greenwich.
    expect(removedOf(points, berlin, utc("2025-06-03T22:00"))).toEqual(["2025-06-01T21:59"])
    expect(removedOf(points, { zone: "UTC", days: 2 }, utc("2025-06-03T22:00"))).toEqual([])
  })

  test("all points of a day stay or go together", () => {
    const points = ["2025-01-01T01:00", "2025-01-01T23:00", ...everyDay("2025-01-02", "2025-01-08")].map((time) =>
      pointAt(time),
    )
    expect(removedOf(points, days7, utc("2025-01-09"))).toEqual(["2025-01-01T01:00", "2025-01-01T23:00"])
  })
})

describe("the floor of three under a policy in days", () => {
  const nowMs = utc("2025-12-31")

  test("the newest three stay however old they are", () => {
    expect(keptOf(dates("2025-01-01", "2025-01-10"), days7, nowMs)).toEqual(["2025-01-08", "2025-01-09", "2025-01-10"])
    expect(reasonsOf("2025-01-08", dates("2025-01-01", "2025-01-10"), days7, nowMs)).toEqual([
      { rule: "floor", count: 3 },
    ])
  })

  test("two young ones are filled up with one old", () => {
    const points = [...dates("2025-01-01", "2025-01-10"), pointAt("2025-12-30"), pointAt("2025-12-31")]
    expect(keptOf(points, days7, nowMs)).toEqual(["2025-01-10", "2025-12-30", "2025-12-31"])
  })

  test("flagged, pinned, damaged, incomplete and suspect points do not count towards it", () => {
    const others: RetentionPoint[] = [
      pointAt("2025-01-05", { gfs: ["Y:2025"] }),
      pointAt("2025-01-06", { pin: "audit" }),
      pointAt("2025-01-07", { damaged: true }),
      pointAt("2025-01-08", { complete: false }),
      pointAt("2025-01-09", { dateSuspect: true }),
    ]
    const kept = keptOf([...dates("2025-01-01", "2025-01-04"), ...others], allLevels, nowMs)
    expect(kept).toEqual(["2025-01-02", "2025-01-03", "2025-01-04", "2025-01-05", "2025-01-06"])
  })

  test("a point whose flag has run out counts again", () => {
    const points = [...dates("2025-01-01", "2025-01-03"), pointAt("2025-01-04", { gfs: ["W:2025-01-04"] })]
    expect(keptOf(points, allLevels, utc("2025-01-31"))).toHaveLength(4)
    expect(keptOf(points, allLevels, utc("2025-02-01"))).toEqual(["2025-01-02", "2025-01-03", "2025-01-04"])
  })

  test("a policy by count has none", () => {
    expect(keptOf(dates("2025-01-01", "2025-01-10"), { zone: "UTC", count: 2 }, nowMs)).toHaveLength(2)
  })
})

describe("a count", () => {
  test("keeps the newest so many in the order of the source, not of their dates", () => {
    const points = dates("2025-01-01", "2025-01-05").map((point, index) => ({ ...point, order: -index }))
    expect(keptOf(points, count3, utc("2025-01-05"))).toEqual(["2025-01-03", "2025-01-02", "2025-01-01"])
  })

  test("flagged, pinned and bad points use up none of it", () => {
    const points = [
      ...dates("2025-01-01", "2025-01-04"),
      pointAt("2025-01-05", { gfs: ["Y:2025"] }),
      pointAt("2025-01-06", { pin: "audit" }),
      pointAt("2025-01-07", { damaged: true }),
      pointAt("2025-01-08", { dateSuspect: true }),
      pointAt("2025-01-09", { complete: false }),
    ]
    expect(removedOf(points, { ...allLevels, days: undefined, count: 3 }, utc("2025-01-09"))).toEqual(["2025-01-01"])
  })

  test("points of equal order are told apart by their ids", () => {
    const points = ["a", "b", "c", "d"].map((id) => pointAt("2025-01-01", { id }))
    expect(keptOf(points, count3, utc("2025-01-01"))).toEqual(["b", "c", "d"])
    expect(keptOf([...points].toReversed(), count3, utc("2025-01-01"))).toEqual(["b", "c", "d"])
  })

  test("a damaged point stays while those do that were made when it was", () => {
    const damaged = pointAt("2025-01-03", { damaged: true })
    const run = (to: string) =>
      removedOf([...dates("2025-01-01", "2025-01-02"), damaged, ...dates("2025-01-04", to)], count3, utc(to))
    expect(run("2025-01-04")).toEqual([])
    expect(run("2025-01-05")).toEqual(["2025-01-01"])
    expect(run("2025-01-06")).toEqual(["2025-01-01", "2025-01-02", "2025-01-03"])
  })

  test("a suspect point stays while those do that were stored when it was", () => {
    const odd = pointAt("2099-01-01", { dateSuspect: true, committedAtMs: utc("2025-01-03") })
    const run = (to: string) => removedOf([...dates("2025-01-01", to), odd], count3, utc(to))
    expect(run("2025-01-05")).toEqual(["2025-01-01", "2025-01-02"])
    expect(run("2025-01-06")).toEqual(["2025-01-01", "2025-01-02", "2025-01-03", "2099-01-01"])
  })
})

test("a pin holds a point for ever, and letting go of it lets it go", () => {
  const points = (pin: Partial<RetentionPoint>) => [pointAt("2001-01-01", pin), ...dates("2025-01-01", "2025-01-05")]
  const nowMs = utc("2025-01-05")
  expect(reasonsOf("2001-01-01", points({ pin: "" }), days7, nowMs)).toEqual([{ rule: "pin", reason: "" }])
  expect(removedOf(points({}), days7, nowMs)).toEqual(["2001-01-01"])
})

describe("bad points", () => {
  test.each([{ damaged: true }, { complete: false }])("one with %j stays its days and is not the newest", (state) => {
    const points = [...dates("2025-01-01", "2025-01-05"), pointAt("2025-01-06", state)]
    expect(reasonsOf("2025-01-06", points, days7, utc("2025-01-13"))).toEqual([
      { rule: "days", days: 7, until: "2025-01-14" },
    ])
    expect(reasonsOf("2025-01-05", points, days7, utc("2025-01-13"))).toContainEqual({ rule: "newest" })
    expect(removedOf(points, days7, utc("2025-01-14"))).toContain("2025-01-06")
  })

  test("a flag keeps a damaged point as long as any", () => {
    const points = [
      pointAt("2025-01-04", { gfs: ["W:2025-01-04"], damaged: true }),
      ...dates("2025-01-05", "2025-01-07"),
    ]
    expect(removedOf(points, allLevels, utc("2025-01-31"))).toEqual([])
    expect(removedOf(points, allLevels, utc("2025-02-01"))).toEqual(["2025-01-04"])
  })

  test.each([{ damaged: true }, { complete: false }, { dateSuspect: true }])(
    "with nothing but points of %j nothing is removed",
    (state) => {
      const points = everyDay("2025-01-01", "2025-01-05").map((date) => pointAt(date, state))
      for (const policy of [days7, count3])
        for (const run of ["session", "daily"] as const) {
          const plan = planRetention(points, policy, utc("2035-01-01"), { run })
          expect([plan.remove, plan.removesMost]).toEqual([[], false])
        }
      expect(reasonsOf("2025-01-01", points, days7, utc("2035-01-01"))).toEqual([{ rule: "nothing good" }])
    },
  )
})

describe("a daily run", () => {
  const daily = { run: "daily" } as const
  const weekly: RetentionPolicy = { ...days7, weekly: { keep: 1, day: "saturday" } }

  test("ages nothing by days or count, and says what waits", () => {
    const points = dates("2025-01-01", "2025-01-10")
    for (const policy of [days7, count3]) expect(removedOf(points, policy, utc("2025-12-31"), daily)).toEqual([])
    expect(reasonsOf("2025-01-01", points, days7, utc("2025-12-31"), daily)).toEqual([{ rule: "session" }])
  })

  test("lets go of what a flag let go of", () => {
    const points = [pointAt("2025-01-04", { gfs: ["W:2025-01-04"] }), ...dates("2025-01-13", "2025-01-20")]
    const fortnight: RetentionPolicy = { ...weekly, weekly: { keep: 2, day: "saturday" } }
    expect(removedOf(points, fortnight, utc("2025-01-17"), daily)).toEqual([])
    expect(removedOf(points, fortnight, utc("2025-01-18"), daily)).toEqual(["2025-01-04"])
  })

  test("a point whose flag ran out while its days still ran is not aged by days", () => {
    const policy: RetentionPolicy = { zone: "UTC", days: 30, weekly: { keep: 1, day: "sunday" } }
    const points = [pointAt("2025-06-01", { gfs: ["W:2025-06-01"] }), ...dates("2025-06-02", "2025-06-05")]
    // The last session was on 5 June; the flag has been out since 8 June.
    expect(removedOf(points, policy, utc("2025-07-01"), daily)).toEqual([])
    expect(removedOf(points, policy, utc("2025-07-02"), daily)).toEqual([])
  })
})

test.each([
  [3, 4, false],
  [3, 3, false],
  [4, 3, true],
  [0, 3, false],
])("when %i of a chain go and %i stay, over half goes: %j", (go, stay, most) => {
  const old = everyDay("2024-01-01", "2024-01-31").slice(0, go)
  const points = [...old, ...everyDay("2025-01-01", "2025-01-31").slice(0, stay)].map((date) => pointAt(date))
  const plan = planRetention(points, days7, utc("2025-01-05"))
  expect([plan.remove.length, plan.keep.length, plan.removesMost]).toEqual([go, stay, most])
})

test("no points, no plan", () => {
  expect(planRetention([], days7, 0)).toEqual({ keep: [], remove: [], removesMost: false })
})

describe("what cannot be", () => {
  const [point] = dates("2025-01-01", "2025-01-01") as [RetentionPoint]

  test.each([NaN, Infinity, -1])("a point of the time %d", (atMs) => {
    expect(() => planRetention([{ ...point, atMs }], days7, 0)).toThrow(expect.objectContaining({ code: "BadPoint" }))
  })

  test.each([NaN, Infinity, -Infinity])("a run at %d", (nowMs) => {
    expect(() => planRetention([point], days7, nowMs)).toThrow(expect.objectContaining({ code: "BadArgument" }))
  })

  test("an id that two points have", () => {
    expect(() => planRetention([point, { ...point }], days7, 0)).toThrow(/two points have the id 2025-01-01/)
  })

  test("a zone that is none", () => {
    expect(() => planRetention([point], { zone: "Nowhere", days: 7 }, 0)).toThrow(
      expect.objectContaining({ code: "BadZone" }),
    )
  })
})

describe("for any points whose dates follow their order", () => {
  const state = fc.record(
    {
      pin: fc.constant("by hand"),
      damaged: fc.boolean(),
      complete: fc.boolean(),
      dateSuspect: fc.boolean(),
      later: fc.integer({ min: 0, max: 40 }),
    },
    { requiredKeys: [] },
  )
  const policy = fc.record({
    short: fc.oneof(
      fc.integer({ min: 2, max: 40 }).map((days) => ({ days })),
      fc.integer({ min: 2, max: 40 }).map((count) => ({ count })),
    ),
    weekly: fc.option(fc.integer({ min: 1, max: 10 }), { nil: undefined }),
    monthly: fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined }),
  })
  type Drawn = typeof policy extends fc.Arbitrary<infer Value> ? Value : never
  const policyOf = ({ short, weekly, monthly }: Drawn): RetentionPolicy => ({
    zone: "UTC",
    ...short,
    ...(weekly !== undefined && { weekly: { keep: weekly, day: "saturday" } }),
    ...(monthly !== undefined && { monthly: { keep: monthly, week: "first" } }),
  })
  const chain = fc.array(fc.option(state, { nil: undefined }), { minLength: 1, maxLength: 100 }).map((states) => {
    const days = everyDay("2025-01-01", "2025-04-10")
    const points = states.flatMap((one, index) => {
      if (one === undefined) return []
      const { later = 0, ...rest } = one
      const at = pointAt(days[index] as string, rest)
      return [{ ...at, committedAtMs: rest.dateSuspect === true ? at.atMs + later * 86_400_000 : at.atMs }]
    })
    return storeAll(points, inForceSince("2025-01-01", allLevels))
  })
  const now = fc.integer({ min: utc("2025-01-01"), max: utc("2025-08-01") })
  const runs = fc.constantFrom("session" as const, "daily" as const)

  test("a plan that was carried out leaves nothing to do", () => {
    fc.assert(
      fc.property(chain, policy, now, runs, (points, drawn, nowMs, run) => {
        const kept = new Set(keptOf(points, policyOf(drawn), nowMs, { run }))
        const left = points.filter(({ id }) => kept.has(id))
        expect(removedOf(left, policyOf(drawn), nowMs, { run })).toEqual([])
      }),
    )
  })

  test("the order of the input does not matter", () => {
    fc.assert(
      fc.property(
        chain,
        policy,
        now,
        fc.array(fc.nat(), { minLength: 100, maxLength: 100 }),
        (points, drawn, nowMs, keys) => {
          const shuffled = points
            .map((point, index) => [keys[index] as number, point] as const)
            .sort(([a], [b]) => a - b)
          expect(
            planRetention(
              shuffled.map(([, point]) => point),
              policyOf(drawn),
              nowMs,
            ),
          ).toEqual(planRetention(points, policyOf(drawn), nowMs))
        },
      ),
    )
  })

  test("a rule that is added or a number that is raised removes nothing that stays without", () => {
    fc.assert(
      fc.property(
        chain,
        policy,
        now,
        runs,
        fc.constantFrom("short", "weekly", "monthly"),
        (points, drawn, nowMs, run, raise) => {
          const more = {
            ...drawn,
            ...(raise === "short"
              ? { short: "days" in drawn.short ? { days: drawn.short.days + 5 } : { count: drawn.short.count + 5 } }
              : { [raise]: (drawn[raise] ?? 0) + 2 }),
          }
          expect(keptOf(points, policyOf(more), nowMs, { run })).toEqual(
            expect.arrayContaining([...keptOf(points, policyOf(drawn), nowMs, { run })]),
          )
        },
      ),
    )
  })

  test("the newest good point stays, a daily run keeps all that a session does, and every keep has a reason", () => {
    fc.assert(
      fc.property(chain, policy, now, (points, drawn, nowMs) => {
        const plan = planRetention(points, policyOf(drawn), nowMs)
        const good = points.filter(
          ({ damaged, complete, dateSuspect }) => !damaged && complete !== false && !dateSuspect,
        )
        const newest = good.at(-1)
        if (newest === undefined) expect(plan.remove).toEqual([])
        else expect(idsOf(plan.keep)).toContain(newest.id)
        expect(plan.keep.every(({ reasons }) => reasons.length > 0)).toBe(true)
        expect(keptOf(points, policyOf(drawn), nowMs, { run: "daily" })).toEqual(
          expect.arrayContaining([...idsOf(plan.keep)]),
        )
      }),
    )
  })
})
