import { withCount } from "@bcopy/repo"
import { expect, test } from "vitest"
import { backUp } from "./back-up.ts"
import { disksNow } from "./testing/memory-source.ts"
import { changed, noise } from "./testing/noise.ts"
import { makeWorld, type World } from "./testing/world.ts"
import { verify } from "./verify.ts"

const MIB = 1 << 20
const KIB = 1 << 10
const named = { job: "nightly", workload: "web01", level: 0, movers: 0 }

/** Points of a disk, each with a block changed here and there: every leaf of the map is another one in each. */
async function scattered(points: number): Promise<World> {
  const world = makeWorld()
  await world.create()
  let sda = noise(16 * MIB, 1)
  for (let point = 0; point < points; point++) {
    await backUp(await world.open(), { source: disksNow({ sda, other: sda.slice(0, MIB) }), ...named })
    sda = changed(
      sda,
      [
        { at: point * 70 * KIB, count: 9 },
        { at: 9 * MIB + point * 70 * KIB, count: 9 },
      ],
      2 + point,
    )
  }
  return world
}

async function bytesReadBy(world: World, readData: "none" | "hash"): Promise<number> {
  const { store, counts } = withCount(world.store)
  const report = await verify(await world.open(store), { all: true, readData, movers: 0 })
  expect(report).toMatchObject({ damaged: [], unknown: [] })
  return counts.bytesRead
}

test("what points share is read once, also where each has changed a little of every part of the map", async () => {
  const dataBytes = async (points: number) => {
    const world = await scattered(points)
    return (await bytesReadBy(world, "hash")) - (await bytesReadBy(world, "none"))
  }
  const one = await dataBytes(1)
  expect(one).toBeGreaterThan(16 * MIB)
  // Each further point has two new blocks on one disk and one or two on the other.
  expect(await dataBytes(6)).toBeLessThan(one + 5 * 4 * 65 * KIB)
})

test("damage in what points share is found in each of them", async () => {
  const world = await scattered(4)
  const pack = world.store.keys().find((key) => key.includes("/packs/"))
  if (pack === undefined) throw new Error("there is no pack")
  world.store.tamper(pack, (bytes) => bytes.with(bytes.length >> 1, (bytes[bytes.length >> 1] as number) ^ 1))
  const { damaged } = await verify(await world.open(), { all: true, readData: "hash", dryRun: true, movers: 0 })
  expect(damaged).toHaveLength(4)
})
