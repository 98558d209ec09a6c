import { findImports } from "../read-tokens/find-imports.ts"
import { readTokens } from "../read-tokens/read-tokens.ts"

/** A place where code reaches for time or randomness by itself. */
export interface ClockUse {
  /** As a reader knows it: `Date.now`, `new Date()`. */
  readonly use: string
  /** Line of it, from 1. */
  readonly line: number
}

const members = [
  ["Date", "now"],
  ["Math", "random"],
]
const timers = ["setTimeout", "setInterval"]
const timerModules = ["node:timers", "node:timers/promises", "timers", "timers/promises"]

/**
 * Finds `Date.now`, `Math.random`, `new Date()` (not `new Date(x)`), `setTimeout`, `setInterval` and imports of
 * `node:timers`. A member of the same name, `clock.setTimeout` or `setTimeout: …` in an interface, is no use.
 */
export function findClockUses(text: string): ClockUse[] {
  const tokens = readTokens(text)
  const uses: ClockUse[] = findImports(text)
    .filter(({ module }) => timerModules.includes(module))
    .map(({ module, line }) => ({ use: module, line }))

  tokens.forEach((token, index) => {
    if (token.kind !== "word") return
    const after = tokens.slice(index + 1, index + 4).map((next) => next.text)
    const before = tokens[index - 1]?.text
    const isMember = before === "." && tokens[index - 2]?.text !== "globalThis"
    for (const [owner, member] of members)
      if (!isMember && token.text === owner && after[0] === "." && after[1] === member)
        uses.push({ use: `${owner}.${member}`, line: token.line })
    if (token.text === "new" && after[0] === "Date" && (after[1] !== "(" || after[2] === ")"))
      uses.push({ use: "new Date()", line: token.line })
    if (timers.includes(token.text) && !isMember && after[0] !== ":" && after[0] !== "?")
      uses.push({ use: token.text, line: token.line })
  })
  return uses.toSorted((a, b) => a.line - b.line)
}
