import { expect, test } from "vitest"
import { parseDuration } from "./parse-duration.ts"

test.each([
  ["90m", 5_400_000],
  ["36h", 129_600_000],
  ["7d", 604_800_000],
  ["2w", 1_209_600_000],
  [" 7 D ", 604_800_000],
  ["0", 0],
  ["7", undefined],
  ["", undefined],
  ["-1d", undefined],
  ["1.5d", undefined],
  ["7 days", undefined],
  ["7x", undefined],
])("%j is %s ms", (text, ms) => {
  expect(parseDuration(text)).toBe(ms)
})
