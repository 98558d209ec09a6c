import type { ListedPoint } from "@bcopy/copy-engine"
import { expect, test } from "vitest"
import { paintFor } from "./paint.ts"
import { pointDocument, renderPoints } from "./render-points.ts"

const plain = paintFor({ write: () => undefined }, {})
const summary = {
  kind: "point",
  entry: 1,
  point: "1f3a9c02".repeat(4),
  seq: 1,
  platform: "generic",
  type: "full",
  createdAtMs: 0,
  committedAtMs: 0,
  origin: { repository: "00".repeat(16), point: "1f3a9c02".repeat(4) },
  hops: 0,
  consistency: "fuzzy",
  gfs: [],
  blockBytes: 65536,
  sizeBytes: 0,
  storedBytes: 0,
} as unknown as ListedPoint["summary"]
const point = { job: "nightly", workload: "web01", summary, manifest: undefined, state: "complete" } as const

test("a point that is no moment says so in its state, and in a member of its own for programs", () => {
  expect(renderPoints([point], plain)).toMatch(/ complete, fuzzy$/)
  expect(renderPoints([{ ...point, summary: { ...summary, consistency: "crash" } }], plain)).toMatch(/ complete$/)
  expect(pointDocument(point)).toMatchObject({ state: "complete", consistency: "fuzzy" })
})

test("long names are shortened for people and whole for programs", () => {
  const workload = `${"virtual-machine-".repeat(12)}01`
  const [heading = "", row = ""] = renderPoints([{ ...point, workload }], plain).split("\n")
  expect(row).toMatch(/^nightly {2}virtual-machine-….*01 {2}1f3a9c02 /)
  expect(heading.indexOf("POINT")).toBe(row.indexOf("1f3a9c02"))
  expect(row.length).toBeLessThan(120)
  expect(pointDocument({ ...point, workload })).toMatchObject({ workload })
})
