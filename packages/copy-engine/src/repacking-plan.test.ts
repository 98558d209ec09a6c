import { packBufferBytes } from "@bcopy/chain-format"
import { expect, test } from "vitest"
import { repackingPlan, WHOLE_PACKS } from "./memory-budget.ts"

const MIB = 1 << 20

test.each([
  [288, 32],
  [288, 8],
  [400, 64],
  [1024, 128],
])("with %i MiB, threads that write packs of %i MiB anew have their buffers within it", (memory, pack) => {
  const { movers, packBuffers, fillBytes } = repackingPlan({ memoryBytes: memory * MIB }, pack * MIB)
  expect(fillBytes).toBeGreaterThanOrEqual((pack * MIB) / 2)
  expect(fillBytes).toBeLessThanOrEqual(pack * MIB)
  expect(packBuffers).toBeGreaterThanOrEqual(Math.max(2, movers))
  const buffers = WHOLE_PACKS * packBufferBytes(pack * MIB) + packBuffers * packBufferBytes(fillBytes)
  if (movers > 1) expect(125 * MIB + buffers + movers * 20 * MIB).toBeLessThanOrEqual(memory * MIB)
})

test("packs that are too large for threads are written anew by this thread, half as large", () => {
  expect(repackingPlan({}, 512 * MIB)).toMatchObject({ movers: 0, packBuffers: 2, fillBytes: 256 * MIB })
  expect(repackingPlan({ movers: 3 }, 512 * MIB)).toMatchObject({ movers: 3, adaptive: false, packBuffers: 3 })
  expect(() => repackingPlan({ movers: -1 }, MIB)).toThrow("-1 movers")
})
