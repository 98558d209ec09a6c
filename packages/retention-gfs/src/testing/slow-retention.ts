import type { GfsLevel, RetentionPolicy } from "../policy.ts"

// Retention once more, slow and obvious: dates are texts, slots are found by walking a list of days, nothing is shared with
// the package but the shape of a policy. What the package decides is held against it.

/** A point as it is played. */
export interface PlayedPoint {
  readonly id: string
  readonly atMs: number
  readonly order: number
  readonly committedAtMs: number
  gfs: string[]
  pin: string | undefined
  damaged: boolean
  readonly complete: boolean
  readonly suspect: boolean
}

interface CalendarDay {
  readonly date: string
  readonly weekday: string
  readonly month: string
  readonly year: string
}

const DAY_MS = 86_400_000
const weekdayNames = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"]
const monthNames = "january february march april may june july august september october november december".split(" ")
const levels = ["weekly", "monthly", "yearly"] as const

/** Every day that a play may touch. */
const calendar: readonly CalendarDay[] = Array.from({ length: 55 * 366 }, (_, at) => {
  const day = new Date(Date.UTC(2005, 0, 1) + at * DAY_MS)
  const date = day.toISOString().slice(0, 10)
  return { date, weekday: weekdayNames[day.getUTCDay()] as string, month: date.slice(0, 7), year: date.slice(0, 4) }
})
const indexOfDate = new Map(calendar.map(({ date }, at) => [date, at]))
const daysOfMonth = new Map<string, CalendarDay[]>()
for (const day of calendar) daysOfMonth.set(day.month, [...(daysOfMonth.get(day.month) ?? []), day])
// The last month is not all there.
daysOfMonth.delete((calendar.at(-1) as CalendarDay).month)

const formats = new Map<string, Intl.DateTimeFormat>()
const localDates = new Map<string, string>()

/** The date on the wall of somebody in the zone. */
export function localDate(ms: number, zone: string): string {
  const key = `${zone} ${ms}`
  const known = localDates.get(key)
  if (known !== undefined) return known
  const options = { timeZone: zone, year: "numeric", month: "2-digit", day: "2-digit" } as const
  const format = formats.get(zone) ?? new Intl.DateTimeFormat("en-CA", options)
  formats.set(zone, format)
  const parts = Object.fromEntries(format.formatToParts(ms).map(({ type, value }) => [type, value]))
  const date = `${parts["year"]}-${parts["month"]}-${parts["day"]}`
  localDates.set(key, date)
  return date
}

function daysLater(date: string, days: number): string {
  return (calendar[(indexOfDate.get(date) as number) + days] as CalendarDay).date
}

/** The same day of the month so many months later, or the month's last. */
function monthsLater(date: string, months: number): string {
  let [year = 0, month = 0] = date.split("-").map(Number)
  for (let step = 0; step < months; step++) {
    month++
    if (month === 13) [year, month] = [year + 1, 1]
  }
  const days = daysOfMonth.get(`${year}-${String(month).padStart(2, "0")}`) as CalendarDay[]
  const wanted = days.find((day) => day.date.slice(8) === date.slice(8))
  return ((wanted ?? days.at(-1)) as CalendarDay).date
}

interface Slot {
  readonly id: string
  readonly opens: string
  /** The last day of its own span. */
  readonly spanLast: string
}

/** The seven days of the chosen week of a month. */
function chosenWeek(month: string, week: string): readonly CalendarDay[] {
  const days = daysOfMonth.get(month) as CalendarDay[]
  if (week === "last") return days.slice(-7)
  const from = ["first", "second", "third", "fourth"].indexOf(week) * 7
  return days.slice(from, from + 7)
}

function monthlySlot(policy: RetentionPolicy, month: string): Slot {
  const week = chosenWeek(month, policy.monthly?.week ?? "first")
  const day = policy.weekly === undefined ? week[0] : week.find(({ weekday }) => weekday === policy.weekly?.day)
  return { id: `M:${month}`, opens: (day as CalendarDay).date, spanLast: (week.at(-1) as CalendarDay).date }
}

const slotLists = new Map<string, readonly Slot[]>()

