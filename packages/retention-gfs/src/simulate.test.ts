import fc from "fast-check"
import { describe, expect, test } from "vitest"
import type { RetentionPolicy } from "./policy.ts"
import { runTimes, type SimulatedSchedule } from "./run-times.ts"
import { simulate } from "./simulate.ts"
import { DAY_MS, everyDay, HOUR_MS, utc } from "./testing/points.ts"
import { zoneOf } from "./zone.ts"

const days3: RetentionPolicy = { zone: "UTC", days: 3 }
const saturdays: RetentionPolicy = { ...days3, weekly: { keep: 2, day: "saturday" } }
const nightly: SimulatedSchedule = { at: ["22:00"] }
const span = (from: string, to: string) => ({ fromMs: utc(from), toMs: utc(to) })
const times = (schedule: SimulatedSchedule, from: string, to: string, zone = "UTC") =>
  [...runTimes(schedule, utc(from), utc(to), zoneOf(zone))].map((ms) => new Date(ms).toISOString().slice(0, 16))

describe("run times", () => {
  test("every day at its times, in their order, from the begin and without the end", () => {
    expect(times({ at: ["22:00", "06:00"] }, "2025-06-01T06:00", "2025-06-02T22:00")).toEqual([
      "2025-06-01T06:00",
      "2025-06-01T22:00",
      "2025-06-02T06:00",
    ])
  })

  test("on chosen days only", () => {
    expect(times({ at: ["12:00"], on: ["sunday", "wednesday"] }, "2025-06-01", "2025-06-09")).toEqual([
      "2025-06-01T12:00",
      "2025-06-04T12:00",
      "2025-06-08T12:00",
    ])
  })

  test("every so many minutes from the begin on", () => {
    expect(times({ everyMinutes: 90 }, "2025-06-01T00:15", "2025-06-01T04:45")).toEqual([
      "2025-06-01T00:15",
      "2025-06-01T01:45",
      "2025-06-01T03:15",
    ])
  })

  test("at the zone's times through a change of its clocks", () => {
    expect(times({ at: ["12:00"] }, "2025-03-29", "2025-04-01", "Europe/Berlin")).toEqual([
      "2025-03-29T11:00",
      "2025-03-30T10:00",
      "2025-03-31T10:00",
    ])
  })

  test("a time that exists twice runs once, one named twice too", () => {
    expect(times({ at: ["02:30", "02:30"] }, "2025-10-25T22:00", "2025-10-26T23:00", "Europe/Berlin")).toEqual([
      "2025-10-26T00:30",
    ])
  })

  test("a midnight that does not exist runs at the day's first instant", () => {
    expect(times({ at: ["00:00"] }, "2025-04-24T12:00", "2025-04-25T12:00", "Africa/Cairo")).toEqual([
      "2025-04-24T22:00",
    ])
  })

  // The length of the gap is added: 03:30, which is after 03:15, so that 03:15 is left out.
  test("a time that does not exist runs at the next minute that does, and no other run is lost", () => {
    expect(times({ at: ["02:30", "03:15"] }, "2025-03-29T23:00", "2025-03-30T22:00", "Europe/Berlin")).toEqual([
      "2025-03-30T01:00",
      "2025-03-30T01:15",
    ])
  })

  test("a day that a zone left out has no run", () => {
    expect(times({ at: ["12:00"] }, "2011-12-29T10:00", "2012-01-01T10:00", "Pacific/Apia")).toEqual([
      "2011-12-29T22:00",
      "2011-12-30T22:00",
      "2011-12-31T22:00",
    ])
  })

  test.each<readonly [string, unknown]>([
    ["no time at all", { at: [] }],
    ["24 o'clock", { at: ["24:00"] }],
    ["sixty minutes", { at: ["12:60"] }],
    ["a time without zeros", { at: ["6:00"] }],
    ["a time with seconds", { at: ["06:00:00"] }],
    ["no text of a time", { at: ["noon"] }],
    ["a bad time among good ones", { at: ["06:00", ""] }],
    ["a weekday that is none", { at: ["06:00"], on: ["monday", "Tue"] }],
    ["every 0 minutes", { everyMinutes: 0 }],
    ["every half minute", { everyMinutes: 0.5 }],
    ["every -60 minutes", { everyMinutes: -60 }],
    ["every NaN minutes", { everyMinutes: NaN }],
  ])("%s is refused", (_, schedule) => {
    expect(() => simulate(days3, schedule as SimulatedSchedule, span("2025-06-01", "2025-06-08"))).toThrow(
      expect.objectContaining({ code: "BadArgument" }),
    )
  })
})

