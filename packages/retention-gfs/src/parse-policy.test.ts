import { describe, expect, test } from "vitest"
import { parsePolicy } from "./parse-policy.ts"
import { months, weekdays, weeksOfMonth } from "./policy.ts"
import { isRetentionError, RetentionError } from "./retention-error.ts"

const full = {
  zone: "Europe/Berlin",
  days: 7,
  weekly: { keep: 4, day: "saturday" },
  monthly: { keep: 12, week: "first" },
  yearly: { keep: 3, month: "january" },
}

describe("policies that are taken as they are", () => {
  test.each([
    ["all of it", full],
    ["days alone", { zone: "UTC", days: 2 }],
    ["the most days", { zone: "UTC", days: 36_500 }],
    ["a count alone", { zone: "UTC", count: 2 }],
    ["the largest count", { zone: "UTC", count: 100_000 }],
    ["a count and a level", { zone: "UTC", count: 14, yearly: { keep: 1, month: "december" } }],
    [
      "the largest numbers",
      {
        zone: "UTC",
        days: 2,
        weekly: { keep: 9999, day: "sunday" },
        monthly: { keep: 999, week: "last" },
        yearly: { keep: 999, month: "may" },
      },
    ],
    ["levels switched off", { zone: "UTC", days: 7, retired: { weekly: 4, yearly: 3 } }],
  ])("%s", (_, policy) => {
    expect(parsePolicy(policy)).toEqual(policy)
    expect(parsePolicy(parsePolicy(policy))).toEqual(policy)
  })

  test("every weekday, week and month has its name", () => {
    for (const day of weekdays) expect(parsePolicy({ ...full, weekly: { keep: 1, day } }).weekly?.day).toBe(day)
    for (const week of weeksOfMonth)
      expect(parsePolicy({ ...full, monthly: { keep: 1, week } }).monthly?.week).toBe(week)
    for (const month of months) expect(parsePolicy({ ...full, yearly: { keep: 1, month } }).yearly?.month).toBe(month)
  })

  test("a member that is undefined is absent", () => {
    const policy = parsePolicy({ zone: "UTC", days: 7, count: undefined, weekly: undefined, retired: undefined })
    expect(Object.keys(policy)).toEqual(["zone", "days"])
  })
})

const without = (member: keyof typeof full) =>
  Object.fromEntries(Object.entries(full).filter(([name]) => name !== member))
