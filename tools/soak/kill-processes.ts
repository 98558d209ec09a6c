import { seededRandom } from "@bcopy/repo/testing"
import { requireThat } from "../proof/require-that.ts"
import { cutChain, type StepTimes } from "./cut-chain.ts"
import type { Cut } from "./cut-run.ts"
import type { MakeCases, SoakCase, SoakStage } from "./soak-case.ts"
import { inTrialFolder } from "./trial-folder.ts"
import { writerProgram } from "./writer-program.ts"

/** So many runs are cut short by a case at least. */
const CUTS = { full: 30, quick: 1 }
/** A chain that is done before any of its cuts comes is one of so many in vain. */
const MAX_CHAINS = 40
/** A run is cut short so often before it is left alone, at the most. */
const MAX_CUTS_A_STEP = { full: 3, quick: 1 }
/** From so long before its first event on: about then it writes its first beat. */
const BEFORE_FIRST_EVENT_MS = 150
/** Half a minute goes by between checkpoints; by this clock that is a sixth of a second. */
const CHECKPOINT_SPEED = 180

interface Way {
  readonly name: string
  readonly signals: readonly Cut["signal"][]
  readonly args: readonly string[]
  readonly program?: () => readonly string[]
  /** Left out of the short form. */
  readonly isLong?: boolean
}

/** With the default memory threads do the work behind the first 24 MiB, with the least that is allowed there are none. */
const alone = ["--memory", "136MiB"]

const ways: readonly Way[] = [
  { name: "kill-threads", signals: ["SIGKILL"], args: [] },
  { name: "kill-alone", signals: ["SIGKILL"], args: alone, isLong: true },
  {
    name: "kill-checkpoints",
    signals: ["SIGKILL"],
    args: [],
    program: () => writerProgram({ clock: { speed: CHECKPOINT_SPEED, sinceMs: Date.now() } }),
  },
  { name: "interrupt", signals: ["SIGINT", "SIGTERM"], args: [] },
]

/**
 * Processes that are ended at moments chosen by chance, from before their first beat until after their commit: whatever
 * was committed is whole, the next run succeeds, and nothing is stored twice because of it.
 */
export const killProcesses: MakeCases = (stage) =>
  ways
    .filter(({ isLong = false }) => !isLong || !stage.quick)
    .map((way): SoakCase => ({ name: way.name, run: runner(stage, way) }))

function runner(stage: SoakStage, way: Way): SoakCase["run"] {
  return async (seed) => {
    const random = seededRandom(seed)
    const form = stage.quick ? "quick" : "full"
    const due = CUTS[form]
    const images = stage.quick ? stage.images.slice(0, 1) : stage.images
    let times: readonly StepTimes[] | undefined
    let cut = 0
    for (let chain = 0; cut < due; chain++) {
      requireThat(chain < MAX_CHAINS, `only ${cut} runs were cut short in ${MAX_CHAINS} chains`)
      // Compression decides how much the processor does between two packs.
      const level = String(Math.floor(random() * 2))
      const options = { images, args: ["--level", level, ...way.args], ...(way.program && { program: way.program() }) }
      // The first chain is left alone: it tells how long the steps take.
      times ??= (await inTrialFolder(stage, (folder) => cutChain({ folder, ...options, cutsOf: () => [] }))).steps
      const cuts = times.map((step) => drawCuts(step, way, MAX_CUTS_A_STEP[form], random))
      const done = await inTrialFolder(stage, (folder) =>
        cutChain({ folder, ...options, cutsOf: (step) => cuts[step] ?? [] }),
      )
      cut += done.cut
    }
  }
}

function drawCuts(
  { firstEventMs, tookMs }: StepTimes,
  { signals }: Way,
  most: number,
  random: () => number,
): readonly Cut[] {
  const fromMs = Math.max(0, firstEventMs - BEFORE_FIRST_EVENT_MS)
  return Array.from({ length: 1 + Math.floor(random() * most) }, () => {
    const atMs = fromMs + random() * (tookMs - fromMs)
    const signal = signals[Math.floor(random() * signals.length)] as Cut["signal"]
    const again = random()
    return { atMs, signal, ...(signal !== "SIGKILL" && again < 0.25 && { againMs: again * 400 }) }
  })
}
