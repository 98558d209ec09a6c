import { expect, test } from "vitest"
import { findImports } from "./find-imports.ts"
import { readTokens } from "./read-tokens.ts"

const cases: { name: string; text: string; tokens: string[] }[] = [
  { name: "comments and blanks leave nothing", text: "a // b\n/* c\n */ d", tokens: ["a", "d"] },
  { name: "a string is its content", text: `x = "a // b" + 'c\\'d'`, tokens: ["x", "=", "a // b", "+", "c\\'d"] },
  {
    name: "a template's code is code",
    text: "`a${b.c({})}d` e",
    tokens: ["a", "b", ".", "c", "(", "{", "}", ")", "d", "e"],
  },
  { name: "templates nest", text: "`a${`b${c}`}` d", tokens: ["a", "b", "c", "", "", "d"] },
  {
    name: "a regular expression hides its quotes",
    text: 'x.split(/["/]/g) / 2 / "y"',
    tokens: ["x", ".", "split", "(", '/["/]/g', ")", "/", "2", "/", "y"],
  },
  { name: "a shebang is a comment", text: "#!/usr/bin/env node\na", tokens: ["a"] },
]

test.each(cases)("$name", ({ text, tokens }) => {
  expect(readTokens(text).map((token) => token.text)).toEqual(tokens)
})

test("a token knows its line, after comments and strings of several lines too", () => {
  const lines = readTokens("/*\n*/ a\n`b\nc`\nd").map((token) => token.line)
  expect(lines).toEqual([2, 3, 5])
})

test("every way to name a module is found", () => {
  const text = `
import a from "one"
import type { B } from "two"
import "three"
export { c } from "four"
export type { D } from "./five.ts"
const e = await import("six")
const f = require("seven")
type G = import("eight").G
const text = 'import x from "nine"' // import y from "ten"
const template = \`from \${from} to \${to}\`
`
  expect(findImports(text).map((found) => found.module)).toEqual([
    "one",
    "two",
    "three",
    "four",
    "./five.ts",
    "six",
    "seven",
    "eight",
  ])
  expect(findImports(text)[0]).toEqual({ module: "one", line: 2 })
})