/** All slots of a level, as they open. */
function slotsOf(policy: RetentionPolicy, level: GfsLevel): readonly Slot[] {
  const key = JSON.stringify([level, policy.weekly?.day, policy.monthly?.week, policy.yearly?.month])
  const known = slotLists.get(key)
  if (known !== undefined) return known
  const slots: Slot[] = []
  for (const [month, days] of daysOfMonth) {
    const first = days[0] as CalendarDay
    if (level === "weekly")
      for (const { date, weekday } of days)
        if (weekday === policy.weekly?.day) slots.push({ id: `W:${date}`, opens: date, spanLast: date })
    if (level === "monthly") slots.push(monthlySlot(policy, month))
    if (level === "yearly" && monthNames[Number(month.slice(5)) - 1] === policy.yearly?.month) {
      const opens = policy.monthly === undefined ? first.date : monthlySlot(policy, month).opens
      slots.push({ id: `Y:${first.year}`, opens, spanLast: (days.at(-1) as CalendarDay).date })
    }
  }
  slotLists.set(key, slots)
  return slots
}

/** Plays a workload's life: points are stored, policies edited, points removed. */
export class DayByDay {
  readonly living: PlayedPoint[] = []
  readonly removed: PlayedPoint[] = []
  policy: RetentionPolicy
  readonly since: Partial<Record<GfsLevel, number>> = {}
  readonly retired: Partial<Record<GfsLevel, number>> = {}

  constructor(policy: RetentionPolicy, nowMs: number) {
    this.policy = policy
    for (const level of levels) if (policy[level] !== undefined) this.since[level] = nowMs
  }

