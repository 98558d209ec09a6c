import type { ObjectKey } from "@bcopy/repo"
import { faultyStore } from "@bcopy/repo/testing"
import { expect, test } from "vitest"
import { backUp } from "./back-up.ts"
import { epochUse } from "./epoch-use.ts"
import { reclaim } from "./reclaim/reclaim.ts"
import { rewriteKeys } from "./rewrite-keys.ts"
import { rotateKeys } from "./rotate-keys.ts"
import { asHost, deadProcess } from "./testing/hosts.ts"
import { disksNow } from "./testing/memory-source.ts"
import { changed, noise } from "./testing/noise.ts"
import { testKey } from "./testing/test-keys.ts"
import { makeWorld, type World } from "./testing/world.ts"
import { verify } from "./verify.ts"

/** Two workloads of one job that share most of their blocks, with so many points each. */
async function makeChains(world: World, points: number): Promise<void> {
  await world.create()
  let bytes = noise(2_500_000, 1)
  for (let point = 0; point < points; point++) {
    bytes = changed(bytes, [{ at: point * 700_000, count: 200_000 }], point)
    for (const workload of ["web01", "web02"])
      await backUp(await world.open(), {
        source: disksNow({ sda: bytes }, { workload }),
        job: "nightly",
        workload,
        level: 0,
        movers: 0,
      })
    await world.clock.advance(60_000)
  }
}

async function rotate(world: World): Promise<number> {
  await rotateKeys(await world.open(), { externalKeys: [testKey], dropOthers: true })
  return (await world.open()).keys?.ring.generation ?? 0
}

const epochsOf = async (world: World) => (await epochUse(await world.open())).map(({ epoch }) => epoch)

test("what was sealed anew can be sealed anew again, when the space of what it replaced has been given back", async () => {
  const world = makeWorld({ encrypted: true })
  await makeChains(world, 3)
  for (let round = 0; round < 3; round++) {
    await world.clock.advance(24 * 3600_000)
    const generation = await rotate(world)
    const { points } = await rewriteKeys(await world.open())
    expect(points).toBe(6)
    expect(await epochsOf(world)).toEqual([generation])
    const report = await reclaim(await world.open())
    expect(report.failed).toEqual([])
    expect(report.backups[0]?.packs).toBeGreaterThan(0)
    const found = await verify(await world.open(), { all: true, readData: "hash", movers: 0 })
    expect(found).toMatchObject({ damaged: [], unknown: [] })
  }
})

test("a workload that is damaged keeps no other from being sealed anew, and is told at the end", async () => {
  const world = makeWorld({ encrypted: true })
  await world.create()
  const own: string[][] = []
  for (const [at, workload] of ["web01", "web02"].entries()) {
    const before = new Set<string>(world.store.keys())
    const source = disksNow({ sda: noise(2_500_000, at) }, { workload })
    await backUp(await world.open(), { source, job: "nightly", workload, level: 0, movers: 0 })
    own.push(world.store.keys().filter((key) => key.includes("/packs/") && !before.has(key)))
  }
  for (const key of world.store.keys()) if (own[0]?.includes(key) === true) world.store.hide(key)
  const generation = await rotate(world)
  await expect(rewriteKeys(await world.open())).rejects.toMatchObject({
    code: "Damaged",
    message: expect.stringContaining("nightly/web01"),
  })
  expect(world.events).toContainEqual(expect.objectContaining({ type: "failed", job: "nightly", workload: "web01" }))
  const left = await epochUse(await world.open(), { workload: "web02" })
  expect(left.map(({ epoch }) => epoch)).toEqual([generation])
})

test("whenever sealing anew dies, the space of what the dead run made comes back without another backup", async () => {
  const world = makeWorld({ encrypted: true, id: "dying" })
  await makeChains(world, 2)
  const generation = await rotate(world)
  const start = world.store.snapshot()
  const counted = faultyStore(world.store, { faults: [] })
  await rewriteKeys(await world.open(counted))
  const packs = async () => world.store.keys().filter((key) => key.includes("/packs/")).length
  for (let request = counted.requests; request > 10; request -= 7) {
    world.store.restore(start)
    const dying = faultyStore(world.store, { faults: [{ at: request, kind: "stop-after" }] })
    const died = asHost(deadProcess(request), async () => rewriteKeys(await world.open(dying)))
    await died.catch(() => undefined)
    await rewriteKeys(await world.open())
    await world.clock.advance(24 * 3600_000)
    await reclaim(await world.open())
    const uses = await epochUse(await world.open())
    expect([request, uses.map(({ epoch }) => epoch)]).toEqual([request, [generation]])
    expect([request, await packs()]).toEqual([request, uses[0]?.packs])
  }
}, 60_000)

test("a log that lost what a rotation wrote into it is not given up by the next one unasked, and is well when that is back", async () => {
  const world = makeWorld({ encrypted: true })
  await makeChains(world, 1)
  await rotate(world)
  const before = world.store.snapshot()
  const [newest] = world.store.keys().filter((key) => key.includes("/log/"))
  world.store.tamper(newest as ObjectKey, (bytes) => bytes.fill(7, 60))
  await expect(rotate(world)).rejects.toMatchObject({
    code: "Damaged",
    message: expect.stringContaining(String(newest).replace(/[^/]*$/, "")),
  })
  world.store.restore(before)
  const generation = await rotate(world)
  await rewriteKeys(await world.open())
  expect(await epochsOf(world)).toEqual([generation])
  world.store.tamper(world.store.keys().find((key) => key.includes("/log/")) as ObjectKey, (bytes) => bytes.fill(7, 60))
  const given = { externalKeys: [testKey], dropOthers: true, giveUpLogs: true }
  expect((await rotateKeys(await world.open(), given)).after?.generation).toBe(generation + 1)
})
