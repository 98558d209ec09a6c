import fc from "fast-check"
import { expect, test } from "vitest"
import { assignFlags, type FlagGrant } from "./assign-flags.ts"
import { changePolicy } from "./change-policy.ts"
import { isDateSuspect } from "./date-suspect.ts"
import { planRetention } from "./plan-retention.ts"
import { months, type RetentionPolicy, weekdays, weeksOfMonth } from "./policy.ts"
import type { RetentionPoint } from "./retention-point.ts"
import { simulate } from "./simulate.ts"
import { asRuled, DayByDay, playSchedule } from "./testing/day-by-day.ts"

const reading = asRuled
const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

/** Zones, and where a history begins: clocks change soon after, days and midnights are left out or come twice. */
const begins = [
  { zone: "UTC", fromMs: Date.UTC(2023, 11, 20) },
  { zone: "Europe/Berlin", fromMs: Date.UTC(2024, 1, 20) },
  { zone: "America/New_York", fromMs: Date.UTC(2024, 9, 20) },
  { zone: "Pacific/Apia", fromMs: Date.UTC(2011, 11, 10) },
  { zone: "Africa/Cairo", fromMs: Date.UTC(2025, 3, 10) },
  { zone: "Asia/Kathmandu", fromMs: Date.UTC(2024, 5, 1) },
  { zone: "Australia/Lord_Howe", fromMs: Date.UTC(2025, 2, 20) },
  { zone: "America/St_Johns", fromMs: Date.UTC(2010, 9, 20) },
]
const begin = fc.constantFrom(...begins)
const keep = fc.integer({ min: 1, max: 5 })
const rules = fc
  .tuple(
    fc.oneof(
      fc.record({ days: fc.integer({ min: 2, max: 12 }) }),
      fc.record({ count: fc.integer({ min: 2, max: 7 }) }),
    ),
    fc.record(
      {
        weekly: fc.record({ keep, day: fc.constantFrom(...weekdays) }),
        monthly: fc.record({ keep, week: fc.constantFrom(...weeksOfMonth) }),
        yearly: fc.record({ keep: fc.integer({ min: 1, max: 2 }), month: fc.constantFrom(...months) }),
      },
      { requiredKeys: [] },
    ),
  )
  .map(([short, levels]) => ({ ...short, ...levels }))
const zone = fc.constantFrom(...begins.map((one) => one.zone))

/** Hours from one event to the next: a rhythm of the history, with haste and gaps. */
const gap = fc.oneof(
  { weight: 6, arbitrary: fc.constant("rhythm" as const) },
  { weight: 1, arbitrary: fc.constantFrom(0, 0.25, 1, 7, 24, 25, 100, 400, 1000) },
)
const rhythm = fc.constantFrom(1, 6, 24, 24, 36, 84, 168, 500)

const event = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({ type: fc.constant("point" as const), gap, run: fc.boolean(), lagHours: fc.constant(0) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant("point" as const),
      gap,
      run: fc.boolean(),
      lagHours: fc.constantFrom(-9000, -1000, -30, -24, -3, 1, 9, 30, 100, 800, 9000),
      state: fc.constantFrom("good", "damaged", "incomplete"),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant("late point" as const),
      gap,
      run: fc.boolean(),
      after: fc.nat(),
      share: fc.constantFrom(-0.5, 0, 0.1, 0.5, 0.9, 1, 1.5),
      state: fc.constantFrom("good", "good", "good", "damaged", "incomplete"),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record(
      { type: fc.constant("edit" as const), gap, rules, zone },
      { requiredKeys: ["type", "gap", "rules"] },
    ),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("damage" as const), gap, which: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("pin" as const), gap, which: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("remove" as const), gap, which: fc.nat() }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant("daily" as const), gap }) },
)
type Event = typeof event extends fc.Arbitrary<infer One> ? One : never

/** A proof in which nothing is granted and nothing goes would be none. */
const seen = { grants: 0, removed: 0 }

