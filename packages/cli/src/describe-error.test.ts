import { FormatError } from "@bcopy/chain-format"
import { EngineError, type EngineErrorCode } from "@bcopy/copy-engine"
import { StoreError, type StoreErrorCode } from "@bcopy/repo"
import { SourceError, type SourceErrorCode } from "@bcopy/source"
import { expect, test } from "vitest"
import { CliError } from "./cli-error.ts"
import { describeError } from "./describe-error.ts"

const engine: readonly (readonly [EngineErrorCode, number])[] = [
  ["NoRepository", 10],
  ["RepositoryExists", 14],
  ["NotWritable", 14],
  ["NeedsNewer", 1],
  ["WrongKey", 12],
  ["NotFound", 1],
  ["Ambiguous", 2],
  ["Busy", 11],
  ["Fenced", 11],
  ["Damaged", 13],
  ["PointRemoved", 1],
  ["Refused", 14],
  ["OutputExists", 14],
  ["BadArgument", 2],
  ["Interrupted", 130],
  ["OutputFailed", 1],
]
const source: readonly (readonly [SourceErrorCode, number])[] = [
  ["NotFound", 1],
  ["Unreadable", 1],
  ["Changed", 1],
  ["PointRemoved", 1],
  ["Damaged", 13],
  ["Refused", 14],
  ["Aborted", 130],
]
const store: readonly (readonly [StoreErrorCode, number])[] = [
  ["Unavailable", 1],
  ["Throttled", 1],
  ["NoSpace", 1],
  ["Denied", 1],
  ["ReadOnly", 1],
  ["Locked", 1],
  ["Unsupported", 1],
  ["BadKey", 1],
  ["BadRange", 1],
  ["Aborted", 130],
  ["Unfit", 1],
]

test.for(engine)("the engine's %s ends with status %d", ([code, exit]) => {
  expect(describeError(new EngineError(code, "it"))).toMatchObject({ code, message: "it", exit })
})

test.for(source)("a source's %s ends with status %d", ([code, exit]) => {
  expect(describeError(new SourceError(code, "it"))).toMatchObject({ code, message: "it", exit })
})

test.for(store)("a store's %s ends with status %d", ([code, exit]) => {
  expect(describeError(new StoreError(code, "it"))).toMatchObject({ code, message: "it", exit })
})

test("bytes that are not what the format says are damage, a newer format is none", () => {
  expect(describeError(new FormatError("BadMagic", "it"))).toMatchObject({ code: "Damaged", exit: 13 })
  expect(describeError(new FormatError("Missing", "it"))).toMatchObject({ code: "Damaged", exit: 13 })
  expect(describeError(new FormatError("NeedsNewer", "it"))).toMatchObject({ code: "NeedsNewer", exit: 1 })
})

test("the program's own errors are usage and refusal", () => {
  expect(describeError(new CliError("Usage", "it"))).toMatchObject({ code: "Usage", exit: 2 })
  expect(describeError(new CliError("Refused", "it"))).toMatchObject({ code: "Refused", exit: 14 })
})

test("an error keeps its own hint, and gets one for its code where it has none", () => {
  expect(describeError(new EngineError("NotFound", "it", { hint: "Do this." })).hint).toBe("Do this.")
  expect(describeError(new EngineError("NotFound", "it")).hint).toContain("bcopy points")
})

test("after an interrupt what was cut short is an interrupt, but a real failure is not hidden by it", () => {
  expect(describeError(new StoreError("Aborted", "it"), true)).toMatchObject({ code: "Interrupted", exit: 130 })
  expect(describeError(new Error("interrupted"), true)).toMatchObject({ code: "Interrupted", exit: 130 })
  expect(describeError(new StoreError("NoSpace", "it"), true)).toMatchObject({ code: "NoSpace", exit: 1 })
})

test("an error of no package is a failure that asks for a report", () => {
  expect(describeError(new TypeError("x is not a function"))).toMatchObject({ code: "Unexpected", exit: 1 })
  expect(describeError("a text")).toMatchObject({ code: "Unexpected", message: "a text", exit: 1 })
})

test("an interrupted command that keeps no checkpoint does not promise to go on from one", () => {
  expect(describeError(new EngineError("Interrupted", "it"), true).hint).toContain("goes on from what was stored")
  expect(describeError(new EngineError("Interrupted", "it"), true, false).hint).toBe("Run the same command again.")
})

test("a prefix that two layers put before a message is said once", () => {
  expect(describeError(new EngineError("Damaged", "/srv/a: nightly/web01: nightly/web01: it")).message).toBe(
    "/srv/a: nightly/web01: it",
  )
  expect(describeError(new EngineError("Damaged", "/srv/a: /srv/a: it")).message).toBe("/srv/a: it")
})

test("a hint begins with a capital", () => {
  expect(describeError(new StoreError("ReadOnly", "it", { hint: "mount it" })).hint).toBe("Mount it")
})

test("sizes of memory are told in units", () => {
  const { message } = describeError(
    new EngineError("BadArgument", "memory of 104857600 bytes beside the 125829120 of it"),
  )
  expect(message).toBe("memory of 100.0 MiB beside the 120.0 MiB of it")
})
