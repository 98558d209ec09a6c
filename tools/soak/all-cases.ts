import { chainCommands } from "./chain-commands.ts"
import { crashInProcess } from "./crash-in-process.ts"
import { freezeZombie } from "./freeze-zombie.ts"
import { killProcesses } from "./kill-processes.ts"
import { simulateSeeds } from "./simulate-seeds.ts"
import { simulateYears } from "./simulate-years.ts"
import type { MakeCases, SoakCase, SoakStage } from "./soak-case.ts"
import { twoWriters } from "./two-writers.ts"

/** Each gives cases of its kind; a name tells one case among all of them. */
const kinds: readonly MakeCases[] = [
  crashInProcess,
  chainCommands,
  simulateSeeds,
  simulateYears,
  killProcesses,
  freezeZombie,
  twoWriters,
]

/** What a round consists of, in order. */
export function allCases(stage: SoakStage): readonly SoakCase[] {
  return kinds.flatMap((make) => make(stage))
}
