import {
  type CalendarDate,
  type Day,
  dateOfDay,
  dayOfDate,
  daysInMonth,
  formatDay,
  pad,
  weekdayOf,
} from "./calendar.ts"
import { type GfsLevel, months, type RetentionPolicy, weekdays, weeksOfMonth } from "./policy.ts"

/** A period of a level that one point fills. */
export interface GfsSlot {
  readonly level: GfsLevel
  /** `W:2025-01-04`, `M:2025-01`, `Y:2025` */
  readonly id: string
  /** It opens at the first instant of this day. */
  readonly opens: Day
  /** It closes at the first instant of this day, when the next one of its level opens. */
  readonly closes: Day
  /** The day on which its own span is over: the weekday, the seven days of the week, the month. */
  readonly spanEnds: Day
}

/** Which level a slot id is of. */
export function levelOfSlot(id: string): GfsLevel | undefined {
  const known = levels.get(id)
  if (known !== undefined) return known
  const match = /^(?:(W):\d{4}-\d\d-\d\d|(M):\d{4}-\d\d|(Y):\d{4})$/.exec(id)
  if (match === null) return undefined
  const level = match[1] === undefined ? (match[2] === undefined ? "yearly" : "monthly") : "weekly"
  // The same few slots are asked for by every point of every workload.
  if (levels.size >= MOST_LEVELS) levels.clear()
  levels.set(id, level)
  return level
}

const levels = new Map<string, GfsLevel>()
const MOST_LEVELS = 10_000

/** The slot of a level that a date lies in; `undefined` if the level is off. */
export function slotAt(policy: RetentionPolicy, level: GfsLevel, day: Day): GfsSlot | undefined {
  if (policy[level] === undefined) return undefined
  if (level === "weekly") return weekOf(policy.weekly as Weekly, day)
  const date = dateOfDay(day)
  const numbered = level === "monthly" ? monthSlot : yearSlot
  const current = level === "monthly" ? monthIndex(date) : date.year
  const here = numbered(policy, current)
  return here.opens <= day ? here : numbered(policy, current - 1)
}

/** The slot that opens when this one closes. */
export function slotAfter(policy: RetentionPolicy, slot: GfsSlot): GfsSlot | undefined {
  return slotAt(policy, slot.level, slot.closes)
}

type Weekly = NonNullable<RetentionPolicy["weekly"]>

function weekOf({ day: name }: Weekly, day: Day): GfsSlot {
  const opens = day - ((weekdayOf(day) - weekdays.indexOf(name) + 7) % 7)
  return { level: "weekly", id: `W:${formatDay(opens)}`, opens, closes: opens + 7, spanEnds: opens + 1 }
}

function monthIndex({ year, month }: CalendarDate): number {
  return year * 12 + month - 1
}

/** The slot of a month, by its number since the year 0. */
function monthSlot(policy: RetentionPolicy, index: number): GfsSlot {
  const [year, month] = [Math.floor(index / 12), (index % 12) + 1]
  return {
    level: "monthly",
    id: `M:${pad(year, 4)}-${pad(month, 2)}`,
    opens: monthOpens(policy, index),
    closes: monthOpens(policy, index + 1),
    spanEnds: weekBegins(policy, year, month) + 7,
  }
}

/** With weekly on, the chosen weekday inside the chosen week; alone, that week's first day. */
function monthOpens(policy: RetentionPolicy, index: number): Day {
  const first = weekBegins(policy, Math.floor(index / 12), (index % 12) + 1)
  if (policy.weekly === undefined) return first
  return first + ((weekdays.indexOf(policy.weekly.day) - weekdayOf(first) + 7) % 7)
}

function weekBegins({ monthly }: RetentionPolicy, year: number, month: number): Day {
  const week = monthly?.week ?? "first"
  const offset = week === "last" ? daysInMonth(year, month) - 7 : 7 * weeksOfMonth.indexOf(week)
  return dayOfDate(year, month, 1) + offset
}

function yearSlot(policy: RetentionPolicy, year: number): GfsSlot {
  const month = months.indexOf(policy.yearly?.month ?? "january") + 1
  return {
    level: "yearly",
    id: `Y:${pad(year, 4)}`,
    opens: yearOpens(policy, year, month),
    closes: yearOpens(policy, year + 1, month),
    spanEnds: dayOfDate(year, month + 1, 1),
  }
}

/** With monthly on, the slot of the chosen month; alone, its first day. */
function yearOpens(policy: RetentionPolicy, year: number, month: number): Day {
  return policy.monthly === undefined ? dayOfDate(year, month, 1) : monthOpens(policy, year * 12 + month - 1)
}
