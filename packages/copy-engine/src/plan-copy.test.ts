import type { SourcePoint } from "@bcopy/source"
import { expect, test } from "vitest"
import { planCopy } from "./plan-copy.ts"

/** Points of a workload that each stored so many bytes. */
const points = [1000, 20, 30, 40].map((storedBytes, at): SourcePoint => ({
  id: `p${at + 1}`,
  workload: "web",
  platform: "generic",
  createdAtMs: at,
  complete: true,
  damaged: false,
  hops: 0,
  storedBytes,
}))

const plan = (select: "latest" | "all", given = points) =>
  planCopy({
    source: "local",
    sourceJob: "nightly",
    job: "nightly",
    workload: "web",
    points: given,
    target: undefined,
    select,
    targetRepository: "r",
  })

test("a first copy of the newest point may bring what all before it stored", () => {
  expect(plan("latest").aboutBytes).toEqual([1090])
})

test("each point of many brings what was stored since the one before", () => {
  expect(plan("all").aboutBytes).toEqual([1000, 20, 30, 40])
})

test("what a point that is left out stored is brought with the next", () => {
  const damaged = points.map((point) => (point.id === "p2" ? { ...point, damaged: true } : point))
  expect(plan("all", damaged).aboutBytes).toEqual([1000, 50, 40])
})

test("where the source does not say what it stored, nothing is said", () => {
  const silent = points.map(({ storedBytes: _, ...point }) => point)
  expect(plan("latest", silent).aboutBytes).toEqual([undefined])
})
