import fc from "fast-check"
import { expect, test } from "vitest"
import { assignFlags } from "./assign-flags.ts"
import { changePolicy } from "./change-policy.ts"
import { isDateSuspect } from "./date-suspect.ts"
import { horizonOf } from "./horizon.ts"
import { planRetention } from "./plan-retention.ts"
import { gfsLevels, months, type RetentionPolicy, weekdays, weeksOfMonth } from "./policy.ts"
import { isEligible, type RetentionPoint } from "./retention-point.ts"
import { simulate } from "./simulate.ts"

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const BEGIN_MS = Date.UTC(2023, 0, 1)
const runs = { numRuns: 2000 }
const slotForm = { weekly: /^W:\d{4}-\d\d-\d\d$/, monthly: /^M:\d{4}-\d\d$/, yearly: /^Y:\d{4}$/ }

/** Objects as JSON makes them. */
const plain = { noNullPrototype: true }
const keep = fc.integer({ min: 1, max: 6 })
const zone = fc.constantFrom("UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe")
const levels = fc.record(
  {
    weekly: fc.record({ keep, day: fc.constantFrom(...weekdays) }, plain),
    monthly: fc.record({ keep, week: fc.constantFrom(...weeksOfMonth) }, plain),
    yearly: fc.record({ keep: fc.integer({ min: 1, max: 2 }), month: fc.constantFrom(...months) }, plain),
  },
  { requiredKeys: [], ...plain },
)
const policies: fc.Arbitrary<RetentionPolicy> = fc
  .tuple(
    zone,
    fc.oneof(
      fc.record({ days: fc.integer({ min: 2, max: 30 }) }),
      fc.record({ count: fc.integer({ min: 2, max: 8 }) }),
    ),
    levels,
    fc.record({ weekly: keep, monthly: keep, yearly: fc.integer({ min: 1, max: 2 }) }, { requiredKeys: [], ...plain }),
  )
  .map(([name, short, gfs, off]) => {
    const retired = Object.fromEntries(Object.entries(off).filter(([level]) => !(level in gfs)))
    return { zone: name, ...short, ...gfs, retired }
  })

const made = fc.record({
  hours: fc.integer({ min: 0, max: 600 * 24 }),
  dateOff: fc.oneof(
    { weight: 8, arbitrary: fc.constant(0) },
    { weight: 1, arbitrary: fc.integer({ min: -9000, max: 9000 }) },
  ),
  commitLag: fc.constantFrom(0, 0, 1, 30, 1000),
  flags: fc.array(fc.constantFrom("W", "M", "Y", "X"), { maxLength: 2 }),
  state: fc.constantFrom(...Array<string>(8).fill("good"), "damaged", "incomplete", "pinned"),
})

/** Points with flags given; whether a date can be right is judged as they are stored, in the order of the list. */
const points = fc.array(made, { maxLength: 40, size: "max" }).map((list) =>
  list.reduce<readonly RetentionPoint[]>((known, { hours, dateOff, commitLag, flags, state }, at) => {
    const atMs = BEGIN_MS + (hours + dateOff) * HOUR_MS
    const date = new Date(atMs).toISOString().slice(0, 10)
    const slots = { W: `W:${date}`, M: `M:${date.slice(0, 7)}`, Y: `Y:${date.slice(0, 4)}`, X: "another's" }
    const bare = {
      id: `p${at}`,
      atMs,
      order: hours,
      committedAtMs: BEGIN_MS + (hours + commitLag) * HOUR_MS,
      ...(state === "pinned" && { pin: "for the audit" }),
      ...(state === "damaged" && { damaged: true }),
      ...(state === "incomplete" && { complete: false }),
    }
    const dateSuspect = isDateSuspect(bare, known)
    const gfs = dateSuspect ? [] : [...new Set(flags)].map((letter) => slots[letter])
    return [...known, { ...bare, gfs, ...(dateSuspect && { dateSuspect }) }]
  }, []),
)
const now = fc.integer({ min: 0, max: 700 * 24 * 4 }).map((quarters) => BEGIN_MS + (quarters * HOUR_MS) / 4)
const run = fc.constantFrom("session" as const, "daily" as const)

function keptBy(...args: Parameters<typeof planRetention>): readonly string[] {
  return planRetention(...args).keep.map(({ id }) => id)
}

function newestEligible(list: readonly RetentionPoint[]): RetentionPoint | undefined {
  return list
    .filter(isEligible)
    .toSorted((a, b) => a.order - b.order || (a.id < b.id ? -1 : 1))
    .at(-1)
}

/** The policy with numbers raised and levels added. */
const more = fc.record({
  days: fc.integer({ min: 0, max: 20 }),
  keep: fc.integer({ min: 0, max: 4 }),
  added: levels,
})
type More = typeof more extends fc.Arbitrary<infer One> ? One : never

