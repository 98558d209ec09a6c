import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { formatDay, parseDay } from "./calendar.ts"
import { HOUR_MS, utc } from "./testing/points.ts"
import { dateOf, startOfDate, zoneOf } from "./zone.ts"

const startIn = (zone: string, date: string) => zoneOf(zone).startOf(parseDay(date))
const dayAt = (zone: string, time: string) => formatDay(zoneOf(zone).dayOf(utc(time)))

describe("where days begin", () => {
  test.each([
    ["UTC", "2025-06-01", "2025-06-01T00:00"],
    ["Asia/Kathmandu", "2025-06-01", "2025-05-31T18:15"],
    ["Australia/Lord_Howe", "2025-06-01", "2025-05-31T13:30"],
    ["Australia/Lord_Howe", "2025-12-01", "2025-11-30T13:00"],
    ["Pacific/Chatham", "2025-06-01", "2025-05-31T11:15"],
    ["Pacific/Chatham", "2025-12-01", "2025-11-30T10:15"],
    ["Pacific/Kiritimati", "2025-06-01", "2025-05-31T10:00"],
    ["Pacific/Pago_Pago", "2025-06-01", "2025-06-01T11:00"],
    ["Africa/Cairo", "2025-04-24", "2025-04-23T22:00"],
    ["Africa/Cairo", "2025-04-25", "2025-04-24T22:00"],
    ["Africa/Cairo", "2025-04-26", "2025-04-25T21:00"],
    ["America/Havana", "2025-11-02", "2025-11-02T04:00"],
    ["America/Sao_Paulo", "2018-02-18", "2018-02-18T03:00"],
  ])("in %s, %s begins at %s UTC", (zone, date, time) => {
    expect(startIn(zone, date)).toBe(utc(time))
    expect(dayAt(zone, time)).toBe(date)
    expect(formatDay(zoneOf(zone).dayOf(utc(time) - 1))).not.toBe(date)
  })

  test.each([
    ["Europe/Berlin", "2025-03-30", 23],
    ["Europe/Berlin", "2025-10-26", 25],
    ["Europe/Berlin", "2025-06-01", 24],
    ["Australia/Lord_Howe", "2025-10-05", 23.5],
    ["Australia/Lord_Howe", "2025-04-06", 24.5],
    ["Pacific/Chatham", "2025-09-28", 23],
    ["Africa/Cairo", "2025-04-25", 23],
    ["Africa/Cairo", "2025-10-30", 25],
    ["America/Havana", "2025-11-02", 25],
    ["Pacific/Apia", "2011-12-30", 0],
  ])("in %s, %s has %d hours", (zone, date, hours) => {
    expect(zoneOf(zone).startOf(parseDay(date) + 1) - startIn(zone, date)).toBe(hours * HOUR_MS)
  })

  test("a day that a zone left out has no instant: 29 December 2011 in Apia is followed by 31 December", () => {
    expect(startIn("Pacific/Apia", "2011-12-31")).toBe(utc("2011-12-30T10:00"))
    expect(dayAt("Pacific/Apia", "2011-12-30T09:59")).toBe("2011-12-29")
    expect(dayAt("Pacific/Apia", "2011-12-30T10:00")).toBe("2011-12-31")
  })
})

describe("which day an instant belongs to", () => {
  const zones = [
    "UTC",
    "Europe/Berlin",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Pacific/Chatham",
    "Pacific/Apia",
    "Africa/Cairo",
    "America/New_York",
    "America/Havana",
    "America/Sao_Paulo",
    "Pacific/Kiritimati",
    "Pacific/Pago_Pago",
  ]
  const formats = new Map(
    zones.map((zone) => [zone, new Intl.DateTimeFormat("en-CA-u-ca-iso8601", { timeZone: zone, dateStyle: "short" })]),
  )

  function dateByIntl(zone: string, ms: number): string {
    const parts = formats.get(zone)?.formatToParts(ms) ?? []
    const of = (type: string) => parts.find((part) => part.type === type)?.value ?? ""
    return `${of("year")}-${of("month").padStart(2, "0")}-${of("day").padStart(2, "0")}`
  }

  test("it is the one that Intl.DateTimeFormat says", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        fc.integer({ min: utc("1990-01-01"), max: utc("2099-12-31") }),
        (zone, ms) => {
          expect([zone, ms, formatDay(zoneOf(zone).dayOf(ms))]).toEqual([zone, ms, dateByIntl(zone, ms)])
        },
      ),
      { numRuns: 2000 },
    )
  })

  test.each(zones)("in %s a day holds its first instant and its last, from 2010 to 2030", (zone) => {
    const { startOf, dayOf } = zoneOf(zone)
    const wrong: string[] = []
    for (let day = parseDay("2010-01-01"); day < parseDay("2030-01-01"); day++) {
      const [start, end] = [startOf(day), startOf(day + 1)]
      if (start !== end && (dayOf(start) !== day || dayOf(end - 1) !== day)) wrong.push(formatDay(day))
    }
    expect(wrong).toEqual([])
  })

  // Days are taken to go forward only: what follows the first midnight is the 7th.
  test("an hour that goes back over midnight is of the day before: St John's, 23:15 on 6 November 2010", () => {
    expect(dayAt("America/St_Johns", "2010-11-07T02:45")).toBe("2010-11-06")
  })

  test("before 1970 began at Greenwich it was 1969 in America", () => {
    expect(dayAt("America/New_York", "1970-01-01T00:00")).toBe("1969-12-31")
    expect(dayAt("UTC", "1970-01-01T00:00")).toBe("1970-01-01")
  })
})

