import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { explain } from "./explain.ts"
import { levelOfSlot, slotAt } from "./gfs-slot.ts"
import { horizonOf } from "./horizon.ts"
import { planRetention } from "./plan-retention.ts"
import { gfsLevels, months, type RetentionPolicy, weekdays, weeksOfMonth } from "./policy.ts"
import { byOrder, isEligible, type RetentionPoint } from "./retention-point.ts"
import { simulate } from "./simulate.ts"

const HOUR_MS = 3_600_000
const BEGIN_MS = Date.UTC(2024, 11, 25)
const runs = { numRuns: 2000 }

const gfs = {
  weekly: fc.record({ keep: fc.integer({ min: 1, max: 10 }), day: fc.constantFrom(...weekdays) }),
  monthly: fc.record({ keep: fc.integer({ min: 1, max: 6 }), week: fc.constantFrom(...weeksOfMonth) }),
  yearly: fc.record({ keep: fc.integer({ min: 1, max: 3 }), month: fc.constantFrom(...months) }),
}
const zone = fc.constantFrom("UTC", "Europe/Berlin", "Pacific/Auckland", "America/St_Johns")
const policies: fc.Arbitrary<RetentionPolicy> = fc
  .tuple(
    zone,
    fc.record(gfs, { requiredKeys: [] }),
    fc.oneof(
      fc.record({ days: fc.integer({ min: 2, max: 30 }) }),
      fc.record({ count: fc.integer({ min: 2, max: 12 }) }),
    ),
  )
  .map(([name, levels, short]) => ({ zone: name, ...levels, ...short }))

/** Any flags, earned or not, and every state. */
const points: fc.Arbitrary<readonly RetentionPoint[]> = fc
  .array(
    fc.record({
      gap: fc.integer({ min: 1, max: 200 }),
      lag: fc.integer({ min: 0, max: 50 }),
      slots: fc.subarray(["W:2025-01-04", "M:2025-01", "Y:2025", "W:2024-12-28", "not a slot"], { maxLength: 3 }),
      state: fc.constantFrom(
        {},
        {},
        {},
        {},
        { damaged: true },
        { complete: false },
        { dateSuspect: true },
        { pin: "held" },
      ),
    }),
    { maxLength: 40 },
  )
  .map((made) => {
    let atMs = BEGIN_MS
    return made.map(({ gap, lag, slots, state }, order) => {
      atMs += gap * HOUR_MS
      const time = "dateSuspect" in state ? atMs + 9_000 * HOUR_MS : atMs
      return { id: `p${order}`, atMs: time, order, committedAtMs: atMs + lag * HOUR_MS, gfs: slots, ...state }
    })
  })
const nows = fc.integer({ min: 0, max: 20_000 }).map((hours) => BEGIN_MS + hours * HOUR_MS)
const modes = fc.constantFrom("session" as const, "daily" as const)
const kept = (...args: Parameters<typeof planRetention>) => planRetention(...args).keep.map(({ id }) => id)

