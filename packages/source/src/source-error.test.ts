import { expect, test } from "vitest"
import { isSourceError, SourceError } from "./source-error.ts"
import { throwIfAborted } from "./throw-if-aborted.ts"

test("a SourceError is told by its brand, also one of another copy of the package", () => {
  const foreign = Object.assign(new Error("x"), { [Symbol.for("@bcopy/source.SourceError")]: true })
  expect(isSourceError(new SourceError("Changed", "x"))).toBe(true)
  expect(isSourceError(foreign)).toBe(true)
  for (const other of [new Error("x"), undefined, null, "SourceError", { code: "Changed" }])
    expect(isSourceError(other)).toBe(false)
})

test("code, cause and hint are kept, and the brand stays out of what is printed", () => {
  const cause = new Error("EIO")
  const error = new SourceError("Unreadable", "disk", { cause, hint: "look at the cable" })
  expect(error).toMatchObject({ name: "SourceError", code: "Unreadable", cause, hint: "look at the cable" })
  expect(Object.getOwnPropertySymbols(error).filter((key) => Object.propertyIsEnumerable.call(error, key))).toEqual([])
})

test("a signal that fired throws Aborted with its reason as cause", () => {
  throwIfAborted(undefined, "list")
  throwIfAborted(new AbortController().signal, "list")
  expect(() => throwIfAborted(AbortSignal.abort("enough"), "list")).toThrow(
    expect.objectContaining({ code: "Aborted", cause: "enough" }),
  )
})
