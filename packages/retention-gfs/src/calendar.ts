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

/** Of 400 years, after which the calendar repeats. */
const DAYS_PER_ERA = 146_097
/** From 1 March of the year 0 to 1 January 1970. */
const EPOCH_FROM_MARCH = 719_468

/** The day of a date; months and days beyond their ends run on into the next. Years begin in March: leap days come last. */
export function dayOfDate(year: number, month: number, day: number): Day {
  const index = month - 3
  const marchYear = year + Math.floor(index / 12)
  const marchMonth = ((index % 12) + 12) % 12
  const era = Math.floor(marchYear / 400)
  const inEra = marchYear - era * 400
  const ofYear = Math.floor((153 * marchMonth + 2) / 5)
  return (
    era * DAYS_PER_ERA +
    inEra * 365 +
    Math.floor(inEra / 4) -
    Math.floor(inEra / 100) +
    ofYear +
    day -
    1 -
    EPOCH_FROM_MARCH
  )
}

/** The date of a day. */
export function dateOfDay(day: Day): CalendarDate {
  const since = day + EPOCH_FROM_MARCH
  const era = Math.floor(since / DAYS_PER_ERA)
  const inEra = since - era * DAYS_PER_ERA
  const leaps = Math.floor(inEra / 1460) - Math.floor(inEra / 36_524) + Math.floor(inEra / 146_096)
  const yearOfEra = Math.floor((inEra - leaps) / 365)
  const ofYear = inEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  const marchMonth = Math.floor((5 * ofYear + 2) / 153)
  const month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
  return {
    year: era * 400 + yearOfEra + (month <= 2 ? 1 : 0),
    month,
    day: ofYear - Math.floor((153 * marchMonth + 2) / 5) + 1,
  }
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
