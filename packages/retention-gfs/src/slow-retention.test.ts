import fc from "fast-check"
import { expect, test } from "vitest"
import { assignFlags } from "./assign-flags.ts"
import { changePolicy } from "./change-policy.ts"
import { isDateSuspect } from "./date-suspect.ts"
import { planRetention } from "./plan-retention.ts"
import { months, type RetentionPolicy, weekdays, weeksOfMonth } from "./policy.ts"
import type { RetentionPoint } from "./retention-point.ts"
import { simulate } from "./simulate.ts"
import { DayByDay, localDate } from "./testing/slow-retention.ts"

/** Ten thousand lives with `BCOPY_TEST_ALL=1`. */
const ALL = process.env["BCOPY_TEST_ALL"] === "1"
const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
/** With the moments that are odd in them: a day that does not exist, a midnight that does not. */
const places = [
  ...["UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe"].map((zone) => ({
    zone,
    beginMs: Date.UTC(2024, 11, 20),
  })),
  { zone: "Pacific/Apia", beginMs: Date.UTC(2011, 11, 10) },
  { zone: "Africa/Cairo", beginMs: Date.UTC(2025, 3, 10) },
  { zone: "America/St_Johns", beginMs: Date.UTC(2010, 9, 20) },
]

const levels = fc.record(
  {
    weekly: fc.record({ keep: fc.integer({ min: 1, max: 6 }), day: fc.constantFrom(...weekdays) }),
    monthly: fc.record({ keep: fc.integer({ min: 1, max: 4 }), week: fc.constantFrom(...weeksOfMonth) }),
    yearly: fc.record({ keep: fc.integer({ min: 1, max: 2 }), month: fc.constantFrom(...months) }),
  },
  { requiredKeys: [] },
)
const shortTerm = fc.oneof(
  fc.record({ days: fc.integer({ min: 2, max: 20 }) }),
  fc.record({ count: fc.integer({ min: 2, max: 8 }) }),
)
const rules = fc.tuple(levels, shortTerm).map(([gfs, short]) => ({ ...gfs, ...short }))

const event = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({
      type: fc.constant("store" as const),
      gap: fc.constantFrom(1, 5, 24, 24, 24, 30, 170, 500, 900),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant("odd point" as const),
      gap: fc.constantFrom(1, 24, 100),
      offset: fc.constantFrom(-9000, -700, -100, 12, 23, 30, 9000),
      state: fc.constantFrom("good", "damaged", "incomplete"),
      late: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("edit" as const), gap: fc.constantFrom(1, 24, 200), rules }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("remove" as const), gap: fc.constant(2), which: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("damage" as const), gap: fc.constant(2), which: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("pin" as const), gap: fc.constant(2), which: fc.nat() }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant("daily" as const), gap: fc.constantFrom(12, 24, 400) }) },
)

/** Plays a history with the package, as an engine would, beside the slow one. */
class Both {
  readonly slow: DayByDay
  #policy
  #living: RetentionPoint[] = []
  #removed: RetentionPoint[] = []
  #order = 1000

  constructor(policy: RetentionPolicy, nowMs: number) {
    this.slow = new DayByDay(policy, nowMs)
    this.#policy = changePolicy(undefined, policy, nowMs)
  }

