import { expect, test } from "vitest"
import { renderDuration } from "./render-duration.ts"

test.for([
  [-5, "0.0 s"],
  [420, "0.4 s"],
  [9_949, "9.9 s"],
  [9_950, "10 s"],
  [59_499, "59 s"],
  [59_500, "1 min 00 s"],
  [200_000, "3 min 20 s"],
  [7_500_000, "2 h 05 min"],
] as const)("%d ms are %s", ([ms, text]) => {
  expect(renderDuration(ms)).toBe(text)
})
