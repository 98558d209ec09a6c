import { spawn } from "node:child_process"
import { join } from "node:path"
import { parseArgs } from "node:util"
import { type Mutant, mutants } from "./mutants.ts"

// Takes the protections of reclaim out of the code, one by one; each has to be found by a simulation:
// simulator/try-mutants.ts [--only TEXT] [--search N]
// With the seed that is known to find it, or with --search by the first of so many. Exits 1 if one is not found.
const { values } = parseArgs({ options: { only: { type: "string", default: "" }, search: { type: "string" } } })
const here = import.meta.dirname
let missed = 0
for (const mutant of mutants) {
  if (!mutant.name.includes(values.only)) continue
  const startMs = performance.now()
  const found = await tryMutant(mutant)
  const seconds = ((performance.now() - startMs) / 1000).toFixed(1)
  if (found === undefined) missed++
  console.log(`${found === undefined ? "NOT FOUND" : `found (${found})`}  ${mutant.name}, in ${seconds} s`)
}
process.exitCode = missed > 0 ? 1 : 0

/** What the simulation says of a mutant first; `undefined` if nothing is wrong. */
async function tryMutant(mutant: Mutant): Promise<string | undefined> {
  const seeds = values.search === undefined ? ["--seed", `${mutant.seed}`] : ["--seeds", values.search, "--first"]
  const child = spawn(
    process.execPath,
    [
      "--conditions=@bcopy/source",
      "--import",
      join(here, "mutant-hooks.ts"),
      join(here, "main.ts"),
      "--exactly",
      mutant.scenario,
      ...seeds,
    ],
    { env: { ...process.env, BCOPY_MUTANT: JSON.stringify(mutant) }, stdio: ["ignore", "pipe", "inherit"] },
  )
  let text = ""
  child.stdout.setEncoding("utf8").on("data", (part: string) => (text += part))
  await new Promise((resolve) => child.once("close", resolve))
  return /^FAIL {2}(.*)$/m.exec(text)?.[1]?.slice(0, 150)
}