  edit(policy: RetentionPolicy, nowMs: number): void {
    for (const level of levels) {
      const [before, after] = [this.policy[level], policy[level]]
      if (after === undefined) {
        if (before !== undefined) this.retired[level] = before.keep
        delete this.since[level]
      } else {
        delete this.retired[level]
        const setting = (one: object | undefined) => JSON.stringify({ ...one, keep: 0 })
        if (before === undefined || setting(before) !== setting(after)) this.since[level] = nowMs
      }
    }
    this.policy = policy
    // Points that were there before a level came into force may take what is open of it. The first one counts, even if its
    // flag would be over: then nobody takes it.
    const offered = new Set<string>()
    for (const point of this.#inOrder())
      for (const level of levels) {
        const slot = this.#openTo(point, level, nowMs)
        // What somebody had is for the next point that comes.
        if ([...this.living, ...this.removed].some(({ gfs }) => slot !== undefined && gfs.includes(slot))) continue
        if (point.committedAtMs >= (this.since[level] ?? 0) || slot === undefined || offered.has(slot)) continue
        offered.add(slot)
        if (this.#expires(point, slot) > localDate(nowMs, this.policy.zone)) point.gfs.push(slot)
      }
  }

  /** Stores a point; gives the slots that it fills. */
  store(made: Omit<PlayedPoint, "gfs" | "pin" | "suspect">, nowMs: number): PlayedPoint {
    const point: PlayedPoint = { ...made, gfs: [], pin: undefined, suspect: this.#isSuspect(made) }
    const isLate = [...this.living, ...this.removed].some((other) => this.#comesAfter(other, point))
    this.living.push(point)
    for (const level of levels) {
      const slot = this.#openTo(point, level, nowMs)
      if (slot === undefined) continue
      if (!isLate || this.#expires(point, slot) > localDate(nowMs, this.policy.zone)) point.gfs.push(slot)
    }
    return point
  }

  removeByHand(id: string): void {
    const point = this.living.find((one) => one.id === id)
    if (point !== undefined) this.#remove(point)
  }

  /** Removes what no rule keeps; gives the ids. */
  run(kind: "session" | "daily", nowMs: number): readonly string[] {
    const today = localDate(nowMs, this.policy.zone)
    const good = this.#inOrder().filter((point) => this.#isGood(point))
    if (good.length === 0) return []
    const counted = good.filter((point) => point.pin === undefined && !this.#hasFlag(point, today))
    const gone: PlayedPoint[] = []
    for (const point of this.living) {
      if (point === good.at(-1) || point.pin !== undefined || this.#hasFlag(point, today)) continue
      if (this.#isKeptShortly(point, counted, today)) continue
      if (kind === "daily" && !this.#wentByFlag(point)) continue
      gone.push(point)
    }
    for (const point of gone) this.#remove(point)
    return gone.map(({ id }) => id).sort()
  }

  #isKeptShortly(point: PlayedPoint, counted: readonly PlayedPoint[], today: string): boolean {
    const { days, count } = this.policy
    if (days !== undefined) {
      const isYoung = (one: PlayedPoint) => daysLater(this.#dateOf(one), days) >= today
      if (isYoung(point)) return true
      return counted.filter(isYoung).length < 3 && counted.slice(-3).includes(point)
    }
    const newest = counted.slice(-(count as number))
    if (newest.includes(point)) return true
    if (this.#isGood(point)) return false
    const [oldest] = newest
    if (newest.length < (count as number) || oldest === undefined) return true
    if (!point.suspect) return this.#comesAfter(point, oldest)
    return newest.some(({ committedAtMs }) => point.committedAtMs >= committedAtMs)
  }

  /** Whether a flag was the last that kept the point: what goes by its days goes in sessions only. */
  #wentByFlag(point: PlayedPoint): boolean {
    if (point.gfs.length === 0) return false
    const { days } = this.policy
    const ends = point.gfs.map((slot) => this.#expires(point, slot)).sort()
    return days === undefined || (ends.at(-1) as string) >= daysLater(this.#dateOf(point), days + 1)
  }

  /** The empty slot of a level in whose span the point lies. */
  #openTo(point: PlayedPoint, level: GfsLevel, nowMs: number): string | undefined {
    if (this.policy[level] === undefined || !this.#isGood(point)) return undefined
    const { zone } = this.policy
    const date = localDate(point.atMs, zone)
    const slot = slotsOf(this.policy, level).findLast(({ opens }) => opens <= date) as Slot
    if (this.#isFilled(slot.id, localDate(nowMs, zone))) return undefined
    return localDate(this.#inForceSince(level), zone) > slot.spanLast ? undefined : slot.id
  }

  /** A chain that began when the policy was in force already counts from its first point, if that is earlier. */
  #inForceSince(level: GfsLevel): number {
    const since = this.since[level] as number
    const all = [...this.living, ...this.removed]
    if (all.some(({ committedAtMs }) => committedAtMs < since)) return since
    return Math.min(since, ...all.map((one) => (one.suspect ? one.committedAtMs : one.atMs)))
  }

  #isFilled(id: string, today: string): boolean {
    if (this.living.some((one) => one.gfs.includes(id) && !one.damaged)) return true
    return this.removed.some((one) => one.gfs.includes(id) && this.#expires(one, id) <= today)
  }

  #expires(point: PlayedPoint, slot: string): string {
    const date = this.#dateOf(point)
    const level: GfsLevel = slot.startsWith("W") ? "weekly" : slot.startsWith("M") ? "monthly" : "yearly"
    const keep = this.policy[level]?.keep ?? this.retired[level] ?? 0
    if (keep === 0) return date
    if (level === "weekly") return daysLater(date, 7 * keep)
    return daysLater(monthsLater(date, level === "monthly" ? keep : 12 * keep), 1)
  }

  #hasFlag(point: PlayedPoint, today: string): boolean {
    return point.gfs.some((slot) => this.#expires(point, slot) > today)
  }

  #dateOf({ suspect, atMs, committedAtMs }: PlayedPoint): string {
    return localDate(suspect ? committedAtMs : atMs, this.policy.zone)
  }

  #isGood({ complete, damaged, suspect }: PlayedPoint): boolean {
    return complete && !damaged && !suspect
  }

  #isSuspect(made: Pick<PlayedPoint, "id" | "atMs" | "order" | "committedAtMs">): boolean {
    if (made.atMs - made.committedAtMs > DAY_MS) return true
    return [...this.living, ...this.removed].some((other) => {
      if (!this.#isGood(other)) return false
      return this.#comesAfter(other, made) ? other.atMs < made.atMs : other.atMs > made.atMs
    })
  }

  #comesAfter(one: Pick<PlayedPoint, "order" | "id">, other: Pick<PlayedPoint, "order" | "id">): boolean {
    return one.order === other.order ? one.id > other.id : one.order > other.order
  }

  #inOrder(): readonly PlayedPoint[] {
    return [...this.living].sort((a, b) => (this.#comesAfter(a, b) ? 1 : -1))
  }

  #remove(point: PlayedPoint): void {
    this.living.splice(this.living.indexOf(point), 1)
    this.removed.push(point)
  }
}