const days = "days must be a whole number from 2 to 36500"
const refusals: readonly (readonly [what: string, policy: unknown, says: string])[] = [
  ["nothing", undefined, "a retention policy must be an object, not undefined"],
  ["null", null, "a retention policy must be an object, not null"],
  ["a number", 7, "a retention policy must be an object, not 7"],
  ["a text", "7 days", 'a retention policy must be an object, not "7 days"'],
  ["a list", [full], "a retention policy must be an object, not ["],
  [
    "an unknown member",
    { ...full, daily: { keep: 7 } },
    '"daily" is not part of it; a policy has zone, days or count, weekly',
  ],
  ["a misspelt one", { ...without("weekly"), weeky: full.weekly }, '"weeky" is not part of it'],
  ["no zone", without("zone"), "zone must be a time zone, such as Europe/Berlin or UTC"],
  ["a zone that is no name", { ...full, zone: 2 }, "zone must be a time zone"],
  [
    "neither days nor count",
    without("days"),
    "short-term retention is missing: say how many days, or how many points (count)",
  ],
  ["both days and count", { ...full, count: 7 }, "short-term retention is in days or by count, not both"],
  ["no days", { ...full, days: 0 }, `${days}, not 0`],
  ["one day", { ...full, days: 1 }, `${days}, not 1`],
  ["negative days", { ...full, days: -7 }, `${days}, not -7`],
  ["half a day", { ...full, days: 7.5 }, `${days}, not 7.5`],
  ["days without number", { ...full, days: NaN }, days],
  ["endless days", { ...full, days: Infinity }, days],
  ["too many days", { ...full, days: 36_501 }, `${days}, not 36501`],
  ["days as text", { ...full, days: "7" }, `${days}, not "7"`],
  ["days as null", { ...full, days: null }, `${days}, not null`],
  ["a count of one", { ...without("days"), count: 1 }, "count must be a whole number from 2 to 100000, not 1"],
  [
    "too large a count",
    { ...without("days"), count: 100_001 },
    "count must be a whole number from 2 to 100000, not 100001",
  ],
  ["weekly as number", { ...full, weekly: 4 }, "weekly must be an object, not 4"],
  ["monthly as list", { ...full, monthly: [] }, "monthly must be an object, not []"],
  ["yearly as null", { ...full, yearly: null }, "yearly must be an object, not null"],
  [
    "weekly without a number",
    { ...full, weekly: { day: "friday" } },
    "weekly.keep must be a whole number from 1 to 9999",
  ],
  [
    "no weeks",
    { ...full, weekly: { keep: 0, day: "friday" } },
    "weekly.keep must be a whole number from 1 to 9999, not 0",
  ],
  [
    "too many weeks",
    { ...full, weekly: { keep: 10_000, day: "friday" } },
    "weekly.keep must be a whole number from 1 to 9999, not",
  ],
  [
    "no months",
    { ...full, monthly: { keep: 0, week: "first" } },
    "monthly.keep must be a whole number from 1 to 999, not 0",
  ],
  [
    "too many months",
    { ...full, monthly: { keep: 1000, week: "first" } },
    "monthly.keep must be a whole number from 1 to 999, not",
  ],
  [
    "no years",
    { ...full, yearly: { keep: 0, month: "may" } },
    "yearly.keep must be a whole number from 1 to 999, not 0",
  ],
  [
    "too many years",
    { ...full, yearly: { keep: 1000, month: "may" } },
    "yearly.keep must be a whole number from 1 to 999, not",
  ],
  ["weekly without a day", { ...full, weekly: { keep: 4 } }, `weekly.day must be one of ${weekdays.join(", ")}`],
  ["another spelling", { ...full, weekly: { keep: 4, day: "Saturday" } }, 'saturday, not "Saturday"'],
  [
    "a fifth week",
    { ...full, monthly: { keep: 4, week: "fifth" } },
    `monthly.week must be one of ${weeksOfMonth.join(", ")}, not "fifth"`,
  ],
  [
    "a month by number",
    { ...full, yearly: { keep: 3, month: 1 } },
    `yearly.month must be one of ${months.join(", ")}, not 1`,
  ],
  [
    "another level's member",
    { ...full, monthly: { keep: 4, day: "friday" } },
    "monthly.day is not part of it; it has keep and week",
  ],
  [
    "an unknown one in a level",
    { ...full, yearly: { keep: 3, month: "may", week: "last" } },
    "yearly.week is not part of it; it has keep and month",
  ],
  ["retired as number", { ...full, retired: 4 }, "retired must be an object, not 4"],
  ["a retired level that is none", { ...full, retired: { daily: 4 } }, "retired.daily is no level"],
  [
    "a retired level without number",
    { ...full, retired: { weekly: 0 } },
    "retired.weekly must be a whole number from 1 to 9999, not 0",
  ],
]

test.each(refusals)("%s is refused, and the member and what it may be are named", (_, policy, says) => {
  expect(() => parsePolicy(policy)).toThrow(
    expect.objectContaining({ code: "BadPolicy", message: expect.stringContaining(says) }),
  )
})

test("a zone that nobody knows is refused by name, with its cause kept", () => {
  let thrown: unknown
  try {
    parsePolicy({ ...full, zone: "Europe/Atlantis" })
  } catch (error) {
    thrown = error
  }
  expect(thrown).toMatchObject({ code: "BadZone", message: expect.stringContaining("Europe/Atlantis") })
  expect(isRetentionError(thrown)).toBe(true)
  expect((thrown as RetentionError).cause).toBeInstanceOf(RangeError)
})

test("what is shown of a long value is short", () => {
  try {
    parsePolicy({ ...full, days: "x".repeat(10_000) })
  } catch (error) {
    expect((error as Error).message.length).toBeLessThan(150)
  }
  expect.assertions(1)
})

test("an error of this package is told from others by its mark", () => {
  expect(isRetentionError(new RetentionError("BadPolicy", "days"))).toBe(true)
  for (const other of [new Error("days"), { code: "BadPolicy" }, undefined, null, "BadPolicy"])
    expect(isRetentionError(other)).toBe(false)
})
