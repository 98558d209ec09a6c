import { parseObjectKey } from "@bcopy/repo"
import { repositorySource } from "@bcopy/source-repository"
import { expect, test } from "vitest"
import { adoptRepository } from "./adopt-repository.ts"
import { backUp } from "./back-up.ts"
import { copy } from "./copy.ts"
import { listPoints } from "./list-points.ts"
import { disksNow } from "./testing/memory-source.ts"
import { noise } from "./testing/noise.ts"
import { makeWorld, type World } from "./testing/world.ts"
import { verify } from "./verify.ts"

/** Two workloads of two points each; gives the keys of their log entries, the newest of each first. */
async function twoWorkloads(): Promise<{ world: World; heads: (workload: number) => string }> {
  const world = makeWorld({ id: "primary" })
  await world.create()
  const repository = await world.open()
  for (const seed of [1, 2])
    for (const workload of ["db", "web"])
      await backUp(repository, { source: disksNow({ sda: noise(200_000, seed) }), job: "nightly", workload })
  const logs = new Map<string, string>()
  for (const key of world.store.keys()) {
    const log = /^backups\/[^/]+\/log\/[^/]+\//.exec(key)?.[0]
    if (log !== undefined && !logs.has(log)) logs.set(log, key)
  }
  return { world, heads: (workload) => [...logs.values()][workload] as string }
}

test("a workload whose newest entry is broken is reported, and everything else is copied all the same", async () => {
  const { world, heads } = await twoWorkloads()
  world.store.tamper(parseObjectKey(heads(0)), (bytes) => bytes.fill(0, 30))
  const target = makeWorld({ id: "target" })
  await target.create()
  const source = repositorySource({ view: (await world.open()).view })
  const report = await copy(await target.open(), { source, select: "all" })
  expect(report.copied).toHaveLength(3)
  expect(report.failed.map(({ error }) => (error as { code?: string }).code)).toEqual(["Damaged"])
  expect(report.failed[0]?.error.message).toContain("entry 3 of the log is missing or does not open")
})

test("a copied repository with a broken head is adopted only when that is accepted, and verify mends its log then", async () => {
  const { world, heads } = await twoWorkloads()
  world.store.tamper(parseObjectKey(heads(0)), (bytes) => bytes.fill(0, 30))
  const elsewhere = world.store.clone()
  const open = () => world.open(elsewhere)
  await expect(adoptRepository(await open())).rejects.toMatchObject({ code: "Damaged" })
  expect((await adoptRepository(await open(), { acceptBroken: true })).adopted).toBe(true)
  expect((await verify(await open())).damaged).toMatchObject([{ marked: true }])
  expect((await verify(await open())).damaged).toEqual([])
  const states: string[] = []
  for await (const { state } of listPoints(await open())) states.push(state)
  expect(states).toEqual(["complete", "complete", "complete"])
})
