import { expect, test } from "vitest"
import { FormatError, isFormatError } from "./format-error.ts"

test("a format error of another copy of the package is told by its brand", () => {
  const foreign = Object.assign(new Error("x"), {
    code: "BadValue",
    [Symbol.for("@bcopy/chain-format.FormatError")]: true,
  })
  expect(isFormatError(foreign)).toBe(true)
  expect(isFormatError(new FormatError("Missing", "x"))).toBe(true)
  for (const other of [new Error("x"), undefined, null, "x", {}]) expect(isFormatError(other)).toBe(false)
})

test("a format error keeps its cause", () => {
  const cause = new Error("bad frame")
  expect(new FormatError("Inconsistent", "slot 1", { cause }).cause).toBe(cause)
})
