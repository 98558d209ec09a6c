import { expect, test } from "vitest"
import { paintFor } from "./paint.ts"
import { renderProgress, savedBy } from "./render-progress.ts"
import { textWidth } from "./text-width.ts"

const plain = paintFor({ write: () => undefined }, {})
const MIB = 1 << 20

test("a frame tells how far it is, how fast, how long it will take and what was saved", () => {
  const saved = { zeroBytes: MIB, unchangedBytes: 2 * MIB, deduplicatedBytes: 3 * MIB, compressedBytes: 4 * MIB }
  const frame = renderProgress(
    { name: "nightly/web01", doneBytes: 25 * MIB, totalBytes: 100 * MIB, bytesPerSecond: 5 * MIB, saved },
    plain,
    120,
  )
  expect(frame.split("\n")).toEqual([
    `nightly/web01  ${"━".repeat(6)}${"┄".repeat(18)}  25 %  25.0 MiB of 100.0 MiB  5.0 MiB/s  15 s left`,
    "  saved: zeros 1.0 MiB, unchanged 2.0 MiB, deduplicated 3.0 MiB, compressed 4.0 MiB",
  ])
})

test("nothing is said of the rate before there is one, and a thing of no bytes is done", () => {
  expect(renderProgress({ name: "sda", doneBytes: 0, totalBytes: 0, bytesPerSecond: undefined }, plain, 80)).toBe(
    `sda  ${"━".repeat(24)}  100 %  0 B of 0 B`,
  )
})

test("what did not compress saves nothing, and never less than nothing", () => {
  const counts = { doneBytes: 0, totalBytes: 0, readBytes: 0, zeroBytes: 0, unchangedBytes: 0, deduplicatedBytes: 0 }
  expect(savedBy({ ...counts, newBytes: 100, storedBytes: 130 }).compressedBytes).toBe(0)
  expect(savedBy({ ...counts, newBytes: 100, storedBytes: 30 }).compressedBytes).toBe(70)
})

test("no line reaches the last column, however narrow the terminal and long the name", () => {
  const GIB = 1024 * MIB
  const saved = { zeroBytes: GIB, unchangedBytes: 999 * GIB, deduplicatedBytes: 99 * GIB, compressedBytes: 999 * MIB }
  const name = "nightly-production-databases/postgres-primary-frankfurt-01"
  const progress = { name, doneBytes: 512 * GIB, totalBytes: 1023 * GIB, bytesPerSecond: 123 * MIB, saved }
  for (let columns = 1; columns <= 200; columns++)
    for (const line of renderProgress(progress, plain, columns).split("\n"))
      expect(textWidth(line)).toBeLessThanOrEqual(Math.max(1, columns - 1))
  expect(renderProgress(progress, plain, 80).split("\n")).toEqual([
    `nightly-production-…imary-frankfurt-01  ${"━".repeat(4)}${"┄".repeat(4)}  50 %  512.0 GiB of 1023.0 GiB`,
    "  saved: 1.1 TiB",
  ])
  const nothing = { zeroBytes: 0, unchangedBytes: 0, deduplicatedBytes: 0, compressedBytes: 0 }
  const second = (columns: number, one: typeof saved) =>
    renderProgress({ ...progress, saved: one }, plain, columns).split("\n")[1]
  expect(second(60, nothing)).toBe("  saved: 0 B")
  expect(second(60, { ...nothing, zeroBytes: MIB, compressedBytes: MIB })).toBe(
    "  saved: zeros 1.0 MiB, compressed 1.0 MiB",
  )
})
