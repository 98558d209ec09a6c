import { parseArgs } from "node:util"
import { longScenarios, scenarios, simulate } from "./simulate.ts"

// Simulates machines, stores and bad days, the same ones for the same seed:
// simulator/main.ts [--seeds N=100] [--seed N] [--only TEXT | --exactly NAME] [--first] [--trace]
// With --long the years in place of the hours. With --first it ends with the first seed that breaks a promise.
// Exits 1 when a promise was broken, and says how to see it again.
const { values } = parseArgs({
  options: {
    seeds: { type: "string", default: "100" },
    seed: { type: "string" },
    only: { type: "string", default: "" },
    exactly: { type: "string" },
    first: { type: "boolean", default: false },
    long: { type: "boolean", default: false },
    trace: { type: "boolean", default: false },
  },
})
const first = Number(values.seed ?? 1)
const count = values.seed === undefined ? Number(values.seeds) : 1
let failed = 0
for (const scenario of values.long ? longScenarios : scenarios) {
  if (values.exactly === undefined ? !scenario.name.includes(values.only) : scenario.name !== values.exactly) continue
  const startMs = performance.now()
  let [events, promised, passedMs] = [0, 0, 0]
  for (let seed = first; seed < first + count && !(values.first && failed > 0); seed++) {
    const result = await simulate(scenario, seed)
    events += result.events
    promised += result.promised
    passedMs += result.passedMs
    if (values.trace) console.log(result.trace.join("\n"))
    if (result.problems.length === 0) continue
    failed++
    console.log(`FAIL  ${scenario.name}, seed ${seed}: ${result.problems.join("\n        ")}`)
    console.log(`        npm run simulate -- --only "${scenario.name}" --seed ${seed} --trace`)
  }
  const hours = (passedMs / 3_600_000).toFixed(0)
  const seconds = ((performance.now() - startMs) / 1000).toFixed(1)
  console.log(`${scenario.name}: ${count} seeds, ${events} events, ${promised} points, ${hours} hours, in ${seconds} s`)
}
process.exitCode = failed > 0 ? 1 : 0