function grantsOf(grants: readonly FlagGrant[]): Readonly<Record<string, readonly string[]>> {
  seen.grants += grants.length
  return Object.fromEntries(grants.filter(({ gfs }) => gfs.length > 0).map(({ id, gfs }) => [id, gfs.toSorted()]))
}

/** The flags that points have and had not. */
function takenSince(
  before: readonly Pick<RetentionPoint, "id" | "gfs">[],
  after: readonly Pick<RetentionPoint, "id" | "gfs">[],
): Readonly<Record<string, readonly string[]>> {
  const had = new Map(before.map(({ id, gfs }) => [id, gfs]))
  const taken = after.map(({ id, gfs }) => [id, gfs.filter((slot) => !had.get(id)?.includes(slot)).toSorted()] as const)
  return Object.fromEntries(taken.filter(([, gfs]) => gfs.length > 0))
}

/** Asks the package at every event of a history, and the slow implementation too. */
function playBoth(zoneName: string, fromMs: number, first: object, hours: number, events: readonly Event[]): void {
  let nowMs = fromMs
  let policy: RetentionPolicy = { zone: zoneName, ...first }
  let inForce = changePolicy(undefined, policy, nowMs)
  let order = 0
  let made = 0
  const slow = new DayByDay(policy, nowMs, reading)

  const isKept = (run: "session" | "daily") => {
    const before = slow.living
    const plan = planRetention(before, inForce, nowMs, { run })
    slow.run(run, nowMs)
    expect(idsOf(plan.keep)).toEqual(idsOf(slow.living))
    expect([...idsOf(plan.keep), ...idsOf(plan.remove)].toSorted()).toEqual(idsOf(before).toSorted())
    seen.removed += plan.remove.length
  }
  const store = (atMs: number, place: number, state: string | undefined) => {
    const id = `p${String(++made).padStart(3, "0")}`
    const damaged = state === "damaged"
    const point = { id, atMs, order: place, committedAtMs: nowMs, damaged, complete: state !== "incomplete" }
    const { living, removed } = slow
    const dateSuspect = isDateSuspect(point, [...living, ...removed])
    const incoming: RetentionPoint = { ...point, dateSuspect, gfs: [] }
    const grants = assignFlags(living, inForce, { nowMs, incoming, removed })
    const stored = slow.store(point, nowMs)
    expect(dateSuspect).toBe(stored.dateSuspect)
    expect(grantsOf(grants)).toEqual(
      takenSince(
        [],
        [stored].filter(({ gfs }) => gfs.length > 0),
      ),
    )
  }

  for (const one of events) {
    nowMs += (one.gap === "rhythm" ? hours : one.gap) * HOUR_MS
    if (one.type === "point") {
      order += 10
      store(nowMs + one.lagHours * HOUR_MS, order, "state" in one ? one.state : undefined)
      if (one.run) isKept("session")
    } else if (one.type === "late point") {
      const at = slow.living.length === 0 ? 0 : one.after % slow.living.length
      const [before, after] = [slow.living[at - 1], slow.living[at]]
      const [toMs, sinceMs] = [after?.atMs ?? nowMs, before?.atMs ?? (after?.atMs ?? nowMs) - 20 * DAY_MS]
      const quarters = Math.round(((toMs - sinceMs) * one.share) / (HOUR_MS / 4))
      store(sinceMs + (quarters * HOUR_MS) / 4, (after?.order ?? order) - 3, one.state)
      if (one.run) isKept("session")
    } else if (one.type === "edit") {
      policy = { zone: one.zone ?? policy.zone, ...one.rules }
      inForce = changePolicy(inForce, policy, nowMs)
      const before = slow.living.map(({ id, gfs }) => ({ id, gfs }))
      const grants = assignFlags(slow.living, inForce, { nowMs, removed: slow.removed })
      slow.edit(policy, nowMs)
      expect(inForce.since).toEqual(slow.since)
      expect(inForce.retired ?? {}).toEqual(slow.retired)
      expect(grantsOf(grants)).toEqual(takenSince(before, slow.living))
    } else if (one.type === "daily") isKept("daily")
    else {
      const point = slow.living[one.which % Math.max(1, slow.living.length)]
      if (point === undefined) continue
      if (one.type === "remove") slow.removeByHand([point.id])
      else if (one.type === "damage") point.damaged = true
      else if (point.pin === undefined) point.pin = "held"
      else delete point.pin
    }
  }
}