describe("a plan over points with given flags", () => {
  test("is idempotent: planning what was kept removes nothing", () => {
    fc.assert(
      fc.property(points, policies, nows, modes, (all, policy, now, run) => {
        const staying = new Set(kept(all, policy, now, { run }))
        const left = all.filter(({ id }) => staying.has(id))
        expect(planRetention(left, policy, now, { run }).remove).toEqual([])
      }),
      runs,
    )
  })

  test("does not depend on the order of its input", () => {
    fc.assert(
      fc.property(
        points.chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray([...all], { minLength: all.length }))),
        policies,
        nows,
        ([all, other], policy, now) => {
          expect(planRetention(other, policy, now)).toEqual(planRetention(all, policy, now))
        },
      ),
      runs,
    )
  })

  test("keeps all that it kept when a rule is added or a number raised", () => {
    const more = fc.record({
      add: fc.record(gfs),
      which: fc.constantFrom("weekly", "monthly", "yearly", "days or count"),
      by: fc.integer({ min: 1, max: 20 }),
    })
    fc.assert(
      fc.property(points, policies, nows, more, (all, policy, now, { add, which, by }) => {
        const larger: RetentionPolicy =
          which === "days or count"
            ? {
                ...policy,
                ...(policy.days !== undefined && { days: policy.days + by }),
                ...(policy.count !== undefined && { count: policy.count + by }),
              }
            : {
                ...policy,
                [which]: {
                  ...add[which as "weekly"],
                  ...policy[which as "weekly"],
                  keep: (policy[which as "weekly"]?.keep ?? 0) + by,
                },
              }
        expect(kept(all, larger, now)).toEqual(expect.arrayContaining(kept(all, policy, now)))
      }),
      runs,
    )
  })

  test("always keeps the newest good point, and gives every one that stays a reason, every other what kept it", () => {
    fc.assert(
      fc.property(points, policies, nows, modes, (all, policy, now, run) => {
        const plan = planRetention(all, policy, now, { run })
        expect([...plan.keep, ...plan.remove].map(({ id }) => id).toSorted()).toEqual(
          all.map(({ id }) => id).toSorted(),
        )
        const newest = all.filter(isEligible).toSorted(byOrder).at(-1)
        if (newest !== undefined) expect(plan.keep.map(({ id }) => id)).toContain(newest.id)
        for (const { reasons } of plan.keep) expect(reasons.length).toBeGreaterThan(0)
        for (const { expired } of plan.remove) expect(expired.length).toBeGreaterThan(0)
        expect(
          explain(plan).every(({ sentences }) => sentences.length > 0 && sentences.every((one) => one.endsWith("."))),
        ).toBe(true)
      }),
      runs,
    )
  })

  test("lets no date that cannot be right push a good point out", () => {
    fc.assert(
      fc.property(
        points,
        policies,
        nows,
        fc.array(fc.tuple(fc.nat(60), fc.integer({ min: 0, max: 4e12 })), { maxLength: 5 }),
        (all, policy, now, odd) => {
          fc.pre(all.some(isEligible))
          const strangers = odd.map(([order, atMs], at): RetentionPoint => {
            const committedAtMs = BEGIN_MS + order * 100 * HOUR_MS
            return { id: `odd${at}`, order: order + 0.5, atMs, committedAtMs, gfs: [], dateSuspect: true }
          })
          const before = kept(all, policy, now)
          expect(kept([...all, ...strangers], policy, now)).toEqual(expect.arrayContaining(before))
        },
      ),
      runs,
    )
  })

  test("is plain data: JSON changes neither what goes in nor what comes out", () => {
    fc.assert(
      fc.property(points, policies, nows, (all, policy, now) => {
        const through = <Value>(value: Value) => JSON.parse(JSON.stringify(value)) as Value
        const plan = planRetention(all, policy, now)
        expect(through(plan)).toEqual(plan)
        expect(planRetention(through(all), through(policy), now)).toEqual(plan)
      }),
      runs,
    )
  })

  test("keeps a point at least until its horizon", () => {
    fc.assert(
      fc.property(points, policies, nows, (all, policy, now) => {
        const staying = new Set(kept(all, policy, now))
        for (const point of all) if ((horizonOf(point, policy) ?? 0) > now) expect(staying).toContain(point.id)
      }),
      runs,
    )
  })
})

test("slot ids of different levels are never the same, and say which level they are of", () => {
  fc.assert(
    fc.property(fc.record(gfs), fc.integer({ min: 11_000, max: 47_000 }), (levels, day) => {
      const policy: RetentionPolicy = { zone: "UTC", days: 7, ...levels }
      const slots = gfsLevels.map((level) => slotAt(policy, level, day))
      expect(slots.map((slot) => levelOfSlot(slot?.id ?? ""))).toEqual(gfsLevels)
      for (const slot of slots) {
        expect(slot?.opens).toBeLessThanOrEqual(day)
        expect(slot?.closes).toBeGreaterThan(day)
        expect(slot?.spanEnds).toBeGreaterThan(slot?.opens ?? Infinity)
      }
    }),
    runs,
  )
})

test("a simulation is the same each time, and however its edits are ordered", () => {
  const edits = fc.array(fc.record({ atMs: nows, policy: policies }), { maxLength: 4 })
  fc.assert(
    fc.property(policies, edits, (policy, made) => {
      // Of two at once the order counts.
      fc.pre(new Set(made.map(({ atMs }) => atMs)).size === made.length)
      const play = (given: typeof made) =>
        simulate(policy, { at: ["22:00"] }, { fromMs: BEGIN_MS, toMs: BEGIN_MS + 5000 * HOUR_MS, edits: given })
      expect(play(made.toReversed())).toEqual(play(made))
    }),
    { numRuns: 100 },
  )
})
