import { expect, test } from "vitest"
import type { Output } from "./io.ts"
import { paintFor, printable } from "./paint.ts"

const terminal: Output = { write: () => true, isTTY: true }

test("a terminal gets colours", () => {
  expect(paintFor(terminal, {}).red("no")).toBe("\u001b[31mno\u001b[39m")
})

test.for([
  ["NO_COLOR", { NO_COLOR: "1" }, terminal],
  ["a dumb terminal", { TERM: "dumb" }, terminal],
  ["a pipe", {}, { write: () => true }],
] as const)("%s gets none", ([, env, output]) => {
  expect(paintFor(output, env).red("no")).toBe("no")
})

test("an empty NO_COLOR is none", () => {
  expect(paintFor(terminal, { NO_COLOR: "" }).bold("x")).not.toBe("x")
})

test("control characters in a message do not reach the terminal, line breaks and letters do", () => {
  expect(printable("a\u001b[2Jb\u0007\u009bc\nmüller 東")).toBe("a?[2Jb??c\nmüller 東")
})
