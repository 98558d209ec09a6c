import { drawFaults, seededRandom, type StoreFault } from "@bcopy/repo/testing"
import { crashAndGoOn, crashRun } from "../../packages/copy-engine/src/testing/crash-run.ts"
import { crashInBackup, crashInCopy, type CrashWork } from "../../packages/copy-engine/src/testing/crash-work.ts"
import { makeWorld } from "../../packages/copy-engine/src/testing/world.ts"
import type { MakeCases } from "./soak-case.ts"

const stores = {
  plain: {},
  versioned: { versioning: "on", createIfAbsent: "hint" },
} as const
const works: Readonly<Record<string, (seed: number) => CrashWork>> = { backup: crashInBackup, copy: crashInCopy }

/** Requests that fail in many ways, in one or several runs after each other, each of which dies at some request; then one in peace. */
export const crashInProcess: MakeCases = ({ quick }) =>
  Object.entries(works).flatMap(([work, make]) =>
    Object.entries(stores).map(([store, options]) => ({
      name: `crash-${work}-${store}`,
      async run(seed) {
        const random = seededRandom(seed)
        const world = makeWorld(options)
        await world.create()
        const task = make(Math.floor(random() * 1e6))
        await task.prepare(world)
        const start = world.store.snapshot()
        const { requests } = await crashRun(world, task, [], 1)
        for (let time = 0; time < (quick ? 10 : 100); time++) {
          const runs = Array.from({ length: 1 + Math.floor(random() * 3) }, () => badRun(random, requests))
          const problems = await crashAndGoOn(world, task, start, ...runs)
          if (problems.length > 0) throw new Error(`${JSON.stringify(runs)}: ${problems.join("; ")}`)
        }
      },
    })),
  )

/** Faults of one run, the last of which is its death; now and then it lives. */
function badRun(random: () => number, requests: number): readonly StoreFault[] {
  const faults = drawFaults(random, { requests, share: random() * 0.1 })
  const kind = random() < 0.5 ? ("stop-before" as const) : ("stop-after" as const)
  return random() < 0.2 ? faults : [...faults, { kind, at: 1 + Math.floor(random() * requests) }]
}
