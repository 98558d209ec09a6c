import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { setImmediate as pause } from "node:timers/promises"
import { parseArgs } from "node:util"
import { runTarget } from "./run-target.ts"
import { fuzzTargets } from "./targets.ts"

// Feeds every decoder of the format with mutated inputs. --quick: few; --seconds N: so long; --seed S: others;
// --inputs N and --target NAME: so many, and of one only. The same seed makes the same inputs.
const { values: given } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    seconds: { type: "string" },
    seed: { type: "string", default: "1" },
    inputs: { type: "string" },
    target: { type: "string" },
  },
})
const seed = Number(given.seed)
const targets = fuzzTargets().filter(({ name }) => given.target === undefined || name === given.target)
const inputs = Number(given.inputs ?? (given.quick ? 6_000 : given.seconds === undefined ? 1_000_000 : Infinity))
const maxMs = given.seconds === undefined ? undefined : (Number(given.seconds) * 1000) / targets.length
const failed = join(import.meta.dirname, "../../.test-results/fuzz")

let failures = 0
for (const target of targets) {
  const options = { seed, inputs, now: () => performance.now(), rssBytes: () => process.memoryUsage.rss(), pause }
  const result = await runTarget(target, { ...options, ...(maxMs !== undefined && { maxMs }) })
  const share = ((100 * result.values) / Math.max(1, result.inputs)).toFixed(1)
  console.log(
    `${target.name}: ${result.inputs} inputs, ${share} % decoded, slowest ${result.slowestMs.toFixed(1)} ms, ${result.failures.length} failures`,
  )
  for (const { input, why, bytes } of result.failures) {
    mkdirSync(failed, { recursive: true })
    const file = join(failed, `${target.name}-${seed}-${input}.hex`)
    writeFileSync(file, `${Buffer.from(bytes).toString("hex")}\n`)
    console.log(`  seed ${seed}, input ${input}: ${why}\n  ${file}`)
  }
  failures += result.failures.length
}
console.log(`fuzz: seed ${seed}, ${targets.length} decoders, ${failures} failures`)
if (failures > 0) process.exitCode = 1
