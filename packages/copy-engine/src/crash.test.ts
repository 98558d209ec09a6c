import type { MemoryStoreOptions } from "@bcopy/repo"
import { faultyStore, type StoreFault } from "@bcopy/repo/testing"
import { expect, test } from "vitest"
import { backUp } from "./back-up.ts"
import { contentRoot } from "./testing/content-root.ts"
import { asHost, deadProcess } from "./testing/hosts.ts"
import { logOf } from "./testing/log-of.ts"
import { disksNow } from "./testing/memory-source.ts"
import { changed, noise } from "./testing/noise.ts"
import { storedBlocks } from "./testing/stored-blocks.ts"
import { makeWorld, type World } from "./testing/world.ts"
import { verify } from "./verify.ts"

const MIB = 1 << 20
const BLOCK = 64 << 10

/** What was there before: a point of two disks. */
const before = { sda: noise(100_000, 1), sdb: noise(100_000, 2) }
/** What is being backed up when it happens: 10 packs of news, so one checkpoint in the middle. */
const now = { sda: noise(4 * MIB, 3), sdb: changed(noise(5 * MIB + 99, 4), [{ at: 0, count: 10 }], 5) }
const roots = Object.fromEntries(Object.entries(now).map(([name, bytes]) => [name, contentRoot(bytes, BLOCK)]))
const source = () => disksNow(now, { identity: "snapshot 7" })

const task = { job: "nightly", workload: "web01", level: 0 }

/** Whether the whole run finished, and what the engine said. */
async function run(
  world: World,
  faults: readonly StoreFault[],
  process: number,
): Promise<{ requests: number; error: unknown }> {
  const faulty = faultyStore(world.store, { faults })
  let error: unknown
  try {
    await asHost(deadProcess(process), async () => backUp(await world.open(faulty), { source: source(), ...task }))
  } catch (caught) {
    error = caught
  }
  return { requests: faulty.requests, error }
}

async function prepare(options: Omit<MemoryStoreOptions, "clock">): Promise<World> {
  const world = makeWorld(options)
  await world.create()
  const first = { source: disksNow(before), ...task }
  await asHost(deadProcess(99), async () => backUp(await world.open(), first))
  return world
}

/** Everything that has to hold when a run was cut short somewhere and another one has finished. */
async function expectConverged(world: World, what: string): Promise<void> {
  const repository = await world.open()
  const proven = await verify(repository, { all: true, readData: "hash", dryRun: true })
  expect({ what, damaged: proven.damaged, unknown: proven.unknown }).toEqual({ what, damaged: [], unknown: [] })
  const { state, bodies } = await logOf(repository)
  const roots2 = bodies.flatMap((body) =>
    body.kind === "point"
      ? [Object.fromEntries(body.manifest.disks.map(({ name, contentRoot: root }) => [name, root]))]
      : [],
  )
  expect({ what, roots: roots2.slice(1) }).toEqual({ what, roots: roots2.slice(1).map(() => roots) })
  expect(roots2.length).toBeGreaterThanOrEqual(2)
  const twice = [...(await storedBlocks(repository, world.store, BLOCK))].filter(([, times]) => times > 1)
  expect({ what, twice: twice.length }).toEqual({ what, twice: 0 })
  // Every session is settled: it committed, or a fence names it, once.
  const settled = [...state.points.map(({ session }) => session), ...state.fenced.map(({ session }) => session)]
  expect(new Set(settled).size).toBe(settled.length)
  const beating = new Set(
    world.store.keys().flatMap((key) => (key.includes("/sessions/") ? [key.split("/").at(-2)] : [])),
  )
  for (const session of beating) expect(settled).toContain(session)
}

const kinds: readonly { name: string; faults: (at: number) => readonly StoreFault[] }[] = [
  { name: "the process dies before request", faults: (at) => [{ kind: "stop-before", at }] },
  { name: "the process dies after request", faults: (at) => [{ kind: "stop-after", at }] },
  { name: "there is no answer to request", faults: (at) => [{ kind: "fail-before", at }] },
  { name: "the answer is lost of request", faults: (at) => [{ kind: "fail-after", at }] },
  { name: "the bytes arrive late of request", faults: (at) => [{ kind: "land-late", at, landsAfter: 3 }] },
  {
    name: "the store is full from request",
    faults: (at) => Array.from({ length: 80 }, (_, more) => ({ kind: "fail-before", at: at + more, code: "NoSpace" })),
  },
]
/** Every request of a plain store and a process that dies; a sample of all else, since the whole takes minutes. */
const stores: readonly { name: string; step: number; options: Omit<MemoryStoreOptions, "clock"> }[] = [
  { name: "a plain store", step: 3, options: {} },
  { name: "a versioned store whose creates all win", step: 6, options: { versioning: "on", createIfAbsent: "hint" } },
]
for (const { name: storeName, step, options } of stores)
  for (const { name, faults } of kinds)
    test(`on ${storeName}, whenever ${name} k, every point restores and the next run converges, storing nothing twice`, async () => {
      const world = await prepare(options)
      const start = world.store.snapshot()
      const { requests, error } = await run(world, [], 1)
      expect(error).toBeUndefined()
      const every = step === 3 && name === "the process dies before request" ? 1 : step
      for (let at = 1; at <= requests; at += every) {
        world.store.restore(start)
        const what = `${name} ${at} of ${requests}`
        const crashed = await run(world, faults(at), 1)
        const committed = (await logOf(await world.open())).state.points.length > 1
        // Who is told that it failed may find the point there all the same, never the other way round.
        if (crashed.error === undefined) expect({ what, committed }).toEqual({ what, committed: true })
        const next = await run(world, [], 2)
        expect({ what, error: next.error }).toEqual({ what, error: undefined })
        await expectConverged(world, what)
      }
    })
