import { type ObjectKey, parseObjectKey } from "@bcopy/repo"
import { expect, test } from "vitest"
import { backUp } from "./back-up.ts"
import { createRepository } from "./create-repository.ts"
import { findPoint } from "./list-points.ts"
import { disksNow } from "./testing/memory-source.ts"
import { noise } from "./testing/noise.ts"
import { makeWorld, type World } from "./testing/world.ts"
import { verify } from "./verify.ts"

async function twoPoints(): Promise<World> {
  const world = makeWorld()
  await world.create()
  for (const seed of [1, 2]) await next(world, seed)
  return world
}

async function next(world: World, seed: number) {
  const source = disksNow({ sda: noise(150_000, seed) })
  return backUp(await world.open(), { source, job: "nightly", workload: "web01" })
}

function keyWith(world: World, part: string): ObjectKey {
  return world.store.keys().find((key) => key.includes(part)) as ObjectKey
}

test("a job's settings that do not open are found by verify and written anew by the next backup", async () => {
  const world = await twoPoints()
  world.store.tamper(keyWith(world, "/settings/"), (bytes) => bytes.fill(7, 60))
  expect((await verify(await world.open())).damaged).toMatchObject([{ message: expect.stringContaining("settings") }])
  expect((await next(world, 3)).kind).toBe("increment")
  expect((await verify(await world.open(), { all: true, readData: "hash" })).damaged).toEqual([])
})

test("a repository without its birth certificate is said to be one, and init does not make another over it", async () => {
  const world = await twoPoints()
  await world.store.remove(parseObjectKey("bcopy.json"))
  const keys = world.store.keys()
  await expect(world.open()).rejects.toMatchObject({
    code: "Damaged",
    hint: expect.stringContaining("Put bcopy.json back"),
  })
  await expect(createRepository(world.store, world.seams(), { encryption: "none" })).rejects.toMatchObject({
    code: "Damaged",
  })
  expect(world.store.keys()).toEqual(keys)
})

test("whoever asks for the latest point is told that a newer entry does not open", async () => {
  const world = await twoPoints()
  world.store.tamper(keyWith(world, "/log/"), (bytes) => bytes.fill(7, 60))
  const { point } = await findPoint(await world.open(), { workload: "web01" })
  expect(point.seq).toBe(1)
  expect(world.events.filter(({ type }) => type === "broken")).toMatchObject([{ workload: "web01", entries: [3] }])
})

test("a disk whose name the format does not take is refused before anything is stored", async () => {
  const world = makeWorld()
  await world.create()
  const source = disksNow({ "new\nline": noise(1000, 1) })
  const refused = backUp(await world.open(), { source, job: "nightly", workload: "web01" })
  await expect(refused).rejects.toMatchObject({ code: "BadArgument" })
  expect(world.store.keys().filter((key) => key.includes("/packs/"))).toEqual([])
})

test("a point is found by any beginning of its id that no other has, in either case", async () => {
  const world = await twoPoints()
  const repository = await world.open()
  const { point } = await findPoint(repository, { workload: "web01" })
  expect(
    (await findPoint(repository, { workload: "web01", point: point.point.slice(0, 3).toUpperCase() })).point,
  ).toEqual(point)
})
