import type { GfsLevel, RetentionPolicy } from "../policy.ts"
import type { SimulatedSchedule } from "../run-times.ts"

// Retention a second time, slow and obvious: dates are texts, and a slot is found by going back day by day until one opens.
// It shares the shape of a policy with the package, and nothing else.

/** A point as it is played. */
export interface PlayedPoint {
  readonly id: string
  readonly atMs: number
  readonly order: number
  readonly committedAtMs: number
  gfs: readonly string[]
  pin?: string
  damaged: boolean
  readonly complete: boolean
  readonly dateSuspect: boolean
}

/** What is known of a point that is about to be stored. */
export type StoredPoint = Pick<PlayedPoint, "id" | "atMs" | "order" | "committedAtMs" | "damaged" | "complete">

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS
const levels = ["weekly", "monthly", "yearly"] as const
const weekdays = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"]
const weeks = ["first", "second", "third", "fourth"]
const months = [
  "january",
  "february",
  "march",
  "april",
  "may",
  "june",
  "july",
  "august",
  "september",
  "october",
  "november",
  "december",
]

/** All dates from 2003 on that a play may touch, in a row: days later are steps to the right. */
const dates = Array.from({ length: 70 * 366 }, (_, at) =>
  new Date(Date.UTC(2003, 0, 1) + at * DAY_MS).toISOString().slice(0, 10),
)
const places = new Map(dates.map((date, at) => [date, at]))
const datesOfMonth = Map.groupBy(dates, (date) => date.slice(0, 7))

function daysLater(date: string, days: number): string {
  return dates[(places.get(date) as number) + days] as string
}

/** The same day so many months later, or the last of that month. */
function monthsLater(date: string, count: number): string {
  let [year, month] = [Number(date.slice(0, 4)), Number(date.slice(5, 7))]
  for (let step = 0; step < count; step++) [year, month] = month === 12 ? [year + 1, 1] : [year, month + 1]
  const days = datesOfMonth.get(`${year}-${String(month).padStart(2, "0")}`) as readonly string[]
  return days.find((day) => day.slice(8) === date.slice(8)) ?? (days.at(-1) as string)
}

function weekdayOf(date: string): string {
  // 1 January 2003 was a Wednesday.
  return weekdays[((places.get(date) as number) + 3) % 7] as string
}

/** Remembers what was asked before. */
function memo<Value>(find: (zone: string, key: string) => Value): (zone: string, key: string | number) => Value {
  const known = new Map<string, Map<string | number, Value>>()
  return (zone, key) => {
    const ofZone = known.get(zone) ?? new Map<string | number, Value>()
    known.set(zone, ofZone)
    if (!ofZone.has(key)) ofZone.set(key, find(zone, String(key)))
    return ofZone.get(key) as Value
  }
}

const clockOf = memo((zone) => {
  const [day, time] = [
    { year: "numeric", month: "2-digit", day: "2-digit" },
    { hour: "2-digit", minute: "2-digit" },
  ]
  return new Intl.DateTimeFormat("en-CA", { timeZone: zone, hourCycle: "h23", ...day, ...time } as object)
})

/** What calendar and clock on the wall show: `2025-01-04 22:00`. */
const wallTime = memo((zone, ms) => clockOf(zone, "").format(Number(ms)).replace(",", ""))

/** The date on the wall. */
function localDate(ms: number, zone: string): string {
  return wallTime(zone, ms).slice(0, 10)
}

/** The first instant at which the wall shows a date, or a later one if the date does not exist. */
const beginOf = memo((zone, date) => {
  let ms = Date.parse(date) - 15 * HOUR_MS
  while (localDate(ms, zone) < date) ms += 15 * MINUTE_MS
  return ms
})

/** Where the text leaves room: how it was ruled first, or how docs/decisions/0015 has it. */
export interface Reading {
  /**
   * From when a level counts in a chain that began under it. `earlier`: from when it was switched on, or from the first good
   * point if that is older. `first point`: from the oldest point in any case, those that are removed among them.
   */
  readonly chainCountsFrom: "earlier" | "first point"
  /** What a daily run may remove. `flagged`: whatever has a flag. `let go by flag`: what no day kept longer than its flags. */
  readonly dailyRemoves: "flagged" | "let go by flag"
}

export const asRuled: Reading = { chainCountsFrom: "earlier", dailyRemoves: "flagged" }
export const asDecided: Reading = { chainCountsFrom: "first point", dailyRemoves: "let go by flag" }

interface Slot {
  readonly id: string
  /** The last day of its own span: that day, the chosen week, the chosen month. */
  readonly lastDay: string
}

