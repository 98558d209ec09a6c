import type { WorldOptions } from "../../../packages/copy-engine/src/testing/world.ts"
import { brokenPromises } from "./check-stage.ts"
import { Stage } from "./stage.ts"

/** Engines that meet in one certain order, for which what the protocol promises must hold. */
export interface Interleaving {
  readonly name: string
  readonly store?: WorldOptions
  /** What does not hold yet. */
  readonly broken?: string
  run(stage: Stage): Promise<void>
}

/** Plays an interleaving, and gives what does not hold. */
export async function play({ store, run }: Interleaving): Promise<readonly string[]> {
  const stage = await Stage.begin(store)
  try {
    await run(stage)
  } catch (error) {
    const { code, message } = error as { readonly code?: string; readonly message: string }
    stage.problem(`it does not come to its end: ${code ?? "?"} ${message}`)
  }
  return [...stage.problems, ...(await brokenPromises(stage))]
}