describe("a simulation", () => {
  test("has a point for every run, numbered from 1, with its local date and what became of it", () => {
    const { points } = simulate(saturdays, nightly, span("2025-06-06", "2025-06-24"))
    expect(points.map(({ id }) => Number(id))).toEqual(points.map((_, index) => index + 1))
    expect(points.map(({ date }) => date)).toEqual(everyDay("2025-06-06", "2025-06-23"))
    expect(points[0]).toEqual({
      id: "1",
      atMs: utc("2025-06-06T22:00"),
      date: "2025-06-06",
      gfs: [],
      removedAtMs: utc("2025-06-10T22:00"),
      removed: "2025-06-10",
    })
    expect(points[1]).toEqual({
      id: "2",
      atMs: utc("2025-06-07T22:00"),
      date: "2025-06-07",
      gfs: ["W:2025-06-07"],
      removedAtMs: utc("2025-06-21"),
      removed: "2025-06-21",
    })
    expect(points.at(-1)).not.toHaveProperty("removed")
  })

  test("counts its points after every run, and the most there were at once", () => {
    const { runs, most } = simulate(days3, nightly, span("2025-06-01", "2025-06-09"))
    expect(runs.map(({ points }) => points)).toEqual([1, 2, 3, 4, 4, 4, 4, 4])
    expect(runs[0]).toEqual({ atMs: utc("2025-06-01T22:00"), points: 1 })
    expect(most).toBe(5)
  })

  test("dates are local", () => {
    const { points } = simulate(
      { ...days3, zone: "Asia/Kathmandu" },
      { at: ["00:15"] },
      span("2025-06-01", "2025-06-03"),
    )
    expect(points.map(({ date, atMs }) => [date, atMs])).toEqual([
      ["2025-06-02", utc("2025-06-01T18:30")],
      ["2025-06-03", utc("2025-06-02T18:30")],
    ])
  })

  test("a source that runs once a week keeps three points without flags, whatever their age", () => {
    const { points } = simulate(saturdays, { at: ["22:00"], on: ["saturday"] }, span("2025-06-01", "2025-08-01"))
    // On 12 July the fourth has lost its flag, and the first is one too many.
    expect(points.slice(0, 4).map(({ date, removed }) => [date, removed])).toEqual([
      ["2025-06-07", "2025-07-12"],
      ["2025-06-14", "2025-07-19"],
      ["2025-06-21", "2025-07-26"],
      ["2025-06-28", undefined],
    ])
  })

  test("hourly through a day of 25 hours has 25 points on it, and a flag for the first of Sunday", () => {
    const sundays: RetentionPolicy = { zone: "Europe/Berlin", days: 2, weekly: { keep: 1, day: "sunday" } }
    const { points } = simulate(
      sundays,
      { everyMinutes: 60 },
      { fromMs: utc("2025-10-24T22:00"), toMs: utc("2025-10-27T23:00") },
    )
    expect(points.filter(({ date }) => date === "2025-10-26")).toHaveLength(25)
    expect(points.filter(({ gfs }) => gfs.length > 0).map(({ atMs }) => atMs)).toEqual([utc("2025-10-25T22:00")])
  })

  test("a slot whose point has expired while it was open is not filled again", () => {
    const brief: RetentionPolicy = { ...saturdays, monthly: { keep: 1, week: "first" } }
    const { points } = simulate(brief, nightly, span("2025-02-28", "2025-04-07"))
    expect(
      points.filter(({ gfs }) => gfs.some((slot) => slot.startsWith("M:"))).map(({ date, removed }) => [date, removed]),
    ).toEqual([
      ["2025-03-01", "2025-04-02"],
      ["2025-04-05", undefined],
    ])
  })

  test("is the same for the same arguments, and a longer one begins as the shorter does", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 10 }),
        fc.integer({ min: 1, max: 60 }),
        fc.integer({ min: 1, max: 60 }),
        (days, length, more) => {
          const policy: RetentionPolicy = { ...saturdays, days, monthly: { keep: 1, week: "last" } }
          const to = (count: number) => ({ fromMs: utc("2025-01-01"), toMs: utc("2025-01-01") + count * DAY_MS })
          const short = simulate(policy, nightly, to(length))
          expect(simulate(policy, nightly, to(length))).toEqual(short)
          expect(simulate(policy, nightly, to(length + more)).runs.slice(0, length)).toEqual(short.runs)
        },
      ),
      { numRuns: 20 },
    )
  })
})

