import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { parseArgs } from "node:util"
import { allCases } from "./all-cases.ts"
import { renderTally, runSoak, type SoakTally } from "./run-soak.ts"
import { soakImages } from "./soak-images.ts"

// Kills, freezes and races processes of bcopy, round after round, each with another seed:
// soak.ts [--minutes N] [--seed N] [--only TEXT] [--rounds N] [--quick]
// An hour by default; one round of short forms with --quick. Exits 1 when anything did not hold; what failed is printed
// with the command that runs just that again.
const { values: given } = parseArgs({
  options: {
    minutes: { type: "string" },
    seed: { type: "string" },
    only: { type: "string" },
    rounds: { type: "string" },
    quick: { type: "boolean", default: false },
  },
})
const { only = "", quick } = given
const seed = numberOf("seed", given.seed, Date.now() % 1_000_000)
const rounds = numberOf("rounds", given.rounds, quick && given.minutes === undefined ? 1 : Infinity)
const minutes = numberOf("minutes", given.minutes, Number.isFinite(rounds) ? Infinity : 60)

const folder = mkdtempSync(join(tmpdir(), "bcopy-soak-"))
const startMs = performance.now()
const tally: SoakTally = { rounds: 0, cases: 0, failures: [] }
// Whatever ends it: processes end with this one before the folder goes, and what they leave in it is tried again.
process.on("exit", () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }))
for (const signal of ["SIGINT", "SIGTERM"] as const)
  process.once(signal, () => {
    console.log(renderTally(tally, performance.now() - startMs))
    process.exit(130)
  })

const evidence = join(import.meta.dirname, "../../.test-results/soak")
rmSync(evidence, { recursive: true, force: true })
const every = allCases({ folder, images: soakImages(folder), evidence, quick })
const exact = every.filter(({ name }) => name === only)
const cases = exact.length > 0 ? exact : every.filter(({ name }) => name.includes(only))
if (cases.length === 0)
  throw new Error(`no case is called ${only}: there are ${every.map(({ name }) => name).join(", ")}`)
console.log(`bcopy soak: ${cases.length} cases, seed ${seed}, Node ${process.version}`)
await runSoak(
  cases,
  {
    seed,
    rounds,
    now: () => performance.now(),
    untilMs: startMs + minutes * 60_000,
    replayArgs: quick ? ["--quick"] : [],
    print: (line) => console.log(line),
  },
  tally,
)
console.log(renderTally(tally, performance.now() - startMs))
if (tally.failures.length > 0) process.exitCode = 1

function numberOf(name: string, text: string | undefined, otherwise: number): number {
  const number = text === undefined ? otherwise : Number(text)
  if (text?.trim() === "" || Number.isNaN(number) || number < 0) throw new Error(`--${name} ${text} is no number`)
  return number
}
