import { join } from "node:path"
import { setTimeout as wait } from "node:timers/promises"
import { seededRandom } from "@bcopy/repo/testing"
import { requireThat } from "../proof/require-that.ts"
import { type BcopyRun, runBcopy } from "../proof/run-bcopy.ts"
import { RUN_LIMIT_MS } from "./cut-run.ts"
import { requireIntact } from "./require-intact.ts"
import type { MakeCases, SoakCase, SoakStage } from "./soak-case.ts"
import { inTrialFolder, makeRepository, named } from "./trial-folder.ts"
import { readTrialLog } from "./trial-log.ts"
import { writerProgram } from "./writer-program.ts"

/** By a clock so fast beats are two thirds of a second apart; nobody is busy for the four seconds of a death watch. */
const SPEED = 30
/** The second writer begins up to so much later. */
const MAX_DELAY_MS = 1200
/** Clocks of two hosts are up to so far apart. */
const MAX_SKEW_MS = 60 * 60_000
const RACES = { full: 6, quick: 1 }

/** Two writers of one race: how each is run, and what it may say of the other. */
interface Race {
  readonly folder: string
  readonly images: readonly string[]
  readonly programs: readonly (readonly string[])[]
  /** Who shuts the other out. */
  readonly takeOver: readonly boolean[]
  readonly delayMs: number
  readonly isOneHost: boolean
  /** Nothing has been written for the workload before. */
  readonly isFirst: boolean
}

/**
 * Two processes write one workload at the same time, as processes of one machine or of two. Promised is that whatever
 * either says it has committed is there and whole, that each ends as committed, busy or shut out, that one of them
 * commits unless each shuts out the other, and that the next run goes on. Each stores a block once; that both store the
 * same one is nothing wrong: a writer knows what another has stored only when it has adopted that.
 */
export const twoWriters: MakeCases = (stage) =>
  [
    { name: "writers-same-host", machines: [] },
    { name: "writers-two-hosts", machines: ["one", "two"] },
  ].map(({ name, machines }): SoakCase => ({ name, run: (seed) => raceMany(stage, machines, seed) }))

async function raceMany(stage: SoakStage, machines: readonly string[], seed: number): Promise<void> {
  const { images, quick } = stage
  const random = seededRandom(seed)
  for (let race = 0; race < RACES[quick ? "quick" : "full"]; race++) {
    const isCopy = random() < 0.4
    const sinceMs = Date.now()
    const programs = [0, 1].map((writer) => {
      const machine = machines[writer]
      const clock = { speed: SPEED, sinceMs, aheadMs: Math.round((random() - 0.5) * MAX_SKEW_MS) }
      // One machine has one clock.
      return writerProgram(machine === undefined ? { clock: { speed: SPEED, sinceMs } } : { clock, machine })
    })
    const takeOver = [random() < 0.25, random() < 0.5]
    // Most often they begin almost at once.
    const drawn = { delayMs: random() ** 2 * MAX_DELAY_MS, isFirst: random() < 0.5, isOneHost: machines.length === 0 }
    await inTrialFolder(stage, (folder) =>
      (isCopy ? raceCopies : raceBackups)({ folder, images, programs, takeOver, ...drawn }),
    )
  }
}

/** Runs two command lines as the two writers. */
async function runBoth(race: Race, argsOf: (writer: number) => readonly string[]): Promise<readonly BcopyRun[]> {
  const { programs, takeOver, delayMs } = race
  const running = programs.map(async (program, writer) => {
    if (writer === 1) await wait(delayMs)
    const args = [...argsOf(writer), "--level", "0", ...(takeOver[writer] === true ? ["--take-over"] : [])]
    return runBcopy(args, { program, expect: [0, 3, 11], limitMs: RUN_LIMIT_MS })
  })
  // A failure of one is told when both have ended.
  await Promise.allSettled(running)
  const runs = await Promise.all(running)
  const codes = runs.map(({ document: { error, failed = [] } }) => error?.code ?? failed[0]?.error.code)
  for (const code of codes)
    requireThat([undefined, "Busy", "Fenced"].includes(code), `a writer ended with ${code}, not as busy or shut out`)
  const [first, second] = takeOver
  if (first !== true || second !== true)
    requireThat(codes.includes(undefined), `neither writer went through: ${codes.join(", ")}`)
  if (race.isOneHost && first !== true && second !== true)
    requireThat(!codes.includes("Fenced"), "a live process of this machine was shut out")
  return runs
}

async function raceBackups(race: Race): Promise<void> {
  const { folder, images, isFirst } = race
  const [before, ...brought] = images as [string, string, string]
  const path = join(folder, "repository")
  const imageOf = new Map<string, string>()
  const backUp = (image: string) => ["backup", "--repo", path, ...named, `disk=${image}`]
  const note = ({ document: { point } }: BcopyRun, image: string) => {
    if (point !== undefined) imageOf.set(point, image)
  }
  await makeRepository(path)
  if (!isFirst) note(await runBcopy(backUp(before)), before)
  const runs = await runBoth(race, (writer) => backUp(brought[writer] as string))
  for (const [writer, run] of runs.entries()) note(run, brought[writer] as string)

  const points = (await readTrialLog(path)).state?.points ?? []
  const newest = imageOf.get(points.at(-1)?.point ?? "")
  const next = await runBcopy(backUp(newest ?? before), { limitMs: RUN_LIMIT_MS })
  note(next, newest ?? before)
  if (newest !== undefined)
    requireThat(next.document.counts?.newBytes === 0, "the next run stored blocks of the newest point again")
  await requireIntact(path, imageOf)
}

async function raceCopies(race: Race): Promise<void> {
  const { folder, images, isFirst } = race
  const [source, target] = [join(folder, "source"), join(folder, "target")]
  const imageOf = new Map<string, string>()
  for (const path of [source, target]) await makeRepository(path)
  const copy = ["copy", "--from", source, "--to", target, "--select", "all"]
  for (const [index, image] of images.slice(0, 2).entries()) {
    const { point = "" } = (await runBcopy(["backup", "--repo", source, ...named, `disk=${image}`])).document
    imageOf.set(point, image)
    if (index === 0 && !isFirst) await runBcopy(copy)
  }
  await runBoth(race, () => copy)
  await runBcopy(copy, { limitMs: RUN_LIMIT_MS })
  const points = (await readTrialLog(target)).state?.points ?? []
  const origins = points.map(({ origin }) => origin.point)
  requireThat(origins.toSorted().join() === [...imageOf.keys()].toSorted().join(), "not every point was copied once")
  await requireIntact(target, new Map(points.map(({ point, origin }) => [point, imageOf.get(origin.point) ?? ""])))
}
