import { Temporal } from "temporal-polyfill"
import { type Day, dayOfDate, formatDay, pad, parseDay } from "./calendar.ts"
import { RetentionError } from "./retention-error.ts"

/** The calendar of a time zone: which day an instant belongs to, and when days begin. */
export interface Zone {
  readonly name: string
  /** The local date of an instant. */
  dayOf(ms: number): Day
  /** The first instant of a date; of one that the zone left out, that of the next. */
  startOf(day: Day): number
  /** The instant of a local time, in minutes of the day: one that exists twice is the first, one that does not the next. */
  instantOf(day: Day, minutes: number): number
}

const MS_PER_DAY = 86_400_000
/** Clocks that go back at midnight do so for no longer. */
const REPEATED_MS = 3 * 3_600_000
const MINUTES_PER_DAY = 24 * 60
/** Of a zone; more than this is not kept in mind. */
const MOST_KNOWN = 100_000
/** Beyond it no calendar is reliable, and no date has four digits. */
const LATEST_MS = 253_370_764_800_000
const zones = new Map<string, Zone>()

/** The calendar of a zone by its IANA name; the same one for the same name. @throws RetentionError `BadZone` */
export function zoneOf(name: string): Zone {
  const known = zones.get(name)
  if (known !== undefined) return known
  try {
    // Temporal takes the zone out of a whole timestamp, too.
    if (!/^[A-Za-z][\w+\-/]*$/.test(name)) throw new RangeError("no name")
    Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(name)
  } catch (cause) {
    throw new RetentionError("BadZone", `"${name}" is no time zone`, { cause })
  }
  const zone = makeZone(name)
  zones.set(name, zone)
  return zone
}

/** The first instant of a date (`2025-01-04`) in a zone, in milliseconds since 1970. @throws RetentionError `BadArgument`, `BadZone` */
export function startOfDate(date: string, zone: string): number {
  return zoneOf(zone).startOf(parseDay(date))
}

/** The local date (`2025-01-04`) of an instant. @throws RetentionError `BadPoint` for what is no time, `BadZone` */
export function dateOf(ms: number, zone: string): string {
  return formatDay(zoneOf(zone).dayOf(ms))
}

function makeZone(name: string): Zone {
  // Days are asked for again and again, by every point of every workload: the library is asked once for each.
  const starts = new Map<Day, number>()
  const instants = new Map<number, number>()
  const startOf = (day: Day) => {
    let start = starts.get(day)
    if (start === undefined) {
      if (starts.size >= MOST_KNOWN) starts.clear()
      start = Temporal.PlainDate.from(formatDay(day)).toZonedDateTime(name).epochMilliseconds
      starts.set(day, start)
    }
    return start
  }
  const localDay = (ms: number) => {
    const { year, month, day } = Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(name)
    return dayOfDate(year, month, day)
  }
  /** Days in whose first hours clocks go back, perhaps over midnight. */
  const backwards = new Map<Day, boolean>()
  const goesBack = (day: Day) => {
    let known = backwards.get(day)
    if (known === undefined) {
      const [start, later] = [startOf(day), startOf(day) + REPEATED_MS].map(
        (ms) => Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(name).offsetNanoseconds,
      )
      known = (later ?? 0) < (start ?? 0)
      if (backwards.size >= MOST_KNOWN) backwards.clear()
      backwards.set(day, known)
    }
    return known
  }
  /** The day that was found last. */
  let last = { day: 0, from: Infinity, to: -Infinity }
  return {
    name,
    startOf,
    dayOf(ms) {
      if (!Number.isFinite(ms) || ms < 0 || ms >= LATEST_MS) throw new RetentionError("BadPoint", `${ms} is no time`)
      if (ms >= last.from && ms < last.to) return last.day
      // Zones are at most a day away from UTC; of a date that was left out and the next, which begin together, the next.
      let day = Math.floor(ms / MS_PER_DAY) + 1
      while (startOf(day) > ms) day--
      if (ms < startOf(day) + REPEATED_MS && goesBack(day)) return localDay(ms)
      last = { day, from: startOf(day) + REPEATED_MS, to: startOf(day + 1) }
      return day
    },
    instantOf(day, minutes) {
      const known = instants.get(day * MINUTES_PER_DAY + minutes)
      if (known !== undefined) return known
      const text = `${formatDay(day)}T${pad(Math.floor(minutes / 60), 2)}:${pad(minutes % 60, 2)}`
      const wanted = Temporal.PlainDateTime.from(text)
      const found = wanted.toZonedDateTime(name)
      // A time that was left out: the first one behind the gap.
      const isThere = found.toPlainDateTime().equals(wanted)
      const gapEnds = isThere ? undefined : found.add({ nanoseconds: 1 }).getTimeZoneTransition("previous")
      const instant = (gapEnds ?? found).epochMilliseconds
      if (instants.size >= MOST_KNOWN) instants.clear()
      instants.set(day * MINUTES_PER_DAY + minutes, instant)
      return instant
    },
  }
}