describe("edits", () => {
  const left = (result: ReturnType<typeof simulate>) =>
    result.points.filter(({ removed }) => removed === undefined).map(({ date }) => date)

  test("a policy is in force from its moment, for the run of that moment too", () => {
    const edits = [{ atMs: utc("2025-06-07T22:00"), policy: { zone: "UTC", days: 2 } }]
    const { runs } = simulate({ zone: "UTC", days: 6 }, nightly, { ...span("2025-06-01", "2025-06-10"), edits })
    expect(runs.map(({ points }) => points)).toEqual([1, 2, 3, 4, 5, 6, 3, 3, 3])
  })

  test("a level switched on in its span flags a point that is there", () => {
    const hourly = { everyMinutes: 60 }
    const edits = [{ atMs: utc("2025-06-07T12:30"), policy: saturdays }]
    const { points } = simulate(days3, hourly, { ...span("2025-06-06", "2025-06-09"), edits })
    expect(points.filter(({ gfs }) => gfs.length > 0).map(({ atMs, gfs }) => [atMs, gfs])).toEqual([
      [utc("2025-06-07T00:00"), ["W:2025-06-07"]],
    ])
  })

  test("a level switched off lets its flags run on", () => {
    const edits = [{ atMs: utc("2025-06-09"), policy: days3 }]
    const { points } = simulate(saturdays, nightly, { ...span("2025-06-01", "2025-06-30"), edits })
    expect(points.filter(({ gfs }) => gfs.length > 0).map(({ date, removed }) => [date, removed])).toEqual([
      ["2025-06-07", "2025-06-21"],
    ])
  })

  test("several take their turns, in whatever order they are given", () => {
    const edits = [
      { atMs: utc("2025-06-20"), policy: { zone: "UTC", days: 2 } },
      { atMs: utc("2025-06-10"), policy: { zone: "UTC", count: 10 } },
    ]
    const play = (given: NonNullable<Parameters<typeof simulate>[2]["edits"]>) =>
      simulate(days3, nightly, { ...span("2025-06-01", "2025-06-22"), edits: given })
    const result = play(edits)
    expect(result.runs.map(({ points }) => points)).toEqual([
      1, 2, 3, 4, 4, 4, 4, 4, 4, 5, 6, 7, 8, 9, 10, 10, 10, 10, 10, 3, 3,
    ])
    expect(play([...edits].toReversed())).toEqual(result)
    expect(left(result)).toEqual(everyDay("2025-06-19", "2025-06-21"))
  })

  test("one after the end changes nothing", () => {
    const edits = [{ atMs: utc("2025-07-01"), policy: { zone: "UTC", count: 2 } }]
    const shown = span("2025-06-01", "2025-06-22")
    expect(simulate(days3, nightly, { ...shown, edits })).toEqual(simulate(days3, nightly, shown))
  })

  // Days and expiry go by the first policy's zone throughout: the flag goes ten hours early.
  test("a zone that changes moves the midnight at which flags run out", () => {
    const kiritimati = { ...saturdays, zone: "Pacific/Kiritimati" }
    const edits = [{ atMs: utc("2025-06-09"), policy: kiritimati }]
    const { points } = simulate(
      saturdays,
      { at: ["12:00"], on: ["saturday", "sunday", "monday", "tuesday", "wednesday"] },
      {
        ...span("2025-06-06", "2025-06-30"),
        edits,
      },
    )
    // 12:00 on Saturday 7 June at Greenwich is 8 June there; two weeks on, 22 June begins at 10:00 on the 21st.
    expect(points.find(({ gfs }) => gfs.includes("W:2025-06-07"))?.removedAtMs).toBe(utc("2025-06-21T10:00"))
  })
})

describe("spans that cannot be", () => {
  test.each([
    ["that end where they begin", 0, 0],
    ["that end before", HOUR_MS, 0],
    ["that begin nowhere", NaN, HOUR_MS],
    ["that end nowhere", 0, NaN],
    ["that always were", -Infinity, 0],
  ])("%s", (_, fromMs, toMs) => {
    expect(() => simulate(days3, nightly, { fromMs, toMs })).toThrow(expect.objectContaining({ code: "BadArgument" }))
  })

  test("a zone that is none is refused", () => {
    expect(() => simulate({ zone: "Nowhere", days: 2 }, nightly, span("2025-06-01", "2025-06-02"))).toThrow(
      expect.objectContaining({ code: "BadZone" }),
    )
  })

  test("one in which no run falls has no points", () => {
    expect(simulate(days3, nightly, span("2025-06-01", "2025-06-01T12:00"))).toEqual({ points: [], runs: [], most: 0 })
  })
})
