import { scenarios, simulate } from "../simulator/simulate.ts"
import type { MakeCases } from "./soak-case.ts"

/** Machines, stores and bad days in one process; a case is one kind of store. */
export const simulateSeeds: MakeCases = ({ quick }) =>
  scenarios.map((scenario, index) => ({
    name: `simulate-${index + 1}`,
    async run(seed) {
      for (let more = 0; more < (quick ? 2 : 20); more++) {
        const { problems } = await simulate(scenario, seed + more)
        if (problems.length > 0)
          throw new Error(
            `${problems.join("; ")}: npm run simulate -- --only "${scenario.name}" --seed ${seed + more} --trace`,
          )
      }
    },
  }))
