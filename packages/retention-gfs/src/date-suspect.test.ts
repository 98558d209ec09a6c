import { expect, test } from "vitest"
import { isDateSuspect } from "./date-suspect.ts"
import { isEligible, type RetentionPoint } from "./retention-point.ts"
import { DAY_MS, pointAt, utc } from "./testing/points.ts"

const known = [pointAt("2025-06-01", { order: 1 }), pointAt("2025-06-02", { order: 2 })]

const cases: readonly (readonly [
  what: string,
  point: RetentionPoint,
  known: readonly RetentionPoint[],
  suspect: boolean,
])[] = [
  ["the first of a chain", pointAt("2025-06-01"), [], false],
  ["the first of a chain, of 1970", pointAt("1970-01-01", { committedAtMs: utc("2025-06-01") }), [], false],
  ["one that follows", pointAt("2025-06-03", { order: 3 }), known, false],
  ["one of the same instant", pointAt("2025-06-02", { id: "twin", order: 3 }), known, false],
  [
    "one a millisecond before the good one it follows",
    {
      ...pointAt("2025-06-03", { order: 3 }),
      atMs: utc("2025-06-02") - 1,
    },
    known,
    true,
  ],
  [
    "one dated 24 hours after its commit",
    pointAt("2025-06-04", { order: 3, committedAtMs: utc("2025-06-03") }),
    known,
    false,
  ],
  [
    "one dated a millisecond more",
    pointAt("2025-06-04", { order: 3, committedAtMs: utc("2025-06-03") - 1 }),
    known,
    true,
  ],
  ["one of 2099", pointAt("2099-01-01", { order: 3, committedAtMs: utc("2025-06-03") }), known, true],
  ["one copied a year later", pointAt("2025-06-03", { order: 3, committedAtMs: utc("2026-06-03") }), known, false],
  [
    "one before a suspect point only",
    pointAt("2025-06-03", { order: 4 }),
    [...known, pointAt("2099-01-01", { order: 3, dateSuspect: true })],
    false,
  ],
  [
    "a late one in its place",
    pointAt("2025-06-01T12:00", { order: 1.5, committedAtMs: utc("2025-07-01") }),
    known,
    false,
  ],
  [
    "a late one after the good one that follows it",
    pointAt("2025-06-03", { order: 1.5, committedAtMs: utc("2025-07-01") }),
    known,
    true,
  ],
  ["one of the same order, told by its id", pointAt("2025-06-01T12:00", { id: "z", order: 2 }), known, true],
]

test.each(cases)("%s", (_, point, others, suspect) => {
  expect(isDateSuspect(point, others)).toBe(suspect)
  expect(isDateSuspect(point, [...others].toReversed())).toBe(suspect)
})

test("a point is not compared with itself", () => {
  const [first, second] = known as [RetentionPoint, RetentionPoint]
  expect(isDateSuspect({ ...second, atMs: first.atMs }, [...known])).toBe(false)
})

// Damaged and incomplete points are compared with too.
test.each([{ damaged: true }, { complete: false }])("one before a point that is not good only: %j", (state) => {
  const bad = pointAt("2025-06-05", { order: 3, ...state })
  expect(isDateSuspect(pointAt("2025-06-04", { order: 4 }), [...known, bad])).toBe(false)
})

test.each([
  [{}, true],
  [{ complete: true }, true],
  [{ pin: "audit" }, true],
  [{ gfs: ["W:2025-05-31"] }, true],
  [{ complete: false }, false],
  [{ damaged: true }, false],
  [{ dateSuspect: true }, false],
])("a point with %j is eligible: %j", (state, eligible) => {
  expect(isEligible(pointAt("2025-06-01", state))).toBe(eligible)
})

test("once 2099 has come, a point of then is like any other", () => {
  const nowMs = utc("2099-01-01")
  expect(isDateSuspect(pointAt("2099-01-01", { committedAtMs: nowMs - DAY_MS }), known)).toBe(false)
})
