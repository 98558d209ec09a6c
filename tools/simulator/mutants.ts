import { epochMutants } from "./epoch-mutants.ts"
import { logMutants } from "./log-mutants.ts"
import { movingMutants } from "./moving-mutants.ts"
import type { Mutant } from "./mutant.ts"

/** Each protection of reclaim by itself. */
export const mutants: readonly Mutant[] = [...epochMutants, ...movingMutants, ...logMutants]
