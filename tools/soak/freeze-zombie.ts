import { join } from "node:path"
import { setTimeout as wait } from "node:timers/promises"
import { seededRandom } from "@bcopy/repo/testing"
import { DEATH_WATCH_MS } from "../../packages/copy-engine/src/await-rivals.ts"
import { requireThat } from "../proof/require-that.ts"
import { type BcopyRun, runBcopy, type SendSignal } from "../proof/run-bcopy.ts"
import { requireIntact } from "./require-intact.ts"
import type { MakeCases, SoakCase, SoakStage } from "./soak-case.ts"
import { storedBySession, storedTwice } from "./stored-by-session.ts"
import { inTrialFolder, makeRepository, named } from "./trial-folder.ts"
import { readTrialLog } from "./trial-log.ts"
import { writerProgram } from "./writer-program.ts"

/** By a clock so fast the two minutes of the death watch are one second. */
const SPEED = 120
/** From so long before its first event on a writer may be stopped: about then it writes its first beat. */
const BEFORE_FIRST_EVENT_MS = 150
/** A writer may be stopped before its first beat or behind its commit, and is no zombie then: so many tries for each. */
const TRIES = 6
/** Fresh by the clock of its host, then watched: so many death watches at the most, and whatever the machine is busy with. */
const LIMIT_MS = 5 * DEATH_WATCH_MS

interface Way {
  readonly name: string
  /** Zombies that have to be shut out. */
  readonly full: number
  readonly quick: number
  readonly speed: number
  /** What the machines of the zombie and of the one that takes over are called; the real one if absent. */
  readonly machines: readonly [string?, string?]
}

const ways: readonly Way[] = [
  { name: "freeze-same-host", full: 4, quick: 0, speed: SPEED, machines: [] },
  { name: "freeze-other-host", full: 4, quick: 1, speed: SPEED, machines: ["one", "two"] },
  { name: "freeze-real-clock", full: 1, quick: 0, speed: 1, machines: [] },
]

/**
 * A writer that is stopped for longer than the death watch, while another takes over and commits: when it goes on it stops
 * at the fence, with status 11. Nothing is lost, and what it had stored is not stored again.
 */
export const freezeZombie: MakeCases = (stage) =>
  ways.flatMap((way): SoakCase[] => {
    const due = stage.quick ? way.quick : way.full
    return due === 0 ? [] : [{ name: way.name, run: (seed) => freezeMany(stage, way, due, seed) }]
  })

async function freezeMany(stage: SoakStage, way: Way, due: number, seed: number): Promise<void> {
  const random = seededRandom(seed)
  let shutOut = 0
  for (let tries = 0; shutOut < due; tries++) {
    requireThat(tries < due * TRIES, `only ${shutOut} of ${due} writers were stopped in the middle of their work`)
    if (await inTrialFolder(stage, (folder) => freezeOne(folder, stage.images, way, random))) shutOut++
  }
}

/** Gives whether the stopped writer was shut out. */
async function freezeOne(
  folder: string,
  images: readonly string[],
  { speed, machines }: Way,
  random: () => number,
): Promise<boolean> {
  const path = join(folder, "repository")
  const imageOf = new Map<string, string>()
  const sinceMs = Date.now()
  const runAs = async (writer: number, image: string, options: { onStart?: (send: SendSignal) => void } = {}) => {
    const machine = machines[writer]
    const program = writerProgram({ clock: { speed, sinceMs }, ...(machine !== undefined && { machine }) })
    const run = await runBcopy(["backup", "--repo", path, ...named, "--level", "0", `disk=${image}`], {
      expect: [0, 11],
      limitMs: LIMIT_MS,
      // With the machine's own clock and name it is the program itself.
      ...(speed !== 1 && { program }),
      ...options,
    })
    if (run.document.point !== undefined) imageOf.set(run.document.point, image)
    return run
  }
  const [before, stopped, after] = images as [string, string, string]
  await makeRepository(path)
  const usual = await runAs(0, before)
  const fromMs = (usual.events[0]?.atMs ?? 0) - BEFORE_FIRST_EVENT_MS
  const atMs = fromMs + random() * (usual.tookMs - fromMs)
  // The next one brings the same image, or one of which the zombie has stored some blocks.
  const image = random() < 0.5 ? stopped : after

  let send: SendSignal = () => undefined
  const zombie = runAs(0, stopped, { onStart: (sendThere) => (send = sendThere) })
  // It is awaited below; until then a failure of it is not unheard.
  zombie.catch(() => undefined)
  try {
    await wait(atMs)
    send("SIGSTOP")
    // All of its threads have stopped by then.
    await wait(50)
    const left = await storedBySession(path)
    await untilDone(() => runAs(1, image), DEATH_WATCH_MS / 10 / speed)
    const fenced = (await readTrialLog(path)).state?.fenced.map(({ session }) => session) ?? []
    const stored = await storedBySession(path)
    for (const session of fenced) {
      const others = [...stored].flatMap(([by, blocks]) => (by === session ? [] : [blocks]))
      const again = storedTwice([left.get(session) ?? new Map<string, number>(), ...others])
      requireThat(again.length === 0, `${again.length} blocks were stored again that the stopped writer had stored`)
    }
    send("SIGCONT")
    requireEnd(await zombie, fenced.length > 0)

    const points = (await readTrialLog(path)).state?.points ?? []
    const newest = imageOf.get(points.at(-1)?.point ?? "") ?? after
    const next = await runAs(1, newest)
    requireThat(next.status === 0, `the next run ended with ${next.status}: ${next.document.error?.message}`)
    requireThat(next.document.counts?.newBytes === 0, "the next run stored blocks of the newest point again")
    await requireIntact(path, imageOf)
    return fenced.length > 0
  } finally {
    send("SIGKILL")
    await zombie.catch(() => undefined)
  }
}

/** Runs until it is not busy any more: a process of the same machine counts as alive for as long as its beat is fresh. */
async function untilDone(run: () => Promise<BcopyRun>, againAfterMs: number): Promise<void> {
  for (;;) {
    const { status, document } = await run()
    if (status === 0) return
    const { code, message } = document.error ?? {}
    requireThat(code === "Busy", `the writer that was to take over ended with ${status}: ${message}`)
    await wait(againAfterMs)
  }
}

function requireEnd({ status, document }: BcopyRun, isShutOut: boolean): void {
  const code = document.error?.code ?? "a point"
  const due = isShutOut ? "Fenced" : "a point"
  requireThat(code === due, `the writer that had been stopped ended with ${status}, ${code}: ${due} was due`)
}