function chosenWeek(policy: RetentionPolicy, month: string): readonly string[] {
  const days = datesOfMonth.get(month) as readonly string[]
  const week = policy.monthly?.week ?? "last"
  return week === "last" ? days.slice(-7) : days.slice(weeks.indexOf(week) * 7, weeks.indexOf(week) * 7 + 7)
}

function opensMonthly(policy: RetentionPolicy, date: string): boolean {
  const week = chosenWeek(policy, date.slice(0, 7))
  return policy.weekly === undefined ? date === week[0] : week.includes(date) && weekdayOf(date) === policy.weekly.day
}

/** The slot of a level that opens on a date. */
function slotOpeningOn(policy: RetentionPolicy, level: GfsLevel, date: string): Slot | undefined {
  const month = datesOfMonth.get(date.slice(0, 7)) as readonly string[]
  if (level === "weekly") return weekdayOf(date) === policy.weekly?.day ? { id: `W:${date}`, lastDay: date } : undefined
  if (level === "monthly") {
    const lastDay = chosenWeek(policy, date.slice(0, 7)).at(-1) as string
    return opensMonthly(policy, date) ? { id: `M:${date.slice(0, 7)}`, lastDay } : undefined
  }
  if (months[Number(date.slice(5, 7)) - 1] !== policy.yearly?.month) return undefined
  const opens = policy.monthly === undefined ? date.endsWith("-01") : opensMonthly(policy, date)
  return opens ? { id: `Y:${date.slice(0, 4)}`, lastDay: month.at(-1) as string } : undefined
}

/** The slot of a level in whose span an instant lies. */
function slotAt(policy: RetentionPolicy, level: GfsLevel, ms: number): Slot {
  // A clock that goes back over midnight shows the day before again when the new day has begun already.
  let date = daysLater(localDate(ms, policy.zone), 1)
  for (; ; date = daysLater(date, -1)) {
    const slot = slotOpeningOn(policy, level, date)
    if (slot !== undefined && beginOf(policy.zone, date) <= ms) return slot
  }
}

function isLater(one: Pick<PlayedPoint, "order" | "id">, other: Pick<PlayedPoint, "order" | "id">): boolean {
  return one.order === other.order ? one.id > other.id : one.order > other.order
}

function isEligible({ complete, damaged, dateSuspect }: PlayedPoint): boolean {
  return complete && !damaged && !dateSuspect
}

/** The life of a workload: points are stored, damaged, pinned, removed by hand; the policy is edited; runs remove. */
export class DayByDay {
  /** In the order of the source. */
  living: readonly PlayedPoint[] = []
  removed: readonly PlayedPoint[] = []
  policy: RetentionPolicy
  since: Partial<Record<GfsLevel, number>> = {}
  retired: Partial<Record<GfsLevel, number>> = {}

  readonly #reading: Reading

  constructor(policy: RetentionPolicy, nowMs: number, reading = asRuled) {
    this.policy = policy
    this.#reading = reading
    for (const level of levels) if (policy[level] !== undefined) this.since[level] = nowMs
  }

