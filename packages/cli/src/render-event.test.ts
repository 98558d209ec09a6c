import { expect, test } from "vitest"
import { renderEvent } from "./render-event.ts"

const broken = { type: "broken", job: "nightly", workload: "web01" } as const

test("log entries that do not open are warned of, since a newer point may exist", () => {
  expect(renderEvent({ ...broken, entries: [7], lost: false })).toBe(
    "warning: nightly/web01: 1 log entry does not open; a newer point than those listed may exist (bcopy verify tells more)",
  )
  expect(renderEvent({ ...broken, entries: [7, 8], lost: false })).toContain("2 log entries do not open")
})

test("log entries that were given up are warned of, since points may be missing", () => {
  expect(renderEvent({ ...broken, entries: [7], lost: true })).toBe(
    "warning: nightly/web01: 1 log entry could not be read and was given up; points may be missing",
  )
  expect(renderEvent({ ...broken, entries: [7, 9], lost: true })).toContain("2 log entries could not be read and were")
})
