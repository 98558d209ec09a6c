import { expect, test } from "vitest"
import { shorten } from "./shorten.ts"
import { textWidth } from "./text-width.ts"

test("what fits stays as it is", () => {
  expect(shorten("web01", 5)).toBe("web01")
})

test("what is too long loses its middle", () => {
  expect(shorten("production-database-01", 9)).toBe("prod…e-01")
})

test("no width is ever passed, with wide characters neither", () => {
  for (let columns = 0; columns < 14; columns++)
    for (const text of ["abcdefghijklmnop", "主机名称很长的虚拟机", "a主b机c名d称"])
      expect(textWidth(shorten(text, columns))).toBeLessThanOrEqual(columns)
})
