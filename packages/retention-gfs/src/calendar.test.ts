import { describe, expect, test } from "vitest"
import { addMonths, dateOfDay, dayOfDate, daysInMonth, formatDay, parseDay, weekdayOf } from "./calendar.ts"
import { levelOfSlot, slotAfter, slotAt } from "./gfs-slot.ts"
import { months, type RetentionPolicy, type Weekday, weekdays, type WeekOfMonth, weeksOfMonth } from "./policy.ts"

const FIRST_YEAR = 2000
const LAST_YEAR = 2100
const years = Array.from({ length: LAST_YEAR - FIRST_YEAR + 1 }, (_, n) => FIRST_YEAR + n)

/** The days of a month, found by walking through it. */
function walk(year: number, month: number): readonly Date[] {
  const days: Date[] = []
  for (let day = 1; ; day++) {
    const date = new Date(Date.UTC(year, month - 1, day))
    if (date.getUTCMonth() !== month - 1) return days
    days.push(date)
  }
}

const textOf = (date: Date) => date.toISOString().slice(0, 10)

/** The day of a month's slot: the weekday among the seven days of the week; without one the first of them. */
function expectedOpening(year: number, month: number, week: WeekOfMonth, weekday: Weekday | undefined): string {
  const days = walk(year, month)
  const from = { first: 0, second: 7, third: 14, fourth: 21, last: days.length - 7 }[week]
  const seven = days.slice(from, from + 7)
  const found = weekday === undefined ? seven[0] : seven.find((date) => weekdays[date.getUTCDay()] === weekday)
  return textOf(found as Date)
}

function policyOf(week: WeekOfMonth, day?: Weekday): RetentionPolicy {
  const monthly: RetentionPolicy = { zone: "UTC", days: 7, monthly: { keep: 12, week } }
  return day === undefined ? monthly : { ...monthly, weekly: { keep: 4, day } }
}

describe.each(weeksOfMonth)("monthly, %s week, every month of 2000 to 2100", (week) => {
  test.each([undefined, ...weekdays])("with weekly on %s the slot opens on that day of that week", (weekday) => {
    const policy = policyOf(week, weekday)
    const wrong: unknown[] = []
    for (const year of years)
      for (let month = 1; month <= 12; month++) {
        const opens = expectedOpening(year, month, week, weekday)
        const next = month === 12 ? [year + 1, 1] : [year, month + 1]
        const closes = expectedOpening(next[0] as number, next[1] as number, week, weekday)
        const id = `M:${opens.slice(0, 7)}`
        const [first, last] = [parseDay(opens), parseDay(closes) - 1]
        for (const slot of [slotAt(policy, "monthly", first), slotAt(policy, "monthly", last)])
          if (slot?.id !== id || formatDay(slot.opens) !== opens || formatDay(slot.closes) !== closes)
            wrong.push({ id, opens, closes, slot })
        if (slotAt(policy, "monthly", first - 1)?.id === id) wrong.push({ id, before: opens })
      }
    expect(wrong).toEqual([])
  })
})

describe("yearly, every year of 2000 to 2100", () => {
  test.each(months.map((month, index) => [month, index + 1] as const))(
    "alone, it opens on the 1st of %s",
    (month, number) => {
      const policy: RetentionPolicy = {
        zone: "UTC",
        days: 7,
        weekly: { keep: 4, day: "friday" },
        yearly: { keep: 3, month },
      }
      for (const year of years) {
        const opens = `${year}-${String(number).padStart(2, "0")}-01`
        expect(slotAt(policy, "yearly", parseDay(opens))).toMatchObject({ id: `Y:${year}`, opens: parseDay(opens) })
        expect(slotAt(policy, "yearly", parseDay(opens) - 1)?.id).toBe(`Y:${year - 1}`)
      }
    },
  )

  test.each(months.map((month, index) => [month, index + 1] as const))(
    "with monthly on, it opens with the slot of %s",
    (month, number) => {
      const wrong: unknown[] = []
      for (const week of weeksOfMonth)
        for (const weekday of [undefined, "sunday", "wednesday"] as const)
          for (const year of years) {
            const policy: RetentionPolicy = { ...policyOf(week, weekday), yearly: { keep: 3, month } }
            const opens = parseDay(expectedOpening(year, number, week, weekday))
            const [at, before] = [slotAt(policy, "yearly", opens), slotAt(policy, "yearly", opens - 1)]
            if (
              at?.id !== `Y:${year}` ||
              at.opens !== opens ||
              before?.id !== `Y:${year - 1}` ||
              before.closes !== opens
            )
              wrong.push({ week, weekday, year, at, before })
          }
      expect(wrong).toEqual([])
    },
  )
})