function withMore(policy: RetentionPolicy, { days, keep: raise, added }: More): RetentionPolicy {
  const raised: Record<string, unknown> = { ...policy, retired: { ...policy.retired } }
  if (policy.days !== undefined) raised["days"] = policy.days + days
  if (policy.count !== undefined) raised["count"] = policy.count + days
  for (const level of gfsLevels) {
    const [is, was] = [policy[level], policy.retired?.[level]]
    if (is !== undefined) raised[level] = { ...is, keep: is.keep + raise }
    else if (was !== undefined) raised["retired"] = { ...(raised["retired"] as object), [level]: was + raise }
    else if (added[level] !== undefined) raised[level] = added[level]
  }
  return raised as unknown as RetentionPolicy
}

test("planning what was kept removes nothing", () => {
  fc.assert(
    fc.property(points, policies, now, run, (list, policy, nowMs, kind) => {
      const kept = keptBy(list, policy, nowMs, { run: kind })
      const again = planRetention(
        list.filter(({ id }) => kept.includes(id)),
        policy,
        nowMs,
        { run: kind },
      )
      expect(again.remove).toEqual([])
    }),
    runs,
  )
})

test("the order in which points are given does not matter", () => {
  const shuffled = points.chain((list) =>
    fc.tuple(fc.constant(list), fc.shuffledSubarray([...list], { minLength: list.length })),
  )
  fc.assert(
    fc.property(shuffled, policies, now, run, ([list, other], policy, nowMs, kind) => {
      const options = { run: kind }
      expect(planRetention(other, policy, nowMs, options)).toEqual(planRetention(list, policy, nowMs, options))
    }),
    runs,
  )
})

function storedOn(id: string, dayMade: number, dayStored: number, rest: Partial<RetentionPoint> = {}): RetentionPoint {
  const [atMs, committedAtMs] = [BEGIN_MS + dayMade * DAY_MS, BEGIN_MS + dayStored * DAY_MS]
  return { id, atMs, order: atMs, committedAtMs, gfs: [], ...rest }
}

/** Where it is easily broken; each with the policy, what is added to it, and the day. */
const hardCases: readonly [readonly RetentionPoint[], RetentionPolicy, More, number][] = [
  // The oldest that is counted was stored last, and the suspect one is held against it.
  [
    [
      storedOn("late", 1, 20),
      storedOn("second", 2, 2),
      storedOn("third", 3, 3),
      storedOn("suspect", 0, 5, { order: BEGIN_MS + 5 * DAY_MS, dateSuspect: true }),
    ],
    { zone: "UTC", count: 2 },
    { days: 1, keep: 0, added: {} },
    BEGIN_MS + 21 * DAY_MS,
  ],
  // A flag that was over before the days were outlasts them when its number is raised, and is over too.
  [
    [storedOn("flagged", 1, 1, { gfs: ["W:2023-01-02"] }), ...[22, 23, 24].map((day) => storedOn(`p${day}`, day, day))],
    { zone: "UTC", days: 10, weekly: { keep: 1, day: "monday" } },
    { days: 0, keep: 1, added: {} },
    BEGIN_MS + 25 * DAY_MS,
  ],
]

for (const kind of ["session", "daily"] as const)
  test(`a rule that is added or a number that is raised removes nothing that is kept without it, in a ${kind} run`, () => {
    fc.assert(
      fc.property(points, policies, more, now, (list, policy, rest, nowMs) => {
        const kept = keptBy(list, policy, nowMs, { run: kind })
        expect(keptBy(list, withMore(policy, rest), nowMs, { run: kind })).toEqual(expect.arrayContaining([...kept]))
      }),
      { ...runs, examples: hardCases.map((one) => [...one] as (typeof hardCases)[number]) },
    )
  })

test("slots of one rule are none of another's: their ids differ, and flags of others leave a slot empty", () => {
  fc.assert(
    fc.property(
      policies,
      fc.integer({ min: 0, max: 600 * 24 }),
      fc.constantFrom(...gfsLevels),
      (policy, hours, level) => {
        const inForce = changePolicy(undefined, policy, BEGIN_MS)
        const atMs = BEGIN_MS + hours * HOUR_MS
        const incoming: RetentionPoint = { id: "new", atMs, order: 2, committedAtMs: atMs, gfs: [] }
        const grantsBeside = (gfs: readonly string[]) => {
          const there = { id: "there", atMs: BEGIN_MS, order: 1, committedAtMs: BEGIN_MS, gfs }
          return assignFlags([there], inForce, { nowMs: atMs, incoming }).flatMap((grant) => grant.gfs)
        }
        const granted = grantsBeside([])
        expect(new Set(granted).size).toBe(granted.length)
        for (const slot of granted) expect(gfsLevels.filter((one) => slotForm[one].test(slot))).toHaveLength(1)
        const ofLevel = (slots: readonly string[]) => slots.filter((slot) => slotForm[level].test(slot))
        const others = Array.from({ length: 620 }, (_, at) => new Date(BEGIN_MS + (at - 10) * DAY_MS).toISOString())
          .flatMap((date) => [`W:${date.slice(0, 10)}`, `M:${date.slice(0, 7)}`, `Y:${date.slice(0, 4)}`])
          .filter((slot) => !slotForm[level].test(slot))
        expect(ofLevel(grantsBeside(others))).toEqual(ofLevel(granted))
        expect(ofLevel(grantsBeside(granted))).toEqual([])
      },
    ),
    { numRuns: 500 },
  )
})

