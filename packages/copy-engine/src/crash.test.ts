import type { MemoryStoreOptions } from "@bcopy/repo"
import type { StoreFault } from "@bcopy/repo/testing"
import { expect, test } from "vitest"
import { crashAndGoOn, crashRun } from "./testing/crash-run.ts"
import { crashInBackup, crashInCopy, crashInResume, type CrashWork } from "./testing/crash-work.ts"
import { everyCase } from "./testing/every-case.ts"
import { makeWorld, type World, type WorldOptions } from "./testing/world.ts"

/** All that depends on what a request is about is tried in the clear; sealing is tried at some of them. */
const SEALED_STEP = 13

type FaultsAt = (at: number) => readonly StoreFault[]

/** What happens at request k: every k is tried. */
const always: Readonly<Record<string, FaultsAt>> = {
  "the process dies before": (at) => [{ kind: "stop-before", at }],
}
/** What differs from it only by what arrived: every fifth k, with `BCOPY_TEST_ALL=1` every one. */
const often: Readonly<Record<string, FaultsAt>> = {
  "the process dies after": (at) => [{ kind: "stop-after", at }],
  "the answer is lost of": (at) => [{ kind: "fail-after", at }],
}
/** Rarer things, for every eighth k. */
const sometimes: Readonly<Record<string, FaultsAt>> = {
  "there is no answer to": (at) => [{ kind: "fail-before", at }],
  "the bytes arrive late of": (at) => [{ kind: "land-late", at, landsAfter: 3 }],
  "the store is full from": (at) =>
    Array.from({ length: 80 }, (_, more) => ({ kind: "fail-before", at: at + more, code: "NoSpace" })),
}
const stores: Readonly<Record<string, Omit<MemoryStoreOptions, "clock">>> = {
  "a plain store": {},
  "a versioned store whose creates all win": { versioning: "on", createIfAbsent: "hint" },
}
const resumed = crashInResume(1, dieNearTheEnd)
const works: readonly CrashWork[] = [crashInBackup(1), crashInCopy(1), resumed]

const everyTime = [
  ...Object.entries(always).map(([name, made]) => [name, made, 1] as const),
  ...Object.entries(often).map(([name, made]) => [name, made, everyCase ? 1 : 5] as const),
  ...Object.entries(sometimes).map(([name, made]) => [name, made, 8] as const),
]

/** Tries the faults at every `step`-th request. */
async function tryEach(work: CrashWork, options: WorldOptions, faults: FaultsAt, step: number): Promise<void> {
  const world = makeWorld(options)
  await world.create()
  await work.prepare(world)
  const start = world.store.snapshot()
  const { requests, error } = await crashRun(world, work, [], 1)
  expect(error).toBeUndefined()
  for (let at = 1; at <= requests; at += step)
    expect({ at, of: requests, problems: await crashAndGoOn(world, work, start, faults(at)) }).toEqual({
      at,
      of: requests,
      problems: [],
    })
}

for (const [storeName, options] of Object.entries(stores))
  for (const work of works) {
    for (const [what, faults, step] of everyTime)
      test(`${work.name} on ${storeName}: whenever ${what} request k, every point restores and the next run converges, storing nothing twice`, () =>
        // Where versions are kept each creation is two requests: two of three are left out there.
        tryEach(work, options, faults, options.versioning === undefined ? step : everyCase ? 3 * step : 7))

    for (const [what, faults] of Object.entries(often))
      test(`${work.name} of an encrypted repository on ${storeName}: whenever ${what} request k, the same holds`, () =>
        tryEach(work, { ...options, encrypted: true }, faults, SEALED_STEP))
  }

/** Does the work until some checkpoints are behind it, and dies a few requests before it would have been done. */
async function dieNearTheEnd(world: World, work: CrashWork): Promise<void> {
  const start = world.store.snapshot()
  const toldUpTo = async (at: number) => {
    world.store.restore(start)
    world.events.length = 0
    await crashRun(world, work, [{ kind: "stop-before", at }], 98)
    return world.events.map(({ type }) => type)
  }
  // The first request before which it has been told that it committed.
  let [tooEarly, at] = [0, (await crashRun(world, work, [], 98)).requests + 1]
  while (at - tooEarly > 1) {
    const middle = (tooEarly + at) >> 1
    if ((await toldUpTo(middle)).includes("committed")) at = middle
    else tooEarly = middle
  }
  expect(await toldUpTo(at)).toContain("committed")
  expect(await toldUpTo(at - 6)).toContain("checkpoint")
}
