import { type Day, weekdayOf } from "./calendar.ts"
import { type Weekday, weekdays } from "./policy.ts"
import { RetentionError } from "./retention-error.ts"
import type { Zone } from "./zone.ts"

/** When points are made, for a simulation: at local times of chosen days, or every so many minutes. */
export type SimulatedSchedule =
  /** `at` are times as `22:00`; without `on` every day. */
  { readonly at: readonly string[]; readonly on?: readonly Weekday[] } | { readonly everyMinutes: number }

const MS_PER_MINUTE = 60_000
const MINUTES_PER_DAY = 24 * 60

/** The instants of a schedule from `fromMs` on, up to and without `toMs`, ascending. @throws RetentionError `BadArgument` */
export function* runTimes(schedule: SimulatedSchedule, fromMs: number, toMs: number, zone: Zone): Generator<number> {
  if ("everyMinutes" in schedule) {
    const step = schedule.everyMinutes * MS_PER_MINUTE
    if (!(step >= MS_PER_MINUTE))
      throw new RetentionError("BadArgument", `every ${schedule.everyMinutes} minutes is no schedule`)
    for (let at = fromMs; at < toMs; at += step) yield at
    return
  }
  const minutes = schedule.at.map(minutesOf).sort((a, b) => a - b)
  if (minutes.length === 0) throw new RetentionError("BadArgument", "a schedule without a time never runs")
  const on = schedule.on?.map((name) => weekdays.indexOf(name))
  if (on?.length === 0 || on?.includes(-1) === true)
    throw new RetentionError("BadArgument", `${schedule.on?.join(", ")} are not all weekdays`)
  let last = -Infinity
  for (let day: Day = zone.dayOf(fromMs); zone.startOf(day) < toMs; day++) {
    // A day that the zone left out has no times: those of the next are its own.
    if ((on !== undefined && !on.includes(weekdayOf(day))) || zone.startOf(day) === zone.startOf(day + 1)) continue
    for (const minute of minutes) {
      const at = zone.instantOf(day, minute)
      if (at < fromMs || at >= toMs || at <= last) continue
      yield (last = at)
    }
  }
}

function minutesOf(text: string): number {
  const [, hours = 0, minutes = 0] = (/^(\d\d):(\d\d)$/.exec(text) ?? []).map(Number)
  if (!/^\d\d:\d\d$/.test(text) || hours > 23 || minutes > 59)
    throw new RetentionError("BadArgument", `"${text}" is no time of the day; write it as 22:00`)
  return Math.min(hours * 60 + minutes, MINUTES_PER_DAY - 1)
}