test("a point with a date that cannot be right evicts no good point", () => {
  fc.assert(
    fc.property(points, policies, now, run, (list, policy, nowMs, kind) => {
      const without = list.filter(({ dateSuspect }) => dateSuspect !== true)
      const kept = keptBy(without, policy, nowMs, { run: kind })
      const withSuspects = keptBy(list, policy, nowMs, { run: kind })
      const good = kept.filter((id) => without.some((point) => point.id === id && isEligible(point)))
      expect(withSuspects).toEqual(expect.arrayContaining([...good]))
    }),
    runs,
  )
})

test("the newest good point stays, and without one everything does", () => {
  fc.assert(
    fc.property(points, policies, now, run, (list, policy, nowMs, kind) => {
      const kept = keptBy(list, policy, nowMs, { run: kind })
      const newest = newestEligible(list)
      if (newest === undefined) expect(kept).toHaveLength(list.length)
      else expect(kept).toContain(newest.id)
    }),
    runs,
  )
})

test("every point stays for a reason or goes for one", () => {
  fc.assert(
    fc.property(points, policies, now, run, (list, policy, nowMs, kind) => {
      const plan = planRetention(list, policy, nowMs, { run: kind })
      expect([...plan.keep, ...plan.remove].map(({ id }) => id).toSorted()).toEqual(list.map(({ id }) => id).toSorted())
      for (const { reasons } of plan.keep) expect(reasons.length).toBeGreaterThan(0)
      for (const { expired } of plan.remove) expect(expired.length).toBeGreaterThan(0)
    }),
    runs,
  )
})

test("points, policies, flags and plans are the same when they have been JSON", () => {
  const json = <Value>(value: Value): Value => JSON.parse(JSON.stringify(value)) as Value
  fc.assert(
    fc.property(points, policies, now, run, (list, policy, nowMs, kind) => {
      const plan = planRetention(list, policy, nowMs, { run: kind })
      expect(json(plan)).toStrictEqual(plan)
      expect(planRetention(json(list), json(policy), nowMs, { run: kind })).toStrictEqual(plan)
      const inForce = changePolicy(undefined, policy, nowMs)
      expect(json(inForce)).toStrictEqual(inForce)
      const grants = assignFlags(list, inForce, { nowMs })
      expect(json(grants)).toStrictEqual(grants)
      expect(assignFlags(json(list), json(inForce), { nowMs })).toStrictEqual(grants)
    }),
    runs,
  )
})

test("no point goes before its horizon", () => {
  fc.assert(
    fc.property(points, policies, now, run, (list, policy, nowMs, kind) => {
      for (const point of list) {
        const horizonMs = horizonOf(point, policy)
        if (horizonMs === undefined) continue
        for (const ms of [Math.min(nowMs, horizonMs - 1), horizonMs - 1])
          expect(keptBy(list, policy, ms, { run: kind })).toContain(point.id)
      }
    }),
    { numRuns: 500 },
  )
})

test("a simulation is the same every time, in whatever order times, days and edits are named", () => {
  const times = fc.uniqueArray(fc.constantFrom("00:00", "02:30", "04:00", "12:00", "22:00"), { minLength: 1 })
  const days = fc.uniqueArray(fc.constantFrom(...weekdays), { minLength: 1 })
  const edits = fc.array(fc.record({ atMs: fc.integer({ min: 1, max: 200 * 24 }), policy: policies }), { maxLength: 3 })
  const upsideDown = <One>(list: readonly One[]) => list.toReversed()
  fc.assert(
    fc.property(policies, times, days, edits, (policy, at, on, changes) => {
      const ascending = changes
        .map(({ atMs, policy: next }) => ({ atMs: BEGIN_MS + atMs * HOUR_MS, policy: next }))
        .toSorted((a, b) => a.atMs - b.atMs)
        .filter((edit, index, all) => edit.atMs !== all[index - 1]?.atMs)
      const span = { fromMs: BEGIN_MS, toMs: BEGIN_MS + 200 * DAY_MS }
      const first = simulate(policy, { at, on }, { ...span, edits: ascending })
      expect(simulate(policy, { at, on }, { ...span, edits: ascending })).toStrictEqual(first)
      const other = { at: upsideDown(at), on: upsideDown(on) }
      expect(simulate(policy, other, { ...span, edits: upsideDown(ascending) })).toStrictEqual(first)
    }),
    { numRuns: 100 },
  )
})
