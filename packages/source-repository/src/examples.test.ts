import { expect, test } from "vitest"
import { measurePoints } from "../examples/measure-points.ts"
import { WrittenRepository } from "./testing/written-repository.ts"

test("the example measures what the points of a workload hold, without reading a block", async () => {
  const repository = new WrittenRepository()
  const block = new Uint8Array(64 << 10).fill(1)
  const named = { job: "nightly", workload: "web" }
  const sizeBytes = 100 << 20
  await repository.addPoint({ ...named, disks: [{ name: "sda", sizeBytes, blocks: new Map([[3, block]]) }] })
  const more = new Map([3, 4, 700].map((number) => [number, block]))
  await repository.addPoint({ ...named, disks: [{ name: "sda", sizeBytes, blocks: more }] })
  repository.requests.length = 0
  expect(await measurePoints(repository.view, "nightly", "web")).toEqual([64 << 10, 3 * (64 << 10)])
  const packs = new Set(repository.requests.filter((request) => request.startsWith("readPack")))
  expect(packs.size).toBe(2)
})
