import { rmSync } from "node:fs"
import { join } from "node:path"
import { setTimeout as wait } from "node:timers/promises"
import { seededRandom } from "@bcopy/repo/testing"
import { renderMiB, renderPercent, renderSeconds } from "./render-figures.ts"
import { requireSameFiles } from "./require-same-files.ts"
import { requireThat } from "./require-that.ts"
import { type BcopyRun, runBcopy } from "./run-bcopy.ts"
import type { Proof, Shown, Stage } from "./stage.ts"
import { storedBytes } from "./stored-bytes.ts"

/** Small packs and no compression: checkpoints come every sixteen packs, also of a small image. */
const PACK_SIZE = "8MiB"
const LEVEL = ["--level", "0"]
/** From its start the next run has so long to find what the dead one left. */
const MAX_START_MS = 2000
/** A kill may come when all is done; then there is another try. */
const TRIES = 5

/** kill -9 at a moment chosen by chance, of a backup and of a copy: the next run goes on from the checkpoint. */
export const proveKills: Proof = async (stage) => {
  const { folder, images } = stage
  const image = images[0] as string
  const whole = join(folder, "kill-reference")
  const init = (path: string) => runBcopy(["init", "--repo", path, "--no-encryption", "--pack-size", PACK_SIZE])
  const backUp = (path: string) => ["backup", "--repo", path, ...named, ...LEVEL, `disk=${image}`]
  await init(whole)
  const reference = await runBcopy(backUp(whole))
  const referenceBytes = storedBytes(join(whole, "backups"))
  const random = seededRandom(stage.seed)
  const prove = (what: string, argsFor: (path: string) => readonly string[]) =>
    proveKill(stage, { what, argsFor, init, referenceBytes, reference, random, image })
  const shown = [
    await prove("backup", backUp),
    await prove("copy", (path) => ["copy", "--from", whole, "--to", path, ...LEVEL]),
  ]
  rmSync(whole, { recursive: true })
  return shown
}

interface Kill {
  readonly what: string
  readonly argsFor: (path: string) => readonly string[]
  readonly init: (path: string) => Promise<unknown>
  readonly image: string
  /** The same backup without a kill, and what it left in its repository. */
  readonly reference: BcopyRun
  readonly referenceBytes: number
  readonly random: () => number
}

async function proveKill({ folder }: Stage, kill: Kill): Promise<Shown> {
  const { what, argsFor, init, image, reference, referenceBytes, random } = kill
  const checkpoints = reference.events.filter(({ event }) => event.type === "checkpoint").length
  requireThat(checkpoints > 0, "the image is too small for a checkpoint: there is nothing to go on from")
  for (let attempt = 1; attempt <= TRIES; attempt++) {
    const path = join(folder, `kill-${what}-${attempt}`)
    await init(path)
    // Behind the last one there may be little left to be killed in.
    const checkpoint = Math.ceil(random() * Math.max(1, checkpoints - 1))
    const killed = await killAt(argsFor(path), checkpoint, random() * 150)
    // Too late: it had ended, or its point was in the log already and only its last words were cut off.
    const points = await runBcopy(["points", "--repo", path])
    if (killed.status !== undefined || (points.document.points ?? []).length > 0) {
      rmSync(path, { recursive: true })
      continue
    }
    const next = await runBcopy(argsFor(path))
    const adopted = next.events.find(({ event }) => event.type === "adopted")
    requireThat(adopted?.event.type === "adopted", `the ${what} after the kill began anew`)
    requireThat(adopted.atMs <= MAX_START_MS, `it took ${adopted.atMs} ms to find what was left`)
    const { cursorBytes, packs } = adopted.event
    requireThat(cursorBytes > 0, `the ${what} after the kill did not go on from a checkpoint`)
    const counts = next.document.counts ?? next.document.copied?.[0]?.counts
    requireThat(counts !== undefined, `the ${what} after the kill brought no point`)
    const total = storedBytes(join(path, "backups"))
    // Beside the blocks there are one more beat, a fence, and the map pages of the checkpoint.
    const limit = referenceBytes * 1.01 + 2 ** 20
    requireThat(total <= limit, `${total} bytes are stored after the kill, ${referenceBytes} without one`)
    const output = join(folder, "kill-restored.raw")
    await runBcopy(["restore", "--repo", path, "--workload", "web", "--output", output])
    requireSameFiles(output, image)
    for (const file of [path, output]) rmSync(file, { recursive: true })
    const died = killed.events.findLast(({ event }) => event.type === "checkpoint")?.event
    return {
      claim: `kill -9 during a ${what}: the next run goes on from the checkpoint, and nothing is stored twice`,
      figures: [
        `killed after ${renderSeconds(killed.tookMs)}, behind the checkpoint of pack ${died?.type === "checkpoint" ? died.packs : 0}`,
        `found what was left ${renderSeconds(adopted.atMs)} after its start: ${renderMiB(cursorBytes)} done, ${packs} packs behind the checkpoint`,
        `the next run read ${renderMiB(counts.readBytes)} of ${renderMiB(counts.totalBytes)}, and stored ${renderMiB(counts.storedBytes)}`,
        `in the repository ${renderMiB(total)}, without a kill ${renderMiB(referenceBytes)}: ${renderPercent(total / referenceBytes)}`,
      ],
    }
  }
  throw new Error(`the ${what} had ended before the kill ${TRIES} times`)
}

/** Kills the program some time after its checkpoint number `checkpoint`. */
async function killAt(args: readonly string[], checkpoint: number, afterMs: number): Promise<BcopyRun> {
  let seen = 0
  return runBcopy(args, {
    expect: [0, undefined],
    onEvent: ({ type }, kill) => {
      if (type === "checkpoint" && ++seen === checkpoint) void wait(afterMs).then(() => kill("SIGKILL"))
    },
  })
}

const named = ["--job", "nightly", "--workload", "web"]
