import { scenarios, simulate } from "../simulator/simulate.ts"
import type { MakeCases } from "./soak-case.ts"

/** Those of hours; the simulator's own test is the short form of those that take weeks. */
const short = scenarios.filter(({ name }) => !name.includes("weeks"))

/** Machines, stores and bad days in one process; a case is one scenario. */
export const simulateSeeds: MakeCases = ({ quick }) =>
  (quick ? short : scenarios).map((scenario, index) => ({
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
