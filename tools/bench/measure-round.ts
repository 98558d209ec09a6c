import { execFileSync } from "node:child_process"
import { linkSync, mkdirSync, mkdtempSync, openSync, readSync, closeSync, rmSync } from "node:fs"
import { join } from "node:path"
import { storedBytes } from "../proof/stored-bytes.ts"
import type { Contender, Step } from "./contender.ts"
import { type TimedRun, timedRun } from "./timed-run.ts"

/** One contender's run of one step. */
export interface Measured extends Omit<TimedRun, "output"> {
  readonly contender: string
  readonly step: Step
}

/** All runs of a round, and what each contender's repository holds at its end. */
export interface Round {
  readonly measured: readonly Measured[]
  readonly storedBytes: Readonly<Record<string, number>>
}

/**
 * Has every contender do every step, one right after the other, on the same images: full, copy, increment, copy, three
 * more increments, restore, verify. Everybody finds the images in memory.
 */
export async function measureRound(
  folder: string,
  images: readonly string[],
  makeContenders: (folder: string) => readonly Contender[],
): Promise<Round> {
  const work = mkdtempSync(join(folder, "round-"))
  const measured: Measured[] = []
  const contenders = makeContenders(work)
  const image = join(work, "disk.raw")
  const run = async (step: Step, isMeasured = true) => {
    for (const contender of contenders) {
      const restored = join(work, `restored-${contender.name}`)
      const command = contender.command(step, { image, restored })
      if (command === undefined) continue
      mkdirSync(restored)
      settleDisk()
      readThrough(image)
      const { output: _, ...took } = await timedRun(command, contender.options)
      rmSync(restored, { recursive: true })
      if (isMeasured) measured.push({ contender: contender.name, step, ...took })
    }
  }
  try {
    for (const contender of contenders) contender.begin()
    for (const [version, path] of images.entries()) {
      rmSync(image, { force: true })
      linkSync(path, image)
      await run(version === 0 ? "first full" : "next increment", version < 2)
      if (version === 0) await run("first full, level 1")
      if (version === 0) await run("compress alone")
      if (version < 2) await run(version === 0 ? "copy, first point" : "copy, next point")
      if (version === 1) await run("open both")
    }
    for (const step of ["restore", "verify, all data", "verify, seals only"] as const) await run(step)
    const stored = contenders.map(({ name, repository }) => [name, storedBytes(repository)] as const)
    return { measured, storedBytes: Object.fromEntries(stored) }
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}

/** Has the disk write what was left to it: nobody waits for what another one wrote. */
export function settleDisk(): void {
  if (process.platform !== "win32") execFileSync("sync")
}

/** Has a file in memory before it is read for measure. */
function readThrough(path: string): void {
  const file = openSync(path, "r")
  const memory = new Uint8Array(8 << 20)
  while (readSync(file, memory) > 0);
  closeSync(file)
}
