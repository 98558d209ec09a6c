import { styleText } from "node:util"
import { seededRandom } from "@bcopy/repo/testing"
import { renderSeconds } from "../proof/render-figures.ts"
import type { SoakCase } from "./soak-case.ts"

export interface RunSoakOptions {
  /** The seed of the first round; those of the others are drawn from it. */
  readonly seed: number
  /** After so many rounds it ends. */
  readonly rounds: number
  /** By this clock no case begins after `untilMs`. */
  readonly now: () => number
  readonly untilMs: number
  /** What the command line that replays a failure has to say beside the case and its seed. */
  readonly replayArgs: readonly string[]
  readonly print: (line: string) => void
}

/** How a soak went, kept up to date while it goes. */
export interface SoakTally {
  rounds: number
  cases: number
  /** Command lines, each of which runs one failed case again. */
  readonly failures: string[]
}

/** Runs all cases, round by round, each round with another seed, whatever fails on the way. */
export async function runSoak(cases: readonly SoakCase[], options: RunSoakOptions, tally: SoakTally): Promise<void> {
  const { rounds, now, untilMs, replayArgs, print } = options
  const draw = seededRandom(options.seed)
  for (let seed = options.seed; tally.rounds < rounds; seed = Math.floor(draw() * 2 ** 32)) {
    for (const { name, run } of cases) {
      if (now() >= untilMs) return
      const startMs = now()
      tally.cases++
      try {
        await run(seed)
        print(`ok    ${name}  seed ${seed}  ${renderSeconds(now() - startMs)}`)
      } catch (error) {
        const replay = ["npm run soak --", ...replayArgs, `--only ${name} --seed ${seed} --rounds 1`].join(" ")
        tally.failures.push(replay)
        print(`${styleText("red", "FAIL")}  ${name}  seed ${seed}  ${renderSeconds(now() - startMs)}`)
        print(`        ${error instanceof Error ? error.message : String(error)}`)
        print(`        ${replay}`)
      }
    }
    tally.rounds++
  }
}

/** What is said at the end, whether by itself or because somebody stopped it. */
export function renderTally({ rounds, cases, failures }: SoakTally, tookMs: number): string {
  const sum = `soak: ${cases} cases, ${rounds} whole rounds, ${failures.length} failures, ${renderSeconds(tookMs)}`
  return [...failures.map((replay) => `failed: ${replay}`), sum].join("\n")
}
