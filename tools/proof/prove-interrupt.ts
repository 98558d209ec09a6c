import { rmSync } from "node:fs"
import { join } from "node:path"
import { setTimeout as wait } from "node:timers/promises"
import { seededRandom } from "@bcopy/repo/testing"
import { renderMiB, renderSeconds } from "./render-figures.ts"
import { requireSameFiles } from "./require-same-files.ts"
import { requireThat } from "./require-that.ts"
import { runBcopy } from "./run-bcopy.ts"
import type { Proof } from "./stage.ts"

/** Ctrl-C may come when all is done; then there is another try. */
const TRIES = 5

/** Ctrl-C at a moment chosen by chance: exit status 130, a checkpoint, and the next run goes on from it. */
export const proveInterrupt: Proof = async ({ folder, images, seed }) => {
  const image = images[0] as string
  const random = seededRandom(seed + 1)
  for (let attempt = 1; attempt <= TRIES; attempt++) {
    const repository = join(folder, `interrupt-${attempt}`)
    const backUp = ["backup", "--repo", repository, "--job", "nightly", "--workload", "web", `disk=${image}`]
    await runBcopy(["init", "--repo", repository, "--no-encryption"])
    const waitMs = 100 + random() * 400
    let begun: Promise<void> | undefined
    let pressedMs = 0
    const press = async (kill: (signal: "SIGINT") => void) => {
      await wait(waitMs)
      pressedMs = performance.now()
      kill("SIGINT")
    }
    const stopped = await runBcopy(backUp, {
      expect: [0, 130],
      onEvent: ({ type }, kill) => {
        if (type !== "task") return
        begun ??= press(kill)
      },
    })
    const endedMs = performance.now()
    if (stopped.status === 0) {
      rmSync(repository, { recursive: true })
      continue
    }
    const { error } = stopped.document
    requireThat(error?.code === "Interrupted", `Ctrl-C ended with ${error?.code}`)
    const next = await runBcopy(backUp)
    const adopted = next.events.find(({ event }) => event.type === "adopted")?.event
    requireThat(adopted?.type === "adopted" && adopted.cursorBytes > 0, "the backup after Ctrl-C began anew")
    const output = join(folder, "interrupt-restored.raw")
    await runBcopy(["restore", "--repo", repository, "--workload", "web", "--output", output])
    requireSameFiles(output, image)
    for (const path of [repository, output]) rmSync(path, { recursive: true })
    return [
      {
        claim: "Ctrl-C during a backup ends it with status 130, and the next run goes on from its checkpoint",
        figures: [
          `it took ${renderSeconds(endedMs - pressedMs)} to keep the checkpoint`,
          `${renderMiB(adopted.cursorBytes)} done, then read ${renderMiB(next.document.counts?.readBytes ?? 0)}`,
        ],
      },
    ]
  }
  throw new Error(`the backup had ended before Ctrl-C ${TRIES} times`)
}