  edit(policy: RetentionPolicy, nowMs: number): void {
    this.slow.edit(policy, nowMs)
    this.#policy = changePolicy(this.#policy, policy, nowMs)
    const grants = assignFlags(this.#living, this.#policy, { nowMs, removed: this.#removed })
    for (const { id, gfs } of grants) this.#change(id, (point) => ({ ...point, gfs: [...point.gfs, ...gfs] }))
    this.#compare()
  }

  store(nowMs: number, atMs = nowMs, state = "good", isLate = false): void {
    const order = isLate ? this.#order - 1.5 : ++this.#order
    const made = { id: `${order}/${nowMs}`, atMs, order, committedAtMs: nowMs, damaged: state === "damaged" }
    const complete = state !== "incomplete"
    this.slow.store({ ...made, complete }, nowMs)
    const dateSuspect = isDateSuspect(made, [...this.#living, ...this.#removed])
    const incoming: RetentionPoint = { ...made, complete, dateSuspect, gfs: [] }
    const [granted] = assignFlags(this.#living, this.#policy, { nowMs, incoming, removed: this.#removed })
    this.#living.push({ ...incoming, gfs: granted?.gfs ?? [] })
    this.#compare()
    this.run("session", nowMs)
  }

  run(run: "session" | "daily", nowMs: number): void {
    const gone = planRetention(this.#living, this.#policy, nowMs, { run }).remove.map(({ id }) => id)
    expect(gone.toSorted()).toEqual(this.slow.run(run, nowMs))
    this.#remove(gone)
    this.#compare()
  }

  change(type: "remove" | "damage" | "pin", which: number): void {
    const id = this.#living[which % Math.max(1, this.#living.length)]?.id
    const slow = this.slow.living.find((point) => point.id === id)
    if (id === undefined || slow === undefined) return
    if (type === "remove") {
      this.slow.removeByHand(id)
      this.#remove([id])
    } else if (type === "damage") {
      slow.damaged = true
      this.#change(id, (point) => ({ ...point, damaged: true }))
    } else {
      slow.pin = "held"
      this.#change(id, (point) => ({ ...point, pin: "held" }))
    }
  }

  #remove(ids: readonly string[]): void {
    this.#removed.push(...this.#living.filter(({ id }) => ids.includes(id)))
    this.#living = this.#living.filter(({ id }) => !ids.includes(id))
  }

  #change(id: string, change: (point: RetentionPoint) => RetentionPoint): void {
    this.#living = this.#living.map((point) => (point.id === id ? change(point) : point))
  }

  #compare(): void {
    const facts = (points: readonly { id: string; gfs: readonly string[] }[]) =>
      points.map(({ id, gfs }) => [id, ...gfs.toSorted()].join(" ")).toSorted()
    expect(facts(this.#living)).toEqual(facts(this.slow.living))
  }
}

test("flags and what stays are those of a second implementation, event by event", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...places),
      rules,
      fc.array(event, { minLength: 3, maxLength: 40 }),
      ({ zone, beginMs }, first, events) => {
        let nowMs = beginMs
        const both = new Both({ zone, ...first }, nowMs)
        for (const one of events) {
          nowMs += one.gap * HOUR_MS
          if (one.type === "store") both.store(nowMs)
          else if (one.type === "odd point") both.store(nowMs, nowMs + one.offset * HOUR_MS, one.state, one.late)
          else if (one.type === "edit") both.edit({ zone, ...one.rules }, nowMs)
          else if (one.type === "daily") both.run("daily", nowMs)
          else both.change(one.type, one.which)
        }
      },
    ),
    { numRuns: ALL ? 10_000 : 1500 },
  )
}, 300_000)

test("a simulation is what a second implementation plays, with edits", () => {
  // Often at a day's first instant.
  const hours = fc.oneof(
    fc.integer({ min: 1, max: 400 * 24 }),
    fc.integer({ min: 1, max: 400 }).map((days) => days * 24),
  )
  const edit = fc.record({ hours, rules })
  fc.assert(
    fc.property(
      fc.constantFrom(...places),
      rules,
      fc.constantFrom(12, 24, 24, 36, 200),
      fc.array(edit, { maxLength: 3 }),
      ({ zone, beginMs }, first, every, edits) => {
        const toMs = beginMs + 400 * DAY_MS
        const policies = edits
          .map(({ hours: after, rules: one }) => ({ atMs: beginMs + after * HOUR_MS, policy: { zone, ...one } }))
          .toSorted((a, b) => a.atMs - b.atMs)
        const policy = { zone, ...first }
        const options = { fromMs: beginMs, toMs, edits: policies }
        const { points } = simulate(policy, { everyMinutes: every * 60 }, options)
        const lives = points.map(({ id, gfs, removedAtMs }) => [id, ...gfs, removedAtMs ?? "stays"].join(" "))

        // Quarter by quarter: policies first, then what a new day lets go, then what is stored.
        const slow = new DayByDay(policy, beginMs)
        let number = 0
        const gone = new Map<string, number>()
        const run = (kind: "session" | "daily", nowMs: number) => {
          for (const id of slow.run(kind, nowMs)) gone.set(id, nowMs)
        }
        for (let nowMs = beginMs; nowMs < toMs; nowMs += HOUR_MS / 4) {
          const isNewDay = localDate(nowMs, zone) !== localDate(nowMs - HOUR_MS / 4, zone)
          for (const { atMs, policy: next } of policies) if (atMs === nowMs) slow.edit(next, nowMs)
          if (isNewDay && nowMs > beginMs) run("daily", nowMs)
          if ((nowMs - beginMs) % (every * HOUR_MS) !== 0) continue
          number++
          const made = { id: String(number), atMs: nowMs, order: number, committedAtMs: nowMs }
          slow.store({ ...made, damaged: false, complete: true }, nowMs)
          run("session", nowMs)
        }
        const all = [...slow.living, ...slow.removed].toSorted((a, b) => a.order - b.order)
        expect(lives).toEqual(all.map(({ id, gfs }) => [id, ...gfs, gone.get(id) ?? "stays"].join(" ")))
      },
    ),
    { numRuns: ALL ? 100 : 20 },
  )
}, 300_000)
