import { expect, test } from "vitest"
import { paintFor } from "./paint.ts"
import { renderProgress, savedBy } from "./render-progress.ts"

const plain = paintFor({ write: () => undefined }, {})
const MIB = 1 << 20

test("a frame tells how far it is, how fast, how long it will take and what was saved", () => {
  const saved = { zeroBytes: MIB, unchangedBytes: 2 * MIB, deduplicatedBytes: 3 * MIB, compressedBytes: 4 * MIB }
  const frame = renderProgress(
    { name: "nightly/web01", doneBytes: 25 * MIB, totalBytes: 100 * MIB, bytesPerSecond: 5 * MIB, saved },
    plain,
  )
  expect(frame.split("\n")).toEqual([
    `nightly/web01  ${"━".repeat(6)}${"┄".repeat(18)}  25 %  25.0 MiB of 100.0 MiB  5.0 MiB/s  15 s left`,
    "  saved: zeros 1.0 MiB, unchanged 2.0 MiB, deduplicated 3.0 MiB, compressed 4.0 MiB",
  ])
})

test("nothing is said of the rate before there is one, and a thing of no bytes is done", () => {
  expect(renderProgress({ name: "sda", doneBytes: 0, totalBytes: 0, bytesPerSecond: undefined }, plain)).toBe(
    `sda  ${"━".repeat(24)}  100 %  0 B of 0 B`,
  )
})

test("what did not compress saves nothing, and never less than nothing", () => {
  const counts = { doneBytes: 0, totalBytes: 0, readBytes: 0, zeroBytes: 0, unchangedBytes: 0, deduplicatedBytes: 0 }
  expect(savedBy({ ...counts, newBytes: 100, storedBytes: 130 }).compressedBytes).toBe(0)
  expect(savedBy({ ...counts, newBytes: 100, storedBytes: 30 }).compressedBytes).toBe(70)
})
