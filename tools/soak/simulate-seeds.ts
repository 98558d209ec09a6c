import { scenarios, simulate } from "../simulator/simulate.ts"
import type { MakeCases } from "./soak-case.ts"

/** Those of hours. The simulator has a test that plays nearly all scenarios; two are enough here. */
const short = scenarios.filter(({ name }) => !name.includes("weeks"))

/** Machines, stores and bad days in one process; a case is one scenario. */
export const simulateSeeds: MakeCases = ({ quick }) =>
  (quick ? short.slice(0, 2) : scenarios).map((scenario, index) => ({
    name: `simulate-${index + 1}`,
    async run(seed) {
      for (let more = 0; more < (quick ? 1 : 20); more++) {
        const { problems } = await simulate(scenario, seed + more)
        if (problems.length > 0)
          throw new Error(
            `${problems.join("; ")}: npm run simulate -- --only "${scenario.name}" --seed ${seed + more} --trace`,
          )
      }
    },
  }))
