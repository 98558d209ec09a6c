import { parseArgs } from "node:util"
import type { Mutant } from "./mutant.ts"
import { mutants } from "./mutants.ts"
import { playChanged, playMutant, twoAtATime } from "./play-mutant.ts"

// Takes the protections of reclaim out of the code, one by one; each has to be found by the interleaving that it names:
// simulator/try-mutants.ts [--only TEXT] [--search N [--scenario NAME]]
// With --search by one of so many seeds of a simulation. Exits 1 if one is not found.
const { values } = parseArgs({
  options: {
    only: { type: "string", default: "" },
    search: { type: "string" },
    scenario: { type: "string", default: "space given back in haste" },
  },
})
const { only, search, scenario } = values
await twoAtATime(
  mutants.filter(({ name }) => name.includes(only)),
  async (mutant) => {
    const startMs = performance.now()
    const found = await (search === undefined ? playMutant(mutant) : searchFor(mutant, search)).catch(
      (error: unknown) => `! ${(error as Error).message}`,
    )
    const seconds = ((performance.now() - startMs) / 1000).toFixed(1)
    if (found === undefined || found.startsWith("!")) process.exitCode = 1
    console.log(`${found === undefined ? "NOT FOUND" : `found (${found})`}  ${mutant.name}, in ${seconds} s`)
  },
)

function searchFor({ edits }: Mutant, seeds: string): Promise<string | undefined> {
  return playChanged(edits, "main.ts", ["--exactly", scenario, "--seeds", seeds, "--first"])
}
