import { expect, test } from "vitest"
import { farFetch, nearFetch } from "./fetch-limits.ts"
import { slotRanges } from "./slot-ranges.ts"

const KIB = 1 << 10
const MIB = 1 << 20

/** Slots of 1 MiB, so many in a row. */
const row = (pack: number, count: number, gap = 0) =>
  Array.from({ length: count }, (_, slot) => ({ pack, slot, offset: 1000 + slot * (MIB + gap), length: MIB }))

const cases = [
  { name: "a pack of 32 MiB takes four near reads", slots: row(1, 32), limits: nearFetch, ranges: [8, 8, 8, 8] },
  { name: "a pack of 32 MiB takes one far read", slots: row(1, 32), limits: farFetch, ranges: [32] },
  { name: "packs are read one by one", slots: [...row(2, 3), ...row(1, 2)], limits: farFetch, ranges: [2, 3] },
  { name: "a gap of 100 KiB divides near reads", slots: row(1, 3, 100 * KIB), limits: nearFetch, ranges: [1, 1, 1] },
  { name: "a gap of 100 KiB is passed over from afar", slots: row(1, 3, 100 * KIB), limits: farFetch, ranges: [3] },
  { name: "a gap above 1 MiB divides far reads", slots: row(1, 3, MIB + 1), limits: farFetch, ranges: [1, 1, 1] },
  {
    name: "a slot that is asked for twice is read once",
    slots: [...row(1, 2), ...row(1, 2)],
    limits: farFetch,
    ranges: [2],
  },
]

for (const { name, slots, limits, ranges } of cases)
  test(name, () => expect(slotRanges(slots, limits).map((range) => range.slots.length)).toEqual(ranges))

test("a slot longer than a read is one all the same", () => {
  const slot = { pack: 1, slot: 0, offset: 500, length: 9 * MIB }
  expect(slotRanges([slot], nearFetch)).toEqual([{ pack: 1, offset: 500, length: 9 * MIB, slots: [slot] }])
})