function idsOf(points: readonly { readonly id: string }[]): readonly string[] {
  return points.map(({ id }) => id)
}

test("flags and what stays are those of a second implementation after every event of 10 000 histories", () => {
  fc.assert(
    fc.property(
      begin,
      rules,
      rhythm,
      fc.array(event, { minLength: 1, maxLength: 45, size: "max" }),
      (place, first, hours, events) => playBoth(place.zone, place.fromMs, first, hours, events),
    ),
    { numRuns: 10_000 },
  )
  expect(Math.min(seen.grants, seen.removed)).toBeGreaterThan(20_000)
}, 120_000)

test("a chain that was there before any level is given flags as a second implementation gives them", () => {
  const edits = fc.array(fc.record({ gap, rules }), { minLength: 1, maxLength: 4 })
  fc.assert(
    fc.property(begin, rhythm, fc.integer({ min: 1, max: 30 }), edits, (place, hours, count, changes) => {
      const point: Event = { type: "point", gap: "rhythm", run: false, lagHours: 0 }
      const before = Array.from({ length: count }, () => point)
      const events = changes.flatMap((change): Event[] => [{ type: "edit", ...change }, point, point])
      playBoth(place.zone, place.fromMs, { count: 50 }, hours, [...before, ...events])
    }),
    { numRuns: 1000 },
  )
}, 60_000)

const schedule = fc.oneof(
  fc.record({ everyMinutes: fc.constantFrom(360, 720, 1440, 1500, 4320, 10_080) }),
  fc.record(
    {
      at: fc.uniqueArray(fc.constantFrom("04:00", "06:30", "12:00", "19:45", "22:00"), { minLength: 1, maxLength: 2 }),
      on: fc.uniqueArray(fc.constantFrom(...weekdays), { minLength: 1 }),
    },
    { requiredKeys: ["at"] },
  ),
)
/** When a policy is edited, in quarters of an hour: at any time, or as a day begins. */
const quarters = fc.oneof(
  { weight: 3, arbitrary: fc.integer({ min: 1, max: 400 * 96 }) },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 400 }).map((days) => days * 96) },
)
const edits = fc.array(fc.record({ quarters, rules, zone }, { requiredKeys: ["quarters", "rules"] }), { maxLength: 3 })

test("a simulation with edits is what a second implementation plays", () => {
  fc.assert(
    fc.property(
      begin,
      rules,
      schedule,
      edits,
      fc.integer({ min: 10, max: 450 }),
      (place, first, when, changes, days) => {
        const { fromMs } = place
        const toMs = fromMs + days * DAY_MS
        const policy = { zone: place.zone, ...first }
        const policies = changes
          .map(({ quarters: at, rules: one, zone: other = place.zone }) => ({
            atMs: fromMs + (at * HOUR_MS) / 4,
            policy: { zone: other, ...one },
          }))
          .filter(({ atMs }) => atMs < toMs)
          .toSorted((a, b) => a.atMs - b.atMs)
        const { points, runs, most } = simulate(policy, when, { fromMs, toMs, edits: policies })
        const played = playSchedule(policy, when, fromMs, toMs, policies, reading)
        const told = points.map(({ id, atMs, gfs, removedAtMs }) => ({ id, atMs, gfs: gfs.toSorted(), removedAtMs }))
        expect(told).toEqual(played.points.map((point) => ({ ...point, gfs: point.gfs.toSorted() })))
        expect(runs).toEqual(played.runs)
        expect(most).toBe(played.most)
      },
    ),
    { numRuns: 300 },
  )
}, 60_000)