describe("local times", () => {
  test.each([
    ["a time that exists twice is the first", "Europe/Berlin", "2025-10-26", "02:30", "2025-10-26T00:30"],
    ["so is one in half an hour that does", "Australia/Lord_Howe", "2025-04-06", "01:45", "2025-04-05T14:45"],
    ["an ordinary one", "Europe/Berlin", "2025-06-01", "22:00", "2025-06-01T20:00"],
    ["an ordinary one with odd minutes", "Asia/Kathmandu", "2025-06-01", "05:45", "2025-06-01T00:00"],
    [
      "midnight that does not exist is the day's first instant",
      "Africa/Cairo",
      "2025-04-25",
      "00:00",
      "2025-04-24T22:00",
    ],
  ])("%s: %s, %s %s", (_, zone, date, time, expected) => {
    const [hours = 0, minutes = 0] = time.split(":").map(Number)
    expect(zoneOf(zone).instantOf(parseDay(date), hours * 60 + minutes)).toBe(utc(expected))
  })

  // The length of the gap is added: 02:30 becomes 03:30, not 03:00.
  test("a time that does not exist is the next that does: 02:30 on 30 March 2025 in Berlin is 03:00", () => {
    expect(zoneOf("Europe/Berlin").instantOf(parseDay("2025-03-30"), 150)).toBe(utc("2025-03-30T01:00"))
  })
})

describe("names and times that are none", () => {
  test.each(["", " ", "Mars/Olympus", "Europe/Berlin ", "Berlin", "GMT+25", "+25:00", "UTC\0", "../etc/passwd"])(
    "%j is no time zone",
    (name) => {
      expect(() => zoneOf(name)).toThrow(
        expect.objectContaining({ code: "BadZone", message: expect.stringContaining(name) }),
      )
    },
  )

  // Of a whole timestamp its zone is taken.
  test.each(["2020-01-01T00:00[Europe/Berlin]", "2020-01-01T00:00Z"])("a timestamp is no time zone: %s", (name) => {
    expect(() => zoneOf(name)).toThrow(expect.objectContaining({ code: "BadZone" }))
  })

  test.each([NaN, Infinity, -Infinity, -1, -utc("2025-01-01"), 253_370_764_800_000, 8.64e15, Number.MAX_VALUE])(
    "%d is no time",
    (ms) => {
      expect(() => zoneOf("UTC").dayOf(ms)).toThrow(expect.objectContaining({ code: "BadPoint" }))
    },
  )

  // The day that was found last is looked at before the time is.
  test("whether a time is none does not depend on what was asked before", () => {
    const { dayOf } = zoneOf("Asia/Tokyo")
    expect(() => dayOf(-1)).toThrow(expect.objectContaining({ code: "BadPoint" }))
    dayOf(0)
    expect(() => dayOf(-1)).toThrow(expect.objectContaining({ code: "BadPoint" }))
  })

  test("dates are written and read in a zone", () => {
    expect(dateOf(utc("2025-05-31T18:15"), "Asia/Kathmandu")).toBe("2025-06-01")
    expect(startOfDate("2025-06-01", "Asia/Kathmandu")).toBe(utc("2025-05-31T18:15"))
    expect(() => startOfDate("2025-06-31", "UTC")).toThrow(expect.objectContaining({ code: "BadArgument" }))
    expect(() => dateOf(-1, "UTC")).toThrow(expect.objectContaining({ code: "BadPoint" }))
    expect(() => dateOf(0, "Nowhere")).toThrow(expect.objectContaining({ code: "BadZone" }))
  })

  test("the same name gives the same zone", () => {
    expect(zoneOf("Asia/Kathmandu")).toBe(zoneOf("Asia/Kathmandu"))
  })
})
