import { join } from "node:path"
import { requireThat } from "../proof/require-that.ts"
import { type BcopyRun, runBcopy } from "../proof/run-bcopy.ts"
import { type Cut, cutRun, RUN_LIMIT_MS } from "./cut-run.ts"
import { requireIntact } from "./require-intact.ts"
import { storedBySession, storedTwice } from "./stored-by-session.ts"
import { makeRepository, named } from "./trial-folder.ts"
import { readTrialLog } from "./trial-log.ts"

/** How long a step takes when nothing happens to it. */
export interface StepTimes {
  /** When the first event came, from the start of the process: by then its session has begun. */
  readonly firstEventMs: number
  readonly tookMs: number
}

export interface CutChainOptions {
  /** Folder for its repositories. */
  readonly folder: string
  readonly images: readonly string[]
  /** Options of every run. */
  readonly args: readonly string[]
  /** What is run in place of the program itself. */
  readonly program?: readonly string[]
  /** The cuts of a step: each run is cut short, and the next one goes on from it; the last run of a step is left alone. */
  readonly cutsOf: (step: number) => readonly Cut[]
}

/**
 * Backs every image up, then copies all points, with runs cut short on the way. If any were, both repositories are proven
 * in the end: every point is there and whole, and no block is stored twice. Gives what the last run of each step took, and
 * how many runs were cut short; one that had ended before is none.
 */
export async function cutChain(options: CutChainOptions): Promise<{ steps: readonly StepTimes[]; cut: number }> {
  const { folder, images, args, program, cutsOf } = options
  const primary = join(folder, "primary")
  const target = join(folder, "target")
  for (const path of [primary, target]) await makeRepository(path)
  const imageOf = new Map<string, string>()
  const steps: StepTimes[] = []
  let cut = 0

  for (const [step, image] of images.entries())
    await take(step, ["backup", "--repo", primary, ...named, `disk=${image}`], async () => {
      // One process at a time writes: what is new was brought by the run before.
      const { state } = await readTrialLog(primary)
      for (const { point } of state?.points ?? []) if (!imageOf.has(point)) imageOf.set(point, image)
    })
  await take(images.length, ["copy", "--from", primary, "--to", target, "--select", "all"])
  if (cut === 0) return { steps, cut }

  const brought = [...imageOf.values()]
  for (const image of images) requireThat(brought.includes(image), `no point of ${image} was committed`)
  requireThat(brought.toSorted().join() === brought.join(), "the points are not in the order of the backups")
  await requireIntact(primary, imageOf)
  const { state } = await readTrialLog(target)
  const copies = (state?.points ?? []).map(({ point, origin }) => [point, imageOf.get(origin.point) ?? ""] as const)
  requireThat(copies.length === imageOf.size, `${copies.length} of ${imageOf.size} points were copied`)
  await requireIntact(target, new Map(copies))
  for (const path of [primary, target]) {
    const twice = storedTwice((await storedBySession(path)).values())
    requireThat(twice.length === 0, `${path} stores ${twice.length} blocks twice`)
  }
  return { steps, cut }

  /** Runs the same work until it was left alone, and calls `look` after each run. */
  async function take(step: number, command: readonly string[], look?: () => Promise<void>): Promise<void> {
    for (const each of cutsOf(step)) {
      const run = await cutRun([...command, ...args], each, program)
      if (run.status !== 0) cut++
      await look?.()
      requireTold(run)
    }
    const run = await runBcopy([...command, ...args], {
      limitMs: RUN_LIMIT_MS,
      ...(program !== undefined && { program }),
    })
    await look?.()
    requireTold(run)
    steps.push({ firstEventMs: run.events[0]?.atMs ?? run.tookMs, tookMs: run.tookMs })
  }

  /** A point that was reported is there. */
  function requireTold({ document: { point } }: BcopyRun): void {
    requireThat(point === undefined || imageOf.has(point), `point ${point} was reported, and is not there`)
  }
}
