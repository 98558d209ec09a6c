import { expect, test } from "vitest"
import { backUp } from "./back-up.ts"
import { copy } from "./copy.ts"
import { repositorySource } from "@bcopy/source-repository"
import type { EngineEvent } from "./engine-event.ts"
import { findPoint } from "./list-points.ts"
import { memoryPlan } from "./memory-budget.ts"
import { disksNow } from "./testing/memory-source.ts"
import { changed, noise } from "./testing/noise.ts"
import { makeWorld } from "./testing/world.ts"
import { verify } from "./verify.ts"

const MIB = 1 << 20
// More than what is moved before threads are started, with repetitions far apart.
const first = noise(72 * MIB + 77, 1)
first.copyWithin(60 * MIB, 3 * MIB, 9 * MIB)
const second = changed(
  first,
  [
    { at: 5 * MIB, count: 3 * MIB },
    { at: 70 * MIB, count: 10_000 },
  ],
  2,
)

async function broughtBy(movers: number) {
  const world = makeWorld({ id: `movers ${movers}` })
  await world.create()
  const repository = await world.open(undefined, { packBytes: 8 * MIB })
  const roots = []
  for (const sda of [first, second]) {
    const source = disksNow({ sda })
    roots.push((await backUp(repository, { source, job: "nightly", workload: "web01", level: 1, movers })).contentRoots)
  }
  return { world, repository, roots }
}

test("content roots are the same for any number of movers, and every block is where the map says", async () => {
  const { roots: expected } = await broughtBy(0)
  for (const movers of [1, 3]) {
    const { repository, roots } = await broughtBy(movers)
    expect(roots).toEqual(expected)
    expect(await verify(repository, { all: true, readData: "hash" })).toMatchObject({
      points: 2,
      damaged: [],
      unknown: [],
    })
  }
})

test("a copy by threads has the content of its source, and stores nothing that it has", async () => {
  const { repository } = await broughtBy(0)
  const world = makeWorld({ id: "target" })
  await world.create()
  const target = await world.open(undefined, { packBytes: 8 * MIB })
  const source = repositorySource({ view: repository.view })
  const report = await copy(target, { source, select: "all", movers: 2, level: 1 })
  expect(report.copied.map(({ kind }) => kind)).toEqual(["full", "increment"])
  expect(report.copied[1]?.counts.newBytes).toBeLessThan(4 * MIB)
  const here = await findPoint(repository, { workload: "web01" })
  const there = await findPoint(target, { workload: "web01" })
  expect(there.point.origin).toEqual(here.point.origin)
  expect(await verify(target, { all: true, readData: "hash" })).toMatchObject({ damaged: [], unknown: [] })
})

test("a failure in the store stops the threads, and the next run stores nothing twice", async () => {
  const world = makeWorld()
  await world.create()
  const whole = await world.open(undefined, { packBytes: 8 * MIB })
  const source = disksNow({ sda: first })
  let created = 0
  const failing = {
    ...whole,
    store: {
      ...whole.store,
      capabilities: whole.store.capabilities,
      createPack: async (...request: Parameters<typeof whole.store.createPack>) => {
        if (++created === 6) throw new Error("the store is gone")
        return whole.store.createPack(...request)
      },
    },
  }
  const options = { source, job: "nightly", workload: "web01", level: 0, movers: 2 }
  await expect(backUp(failing, options)).rejects.toThrow("the store is gone")
  expect((await backUp(whole, options)).kind).toBe("full")
  expect(await verify(whole, { all: true, readData: "hash" })).toMatchObject({ points: 1, damaged: [] })
})

test("checkpoints go on while threads move: the cursor follows what is stored", async () => {
  const world = makeWorld()
  await world.create()
  const repository = await world.open(undefined, { packBytes: MIB })
  const stop = new AbortController()
  const { onEvent } = repository.seams
  const stopping = {
    ...repository,
    seams: {
      ...repository.seams,
      onEvent: (event: EngineEvent) => {
        onEvent?.(event)
        if (event.type === "transfer" && event.counts.doneBytes > 68 * MIB) stop.abort()
      },
    },
  }
  // One block short of whole slots, so that the first mover is left with a slot that is not full.
  const odd = first.slice().fill(0, 0, 1 << 16)
  const options = {
    source: disksNow({ sda: odd }, { identity: "same" }),
    job: "nightly",
    workload: "web01",
    level: 0,
  }
  await expect(backUp(stopping, { ...options, movers: 2, signal: stop.signal })).rejects.toMatchObject({
    code: "Interrupted",
  })
  const packs = world.events.flatMap((event) => (event.type === "checkpoint" ? [event.packs] : []))
  // The inline part fills some 50 packs of one slot; the checkpoints behind it go on rising.
  expect(packs.filter((number) => number > 55).length).toBeGreaterThan(1)
  expect((await backUp(repository, { ...options, movers: 2 })).counts.readBytes).toBeLessThan(12 * MIB)
})

test("threads need room: with the default memory there are none, with more there are as many as cores", () => {
  const packBytes = 32 * MIB
  expect(memoryPlan({}, packBytes).movers).toBe(0)
  expect(memoryPlan({ memoryBytes: 1024 * MIB }, packBytes).movers).toBeGreaterThan(0)
  expect(memoryPlan({ movers: 3 }, packBytes).movers).toBe(3)
  expect(() => memoryPlan({ memoryBytes: 150 * MIB }, packBytes)).toThrow(/no room for 2 packs/)
})
