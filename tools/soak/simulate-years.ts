import { longScenarios, simulate } from "../simulator/simulate.ts"
import type { MakeCases } from "./soak-case.ts"

/** Three years of dailies and hourlies in one process, on a store of each kind; minutes each, so not in the short form. */
export const simulateYears: MakeCases = ({ quick }) =>
  (quick ? [] : longScenarios).map((scenario, index) => ({
    name: `years-${index + 1}`,
    async run(seed) {
      const { problems } = await simulate(scenario, seed)
      if (problems.length > 0)
        throw new Error(
          `${problems.join("; ")}: npm run simulate -- --long --only "${scenario.name}" --seed ${seed} --trace`,
        )
    },
  }))
