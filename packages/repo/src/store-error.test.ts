import { expect, test } from "vitest"
import { isRetryable, isStoreError, StoreError, type StoreErrorCode } from "./store-error.ts"

test("an error of another copy of the package is told by its brand", () => {
  const other = Object.assign(new Error("elsewhere"), { code: "Locked", [Symbol.for("@bcopy/repo.StoreError")]: true })
  expect(isStoreError(other)).toBe(true)
  expect([new Error("Locked"), { code: "Locked" }, undefined, null, "Locked"].map(isStoreError)).not.toContain(true)
})

test("only what is unknown or throttled may be tried again", () => {
  const again: Record<StoreErrorCode, boolean> = {
    Unavailable: true,
    Throttled: true,
    NoSpace: false,
    Denied: false,
    ReadOnly: false,
    Locked: false,
    Unsupported: false,
    BadKey: false,
    BadRange: false,
    Aborted: false,
    OverLimit: false,
    Unfit: false,
  }
  for (const [code, due] of Object.entries(again) as [StoreErrorCode, boolean][])
    expect([code, isRetryable(new StoreError(code, "x"))]).toEqual([code, due])
  expect(isRetryable(new Error("x"))).toBe(false)
})

test("the cause and what to do are kept, the brand does not show", () => {
  const cause = new Error("ENOSPC")
  const error = new StoreError("NoSpace", "/mnt/a is full", { cause, hint: "free some space" })
  expect(error).toMatchObject({
    name: "StoreError",
    code: "NoSpace",
    message: "/mnt/a is full",
    cause,
    hint: "free some space",
  })
  expect(JSON.parse(JSON.stringify(error))).toEqual({ name: "StoreError", code: "NoSpace", hint: "free some space" })
})
