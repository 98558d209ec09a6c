import { mkdtemp, readFile, rm } from "node:fs/promises"
import { availableParallelism, tmpdir } from "node:os"
import { join } from "node:path"
import type { ObjectKey } from "@bcopy/repo"
import type { ReadBlocksOptions, Source } from "@bcopy/source"
import { expect, test } from "vitest"
import { backUp } from "./back-up.ts"
import { copy } from "./copy.ts"
import { repositorySource } from "@bcopy/source-repository"
import type { EngineEvent } from "./engine-event.ts"
import { findPoint } from "./list-points.ts"
import { memoryPlan } from "./memory-budget.ts"
import { restore } from "./restore.ts"
import { startMovers } from "./started-movers.ts"
import { disksNow } from "./testing/memory-source.ts"
import { changed, noise } from "./testing/noise.ts"
import { makeWorld, type WorldOptions } from "./testing/world.ts"
import { verify } from "./verify.ts"

const MIB = 1 << 20
const empty = new Uint8Array()
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

async function broughtBy(movers: number, options: WorldOptions = {}) {
  const world = makeWorld({ id: `movers ${movers}`, ...options })
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

test("under a fixed seed, bytes in the clear are equal for 0 movers and for 1", async () => {
  // Salts are drawn from the system, so that no seed makes two sealings alike.
  const options = { id: "seed", encrypted: false }
  const [without, withOne] = await Promise.all([broughtBy(0, options), broughtBy(1, options)])
  expect(withOne.world.store.keys()).toEqual(without.world.store.keys())
  const differing = []
  for (const key of without.world.store.keys()) {
    const [expected, got] = await Promise.all([without.world.store.read(key), withOne.world.store.read(key)])
    if (Buffer.compare(expected?.bytes ?? empty, got?.bytes ?? empty) !== 0) differing.push(key)
  }
  expect(differing).toEqual([])
  expect(without.world.store.keys().filter((key) => key.includes("/packs/")).length).toBeGreaterThan(10)
})

test("what movers bring out is what was put in, for any number of them", async () => {
  const { repository } = await broughtBy(0)
  const folder = await mkdtemp(join(tmpdir(), "bcopy-movers-"))
  try {
    for (const movers of [0, 1, 3]) {
      const output = join(folder, `${movers}.raw`)
      await restore(repository, { workload: "web01", output, movers })
      expect(Buffer.compare(await readFile(output), second)).toBe(0)
      const proven = await verify(repository, { readData: "authenticate", movers })
      expect(proven).toMatchObject({ points: 1, damaged: [], unknown: [] })
    }
  } finally {
    await rm(folder, { recursive: true })
  }
})

test("threads find damage as this thread does, and say the same", async () => {
  const { repository, world } = await broughtBy(0)
  const pack = world.store.keys().find((key) => key.includes("/packs/")) as ObjectKey
  world.store.tamper(pack, (bytes) => {
    bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] as number) ^ 1
    return bytes
  })
  const output = join(tmpdir(), "bcopy-movers-never-written.raw")
  for (const movers of [0, 2]) {
    const failing = restore(repository, { workload: "web01", output, movers })
    await expect(failing).rejects.toMatchObject({ code: "Damaged", message: expect.stringContaining(pack) })
    for (const readData of ["hash", "authenticate"] as const) {
      const { damaged } = await verify(repository, { readData, movers, dryRun: true })
      expect(damaged).toMatchObject([{ workload: "web01", message: expect.stringContaining(pack) }])
    }
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

test("what is not what its ids say is read again, while other stretches go on", async () => {
  const { repository } = await broughtBy(0)
  const honest = repositorySource({ view: repository.view })
  let wrong = 0
  const lying: Source = {
    ...honest,
    async open(point, options) {
      const opened = await honest.open(point, options)
      const disks = opened.disks.map((disk) => ({
        name: disk.name,
        sizeBytes: disk.sizeBytes,
        spans: disk.spans.bind(disk),
        async read(from: number, count: number, into: Uint8Array, how?: ReadBlocksOptions) {
          await disk.read(from, count, into, how)
          if (how?.again === true || from % 3 > 0) return
          wrong++
          into[(count - 1) * (64 << 10)] = (into[(count - 1) * (64 << 10)] as number) ^ 1
        },
      }))
      return { ...opened, disks, finish: opened.finish.bind(opened), close: opened.close.bind(opened) }
    },
  }
  for (const movers of [0, 2]) {
    const world = makeWorld({ id: `target ${movers}` })
    await world.create()
    const target = await world.open(undefined, { packBytes: 8 * MIB })
    wrong = 0
    const report = await copy(target, { source: lying, select: "all", movers, level: 0 })
    expect(report).toMatchObject({ failed: [], copied: [{ kind: "full" }, { kind: "increment" }] })
    expect(wrong).toBeGreaterThan(5)
    expect(await verify(target, { all: true, readData: "hash" })).toMatchObject({ damaged: [], unknown: [] })
  }
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

test("the memory target decides on threads; a pack size of which it cannot hold two is refused with both numbers", () => {
  const packBytes = 32 * MIB
  const cores = availableParallelism()
  expect(memoryPlan({}, packBytes).movers).toBe(Math.min(2, cores))
  expect(memoryPlan({ memoryBytes: 200 * MIB }, packBytes)).toMatchObject({ movers: 0, packBuffers: 2 })
  expect(memoryPlan({ memoryBytes: 1024 * MIB }, packBytes).movers).toBe(Math.min(8, cores))
  expect(memoryPlan({ movers: 3 }, packBytes)).toMatchObject({ movers: 3, packBuffers: 4 })
  const refused = /memory of 157286400 bytes has no room for 2 packs of 33554432 bytes/
  expect(() => memoryPlan({ memoryBytes: 150 * MIB }, packBytes)).toThrow(refused)
})

test("threads that were started before do the work from its beginning, and are let go by whom they belong to", async () => {
  const world = makeWorld({ id: "started" })
  await world.create()
  const repository = await world.open()
  const started = startMovers({ memoryBytes: 1 << 30, busyCores: 1 })
  const idle = startMovers({ memoryBytes: 1 })
  try {
    const cores = availableParallelism()
    expect(started.left).toBe(Math.min(cores - 1, 8))
    started.fit({ memoryBytes: 1 })
    expect(started.left).toBe(0)
    started.fit({ memoryBytes: 1 << 30 })
    expect(started.left).toBe(Math.min(cores, 8))
    const sda = noise(3 * MIB, 4)
    const brought = await backUp(repository, { source: disksNow({ sda }), job: "j", workload: "w", started })
    expect(brought.counts.newBytes).toBe(3 * MIB)
    // One of them did it: it belongs to the backup, which has ended it.
    expect(started.left).toBeLessThan(cores)
    expect(idle.left).toBe(0)
    // Where all are taken, others are started.
    while (started.left > 0) await started.take()?.close()
    expect(await verify(repository, { readData: "hash", started })).toMatchObject({ points: 1, damaged: [] })
  } finally {
    await started.close()
  }
})