test.each(weekdays)(
  "weekly on %s: every day of 2000 to 2100 lies in the seven that begin with the last such day",
  (weekday) => {
    const policy: RetentionPolicy = { zone: "UTC", days: 7, weekly: { keep: 4, day: weekday } }
    const wrong: unknown[] = []
    let opened: string | undefined
    for (const year of years)
      for (let month = 1; month <= 12; month++)
        for (const date of walk(year, month)) {
          if (weekdays[date.getUTCDay()] === weekday) opened = textOf(date)
          if (opened === undefined) continue
          const slot = slotAt(policy, "weekly", parseDay(textOf(date)))
          if (slot?.id !== `W:${opened}` || slot.closes - slot.opens !== 7 || slot.spanEnds !== slot.opens + 1)
            wrong.push({ date: textOf(date), opened, slot })
        }
    expect(wrong).toEqual([])
  },
)

describe("weeks across years", () => {
  // A year has 53 ISO weeks if it has 53 Thursdays.
  const long = years.filter((year) => {
    const days = Array.from({ length: 12 }, (_, index) => walk(year, index + 1)).flat()
    return days.filter((date) => date.getUTCDay() === 4).length === 53
  })

  test("18 years of 2000 to 2100 have 53 weeks, 2020 and 2026 among them", () => {
    expect(long).toHaveLength(18)
    expect(long).toEqual(expect.arrayContaining([2004, 2009, 2015, 2020, 2026]))
  })

  test.each(long)("the weeks of %i are 53 slots, each closing when the next opens, and no id is used twice", (year) => {
    const policy: RetentionPolicy = { zone: "UTC", days: 7, weekly: { keep: 4, day: "monday" } }
    const ids: string[] = []
    let slot = slotAt(policy, "weekly", dayOfDate(year, 1, 4))
    while (slot !== undefined && dateOfDay(slot.opens + 3).year === year) {
      ids.push(slot.id)
      const next = slotAfter(policy, slot)
      expect(next?.opens).toBe(slot.closes)
      slot = next
    }
    expect(new Set(ids).size).toBe(53)
  })
})

test("ids of levels never meet, and are told by their form", () => {
  const ids = { "W:2025-06-01": "weekly", "M:2025-06": "monthly", "Y:2025": "yearly" }
  for (const [id, level] of Object.entries(ids)) expect(levelOfSlot(id)).toBe(level)
  for (const id of [
    "",
    "2025",
    "W:2025",
    "W:2025-06",
    "M:2025",
    "M:2025-06-01",
    "Y:2025-06",
    "Q:2025",
    "Y:25",
    "y:2025",
  ])
    expect([id, levelOfSlot(id)]).toEqual([id, undefined])
})

test("a level that is off has no slots", () => {
  for (const level of ["weekly", "monthly", "yearly"] as const)
    expect(slotAt({ zone: "UTC", days: 7 }, level, 20_000)).toBeUndefined()
})

describe("dates", () => {
  test("every day of 2000 to 2100 is written and read as it is, and has its weekday", () => {
    let day = parseDay("2000-01-01")
    const wrong: unknown[] = []
    for (const year of years)
      for (let month = 1; month <= 12; month++) {
        const walked = walk(year, month)
        if (daysInMonth(year, month) !== walked.length) wrong.push({ year, month })
        for (const date of walked) {
          if (formatDay(day) !== textOf(date) || parseDay(textOf(date)) !== day || weekdayOf(day) !== date.getUTCDay())
            wrong.push(textOf(date))
          day++
        }
      }
    expect(wrong).toEqual([])
  })

  test.each([
    [1900, 28],
    [2000, 29],
    [2023, 28],
    [2024, 29],
    [2100, 28],
    [2400, 29],
  ])("February %i has %i days", (year, days) => {
    expect(daysInMonth(year, 2)).toBe(days)
  })

  test.each([
    ["2024-01-31", 1, "2024-02-29"],
    ["2023-01-31", 1, "2023-02-28"],
    ["2024-02-29", 12, "2025-02-28"],
    ["2024-02-29", 48, "2028-02-29"],
    ["2096-02-29", 48, "2100-02-28"],
    ["2024-12-31", 2, "2025-02-28"],
    ["2025-03-31", -1, "2025-02-28"],
    ["2025-01-15", -13, "2023-12-15"],
    ["2025-12-01", 0, "2025-12-01"],
  ])("%s and %i months is %s", (from, count, to) => {
    expect(formatDay(addMonths(parseDay(from), count))).toBe(to)
  })

  test.each(["1969-12-31", "1600-02-29", "0001-01-01", "0099-12-31"])(
    "%s is a date before 1970 like any other",
    (text) => {
      expect(formatDay(parseDay(text))).toBe(text)
    },
  )

  test.each([
    "",
    "2025",
    "2025-1-4",
    "2025-02-29",
    "2025-13-01",
    "2025-00-10",
    "2025-06-31",
    " 2025-01-04",
    "2025-01-04T00:00",
  ])("%j is no date", (text) => {
    expect(() => parseDay(text)).toThrow(expect.objectContaining({ code: "BadArgument" }))
  })
})