  /** Stores a point with the flags that it takes. */
  store(stored: StoredPoint, nowMs: number): PlayedPoint {
    const point: PlayedPoint = { ...stored, gfs: [], dateSuspect: this.#isDateSuspect(stored) }
    const isLate = this.living.some((other) => isLater(other, point))
    const before = this.living
    this.living = [...before, point].sort((a, b) => (isLater(a, b) ? 1 : -1))
    const today = localDate(nowMs, this.policy.zone)
    for (const level of levels) {
      if (this.policy[level] === undefined || !isEligible(point)) continue
      const slot = slotAt(this.policy, level, point.atMs)
      if (this.#isFilled(slot, today) || !this.#counts(slot, level, before)) continue
      if (isLate && this.#expiry(point, slot.id) <= today) continue
      point.gfs = [...point.gfs, slot.id]
    }
    return point
  }

  /** Puts another policy in force; points that are there may take flags of levels that are new to them. */
  edit(policy: RetentionPolicy, nowMs: number): void {
    const before = this.policy
    this.policy = policy
    for (const level of levels) {
      const [was, is] = [before[level], policy[level]]
      if (is === undefined) {
        if (was !== undefined) this.retired[level] = was.keep
        delete this.since[level]
        continue
      }
      delete this.retired[level]
      if (was === undefined || settingOf(before, level) !== settingOf(policy, level)) this.since[level] = nowMs
    }
    const today = localDate(nowMs, policy.zone)
    for (const level of levels) {
      const offered = new Set<string>()
      for (const point of this.living) {
        const since = this.since[level]
        if (since === undefined || since <= point.committedAtMs || !isEligible(point)) continue
        const slot = slotAt(policy, level, point.atMs)
        if (offered.has(slot.id) || this.#isFilled(slot, today) || !this.#counts(slot, level, this.living)) continue
        offered.add(slot.id)
        if (this.#expiry(point, slot.id) > today) point.gfs = [...point.gfs, slot.id]
      }
    }
  }

  removeByHand(ids: readonly string[]): void {
    this.removed = [...this.removed, ...this.living.filter(({ id }) => ids.includes(id))]
    this.living = this.living.filter(({ id }) => !ids.includes(id))
  }

  /** Removes what no rule keeps; gives the ids. */
  run(kind: "session" | "daily", nowMs: number): readonly string[] {
    const gone = this.living.filter((point) => !this.#stays(point, kind, nowMs)).map(({ id }) => id)
    this.removeByHand(gone)
    return gone
  }

  #stays(point: PlayedPoint, kind: "session" | "daily", nowMs: number): boolean {
    const today = localDate(nowMs, this.policy.zone)
    const eligible = this.living.filter(isEligible)
    const newest = eligible.at(-1)
    if (newest === undefined || newest === point) return true
    const isHeld = (one: PlayedPoint) =>
      one.pin !== undefined || one.gfs.some((slot) => this.#expiry(one, slot) > today)
    if (isHeld(point)) return true
    if (
      this.#staysShortly(
        point,
        eligible.filter((one) => !isHeld(one)),
        today,
      )
    )
      return true
    return kind === "daily" && !this.#goesDaily(point)
  }

  #goesDaily(point: PlayedPoint): boolean {
    const { days } = this.policy
    if (point.gfs.length === 0) return false
    if (this.#reading.dailyRemoves === "flagged" || days === undefined) return true
    const isTooOldFrom = daysLater(this.#dateOf(point), days + 1)
    return point.gfs.some((slot) => this.#expiry(point, slot) >= isTooOldFrom)
  }

  #staysShortly(point: PlayedPoint, counted: readonly PlayedPoint[], today: string): boolean {
    const { days, count = 0 } = this.policy
    if (days !== undefined) {
      const isYoung = (one: PlayedPoint) => this.#dateOf(one) >= daysLater(today, -days)
      return isYoung(point) || (counted.filter(isYoung).length < 3 && counted.slice(-3).includes(point))
    }
    const newest = counted.slice(-count)
    const [oldest] = newest
    if (newest.includes(point)) return true
    if (isEligible(point)) return false
    if (oldest === undefined || newest.length < count) return true
    return point.dateSuspect ? point.committedAtMs >= oldest.committedAtMs : isLater(point, oldest)
  }

  /** Whether a slot was not over before its level was in force. */
  #counts(slot: Slot, level: GfsLevel, before: readonly PlayedPoint[]): boolean {
    return localDate(this.#countsFrom(level, before), this.policy.zone) <= slot.lastDay
  }

  /** A chain that began under a level was under it from its first point, whenever that was made. */
  #countsFrom(level: GfsLevel, before: readonly PlayedPoint[]): number {
    const since = this.since[level] as number
    if (this.#reading.chainCountsFrom === "earlier") {
      const first = this.living.find(isEligible)
      if (first === undefined || before.some(({ committedAtMs }) => committedAtMs < since)) return since
      return Math.min(since, first.atMs)
    }
    const known = [...this.living, ...this.removed]
    if (known.some(({ committedAtMs }) => committedAtMs < since)) return since
    return Math.min(...known.map((one) => (one.dateSuspect ? one.committedAtMs : one.atMs)))
  }

  #isFilled({ id }: Slot, today: string): boolean {
    return (
      this.living.some((point) => point.gfs.includes(id) && !point.damaged) ||
      this.removed.some((point) => point.gfs.includes(id) && this.#expiry(point, id) <= today)
    )
  }

  /** The date from which a flag keeps its point no more. */
  #expiry(point: PlayedPoint, slot: string): string {
    const date = this.#dateOf(point)
    const level = slot.startsWith("W:") ? "weekly" : slot.startsWith("M:") ? "monthly" : "yearly"
    const keep = this.policy[level]?.keep ?? this.retired[level]
    if (keep === undefined) return date
    if (level === "weekly") return daysLater(date, 7 * keep)
    return daysLater(monthsLater(date, level === "monthly" ? keep : 12 * keep), 1)
  }

  #dateOf({ dateSuspect, committedAtMs, atMs }: PlayedPoint): string {
    return localDate(dateSuspect ? committedAtMs : atMs, this.policy.zone)
  }

  #isDateSuspect(point: StoredPoint): boolean {
    if (point.atMs - point.committedAtMs > DAY_MS) return true
    const good = [...this.living, ...this.removed].filter(isEligible)
    return good.some((other) => (isLater(point, other) ? other.atMs > point.atMs : other.atMs < point.atMs))
  }
}

function settingOf(policy: RetentionPolicy, level: GfsLevel): string | undefined {
  if (level === "weekly") return policy.weekly?.day
  return level === "monthly" ? policy.monthly?.week : policy.yearly?.month
}

/** The instants of a schedule in the days of a zone, up to and without the last; times that no clock shows are left out. */
function timesOf(schedule: SimulatedSchedule, fromMs: number, toMs: number, zone: string): readonly number[] {
  const times: number[] = []
  if ("everyMinutes" in schedule) {
    for (let ms = fromMs; ms < toMs; ms += schedule.everyMinutes * MINUTE_MS) times.push(ms)
    return times
  }
  for (const date of datesFrom(fromMs, toMs, zone)) {
    if (schedule.on !== undefined && !schedule.on.some((day) => day === weekdayOf(date))) continue
    for (const at of [...schedule.at].sort()) {
      const about = beginOf(zone, date) + Number(at.slice(0, 2)) * HOUR_MS + Number(at.slice(3)) * MINUTE_MS
      for (let ms = about - 2 * HOUR_MS; ms <= about + 2 * HOUR_MS; ms += 15 * MINUTE_MS)
        if (wallTime(zone, ms) === `${date} ${at}`) {
          if (ms >= fromMs && ms < toMs) times.push(ms)
          break
        }
    }
  }
  return times
}

function datesFrom(fromMs: number, toMs: number, zone: string): readonly string[] {
  const [first, last] = [localDate(fromMs, zone), localDate(toMs, zone)]
  return dates.slice(places.get(first), (places.get(last) as number) + 1)
}

export interface PlayedSimulation {
  readonly points: readonly { id: string; atMs: number; gfs: readonly string[]; removedAtMs: number | undefined }[]
  readonly runs: readonly { atMs: number; points: number }[]
  readonly most: number
}

/** Plays a schedule: at one instant a policy comes into force before a day begins, and that before a point is stored. */
export function playSchedule(
  policy: RetentionPolicy,
  schedule: SimulatedSchedule,
  fromMs: number,
  toMs: number,
  edits: readonly { readonly atMs: number; readonly policy: RetentionPolicy }[],
  reading = asRuled,
): PlayedSimulation {
  const play = new DayByDay(policy, fromMs, reading)
  const removedAtMs = new Map<string, number>()
  const stored: PlayedPoint[] = []
  const runs: { atMs: number; points: number }[] = []
  const happenings: { atMs: number; rank: number; happen: () => void }[] = []
  let most = 0
  const run = (kind: "session" | "daily", nowMs: number) => {
    for (const id of play.run(kind, nowMs)) removedAtMs.set(id, nowMs)
  }
  for (const edit of edits)
    happenings.push({ atMs: edit.atMs, rank: 0, happen: () => play.edit(edit.policy, edit.atMs) })
  // Days begin in the zone of the policy that is in force then.
  for (const [at, one] of [{ atMs: fromMs, policy }, ...edits].entries())
    for (const date of datesFrom(one.atMs, edits[at]?.atMs ?? toMs, one.policy.zone)) {
      const atMs = beginOf(one.policy.zone, date)
      if (atMs < one.atMs || atMs >= (edits[at]?.atMs ?? toMs)) continue
      happenings.push({ atMs, rank: 1, happen: () => run("daily", atMs) })
    }
  for (const atMs of timesOf(schedule, fromMs, toMs, policy.zone)) {
    const happen = () => {
      const order = stored.length + 1
      const point = { id: String(order), atMs, order, committedAtMs: atMs, damaged: false, complete: true }
      stored.push(play.store(point, atMs))
      most = Math.max(most, play.living.length)
      run("session", atMs)
      runs.push({ atMs, points: play.living.length })
    }
    happenings.push({ atMs, rank: 2, happen })
  }
  for (const { happen } of happenings.sort((a, b) => a.atMs - b.atMs || a.rank - b.rank)) happen()
  const points = stored.map(({ id, atMs, gfs }) => ({ id, atMs, gfs, removedAtMs: removedAtMs.get(id) }))
  return { points, runs, most }
}
