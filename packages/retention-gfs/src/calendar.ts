import { RetentionError } from "./retention-error.ts"

/** A date of the Gregorian calendar as the number of days since 1 January 1970; no time, no zone. */
export type Day = number

/** The parts of a date. */
export interface CalendarDate {
  readonly year: number
  /** 1 to 12 */
  readonly month: number
  /** 1 to 31 */
  readonly day: number
}

const MS_PER_DAY = 86_400_000

/** The day of a date; months and days beyond their ends run on into the next. */
export function dayOfDate(year: number, month: number, day: number): Day {
  // Date.UTC takes years below 100 for those of the last century.
  const at = new Date(0)
  at.setUTCFullYear(year, month - 1, day)
  return Math.round(at.getTime() / MS_PER_DAY)
}

/** The date of a day. */
export function dateOfDay(day: Day): CalendarDate {
  const at = new Date(day * MS_PER_DAY)
  return { year: at.getUTCFullYear(), month: at.getUTCMonth() + 1, day: at.getUTCDate() }
}

/** 0 for Sunday to 6 for Saturday. */
export function weekdayOf(day: Day): number {
  return (((day + 4) % 7) + 7) % 7
}

/** How many days a month has. */
export function daysInMonth(year: number, month: number): number {
  return dayOfDate(year, month + 1, 1) - dayOfDate(year, month, 1)
}

/** So many months later; a day that the month lacks becomes its last. */
export function addMonths(day: Day, count: number): Day {
  const date = dateOfDay(day)
  const index = date.year * 12 + date.month - 1 + count
  const [year, month] = [Math.floor(index / 12), (index % 12) + 1]
  return dayOfDate(year, month, Math.min(date.day, daysInMonth(year, month)))
}

/** `2025-01-04` */
export function formatDay(day: Day): string {
  const date = dateOfDay(day)
  return `${pad(date.year, 4)}-${pad(date.month, 2)}-${pad(date.day, 2)}`
}

/** The day that `2025-01-04` names. @throws RetentionError `BadArgument` */
export function parseDay(text: string): Day {
  const match = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text)
  const [year = 0, month = 0, date = 0] = match?.slice(1).map(Number) ?? []
  const day = dayOfDate(year, month, date)
  if (match === null || formatDay(day) !== text) throw new RetentionError("BadArgument", `"${text}" is no date`)
  return day
}

/** A number with leading zeros. */
export function pad(value: number, digits: number): string {
  return String(value).padStart(digits, "0")
}
