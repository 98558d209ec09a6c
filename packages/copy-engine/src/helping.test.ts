import type * as os from "node:os"
import { repositorySource } from "@bcopy/source-repository"
import { afterEach, expect, test, vi } from "vitest"
import { backUp } from "./back-up.ts"
import { copy, type CopyOptions } from "./copy.ts"
import { findPoint } from "./list-points.ts"
import { memoryPlan } from "./memory-budget.ts"
import { Mover } from "./mover.ts"
import { startMovers } from "./started-movers.ts"
import { disksNow } from "./testing/memory-source.ts"
import { changed, noise } from "./testing/noise.ts"
import { makeWorld } from "./testing/world.ts"
import { verify } from "./verify.ts"

const MIB = 1 << 20
let cores = 2
vi.mock("node:os", async (load) => ({ ...(await load<typeof os>()), availableParallelism: () => cores }))
afterEach(() => {
  cores = 2
  vi.restoreAllMocks()
})

const first = noise(96 * MIB + 77, 5)
const second = changed(first, [{ at: 20 * MIB, count: 40 * MIB }], 6)

/** Copies two points with threads that were there before; gives how many of their stretches this thread moved. */
async function copied(options: Partial<CopyOptions>) {
  const origin = makeWorld({ id: "origin" })
  await origin.create()
  const repository = await origin.open(undefined, { packBytes: 8 * MIB })
  for (const sda of [first, second])
    await backUp(repository, { source: disksNow({ sda }), job: "nightly", workload: "web01", level: 1, movers: 0 })
  const world = makeWorld({ id: "target" })
  await world.create()
  const target = await world.open(undefined, { packBytes: 8 * MIB })
  const started = startMovers({ mayHelp: options.level === undefined })
  const moves = vi.spyOn(Mover.prototype, "move")
  const source = repositorySource({ view: repository.view })
  try {
    const report = await copy(target, { source, select: "all", started, ...options })
    expect(report).toMatchObject({ failed: [], copied: [{ kind: "full" }, { kind: "increment" }] })
  } finally {
    await started.close()
  }
  const here = moves.mock.calls.length
  moves.mockRestore()
  const [origins, copies] = await Promise.all(
    [repository, target].map(async (one) => (await findPoint(one, { workload: "web01" })).point.origin),
  )
  expect(copies).toEqual(origins)
  expect(await verify(target, { all: true, readData: "hash", movers: 0 })).toMatchObject({ damaged: [], unknown: [] })
  return here
}

// 68 stretches of 2 MiB are to be moved.
test("of two cores the main thread has one, and moves a part of a copy itself", async () => {
  const here = await copied({})
  expect(here).toBeGreaterThan(0)
  expect(here).toBeLessThan(68)
})

test("it does not where that could take long, where somebody says how many threads there are, or with more cores", async () => {
  expect(await copied({ level: 1 })).toBe(0)
  expect(await copied({ movers: 1 })).toBe(0)
  cores = 3
  expect(await copied({})).toBe(0)
})

test("threads and memory are planned for that", () => {
  const packBytes = 32 * MIB
  expect(memoryPlan({}, packBytes)).toMatchObject({ movers: 2, helps: false, packBuffers: 3 })
  expect(memoryPlan({ mayHelp: true }, packBytes)).toMatchObject({ movers: 1, helps: true, packBuffers: 3 })
  // There is no room for a second pack that is being filled.
  expect(memoryPlan({ mayHelp: true, memoryBytes: 230 * MIB }, packBytes)).toMatchObject({ movers: 1, helps: false })
  expect(memoryPlan({ mayHelp: true, memoryBytes: 200 * MIB }, packBytes)).toMatchObject({ movers: 0, helps: false })
  expect(memoryPlan({ mayHelp: true, movers: 2 }, packBytes)).toMatchObject({ movers: 2, helps: false })
  for (const [given, threads] of [
    [1, 1],
    [2, 1],
    [4, 4],
  ] as const) {
    cores = given
    expect(memoryPlan({ mayHelp: true, memoryBytes: 1024 * MIB }, packBytes).movers).toBe(threads)
  }
})
