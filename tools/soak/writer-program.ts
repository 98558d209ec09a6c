import { join } from "node:path"
import type { ClockSetup } from "./fast-clock.ts"

/** What a writer takes itself for. */
export interface WriterSetup {
  readonly clock: ClockSetup
  /** The machine it says it runs on; the real one if absent. */
  readonly machine?: string
}

const path = join(import.meta.dirname, "writer-process.ts")

/** The command line of a writer process, as `runBcopy` takes it. */
export function writerProgram(setup: WriterSetup): readonly string[] {
  return [path, JSON.stringify(setup)]
}
