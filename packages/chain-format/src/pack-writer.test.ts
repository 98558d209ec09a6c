import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { isFormatError } from "./format-error.ts"
import { MAX_SLOTS_PER_PACK } from "./limits.ts"
import type { BlocksRecord, PageRecord } from "./pack-footer.ts"
import { openDataPack, openMapPack } from "./pack-reader.ts"
import { dataPackWriter, mapPackWriter } from "./pack-writer.ts"
import { authenticateSlot, openSlot } from "./slot.ts"
import { clearSuite, codec } from "./testing/clear-suite.ts"

const objectKey = `backups/${"b".repeat(32)}/packs/${"5".repeat(32)}/00000001`
const options = (level = 3, packBytes = 8 << 20) => ({ suite: clearSuite, codec, level, objectKey, packBytes })
const opened = { suite: clearSuite, codec, objectKey }

/** Bodies that compress well, badly, not at all. */
const body = fc.oneof(
  fc.uint8Array({ maxLength: 300 }),
  fc.integer({ min: 0, max: 200_000 }).map((length) => new Uint8Array(length).fill(length)),
)
const blocksRecord: fc.Arbitrary<BlocksRecord> = fc.record({
  disk: fc.integer({ min: 0, max: 1023 }),
  runs: fc
    .array(fc.tuple(fc.integer({ min: 0, max: 2 ** 40 }), fc.integer({ min: 1, max: 65_535 })), { maxLength: 32 })
    .map((gaps) => {
      let next = 0
      return gaps.map(([gap, count]) => {
        const run = { first: next + gap, count }
        next = run.first + count
        return run
      })
    }),
})
const pageRecord: fc.Arbitrary<PageRecord> = fc.record({
  type: fc.constantFrom("mapLeaf", "mapInner", "tableLeaf", "tableInner"),
  level: fc.integer({ min: 0, max: 6 }),
  disk: fc.integer({ min: 0, max: 1023 }),
  index: fc.integer({ min: 0, max: 2 ** 48 - 1 }),
})

describe("a pack", () => {
  test("gives its slots and records back, whole and by range", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(body, blocksRecord), { maxLength: 8 }),
        fc.constantFrom(0, 1, 3),
        (slots, level) => {
          const writer = dataPackWriter(options(level))
          const places = slots.map(([plain, record]) => writer.add(plain, record))
          const bytes = writer.finish()
          const pack = openDataPack(bytes, opened)
          expect(pack.slots.map(({ disk, runs }) => ({ disk, runs }))).toEqual(slots.map(([, record]) => record))
          const opening = clearSuite.openByHint("dataPack", objectKey, writer.hint)
          for (const [number, [plain]] of slots.entries()) {
            const { slot, offset, storedBytes } = places[number] as (typeof places)[number]
            expect({ slot, offset, storedBytes }).toEqual({
              ...pack.slots[number],
              slot: number,
              disk: undefined,
              runs: undefined,
              tag: undefined,
            })
            expect(Buffer.from(plain).equals(pack.open(number))).toBe(true)
            const ranged = bytes.subarray(offset, offset + storedBytes)
            expect(Buffer.from(plain).equals(openSlot(ranged, { opening, codec }).plain)).toBe(true)
            expect(authenticateSlot(ranged, { opening })).toMatchObject({
              number,
              plainBytes: plain.length,
              last: false,
            })
            expect(storedBytes).toBeLessThanOrEqual(plain.length + 32)
          }
        },
      ),
      { numRuns: 60, seed: 1 },
    )
  })

  test("of pages gives them back", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.uint8Array({ maxLength: 99 }), pageRecord), { maxLength: 8 }), (slots) => {
        const writer = mapPackWriter(options())
        for (const [plain, record] of slots) writer.add(plain, record)
        const pack = openMapPack(writer.finish(), opened)
        expect(pack.slots.map(({ type, level, disk, index }) => ({ type, level, disk, index }))).toEqual(
          slots.map(([, record]) => record),
        )
        for (const [number, [plain]] of slots.entries()) expect(pack.open(number)).toEqual(plain)
      }),
      { numRuns: 60, seed: 1 },
    )
  })

  test("is full at its size", () => {
    const writer = dataPackWriter(options(0, 10_000))
    for (; !writer.full;) writer.add(new Uint8Array(1000), { disk: 0, runs: [] })
    expect(writer.slots).toBe(10)
    expect(writer.bytes).toBe(24 + 10 * 1032)
  })

  test("is full at its last slot number, and then takes no more", () => {
    const writer = dataPackWriter(options(0))
    const nothing = new Uint8Array()
    while (!writer.full) writer.add(nothing, { disk: 0, runs: [] })
    expect(writer.slots).toBe(MAX_SLOTS_PER_PACK - 1)
    expect(() => writer.add(nothing, { disk: 0, runs: [] })).toThrow(expect.objectContaining({ code: "TooLarge" }))
    expect(openDataPack(writer.finish(), opened).slots).toHaveLength(65_534)
  })

  test("does not open in part, nor with any bit of it changed", () => {
    const writer = dataPackWriter(options(3))
    writer.add(new Uint8Array(100).fill(1), { disk: 0, runs: [{ first: 4, count: 2 }] })
    writer.add(
      Uint8Array.from({ length: 40 }, (_, at) => at),
      { disk: 1, runs: [{ first: 9, count: 1 }] },
    )
    const whole = writer.finish()
    const openAll = (bytes: Uint8Array) => {
      const pack = openDataPack(bytes, opened)
      for (const number of pack.slots.keys()) pack.open(number)
    }
    openAll(whole)
    const survives = (bytes: Uint8Array) => {
      try {
        openAll(bytes)
        return true
      } catch (error) {
        if (isFormatError(error)) return false
        throw error
      }
    }
    for (let bit = 0; bit < whole.length * 8; bit++) {
      const harmed = whole.map((byte, at) => (at === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte))
      if (survives(harmed)) expect.fail(`bit ${bit} may change unseen`)
    }
    for (let length = 0; length < whole.length; length++)
      if (survives(whole.subarray(0, length))) expect.fail(`the first ${length} bytes pass for the pack`)
  })

  test("has no slot past its last", () => {
    const pack = openDataPack(dataPackWriter(options()).finish(), opened)
    expect(() => pack.open(0)).toThrow(expect.objectContaining({ code: "Inconsistent" }))
  })
})

describe("a suite that does not keep its word", () => {
  const add = (overheadBytes: number) => () =>
    dataPackWriter({ ...options(), suite: { ...clearSuite, overheadBytes } }).add(new Uint8Array(3), {
      disk: 0,
      runs: [],
    })

  test("is found before anything is stored", () => {
    expect(add(17)).toThrow(expect.objectContaining({ code: "Inconsistent" }))
    expect(add(15)).toThrow(RangeError)
  })
})

test("a slot above 32 MiB is refused", () => {
  const writer = dataPackWriter(options(0))
  expect(() => writer.add(new Uint8Array((32 << 20) + 1), { disk: 0, runs: [] })).toThrow(
    expect.objectContaining({ code: "TooLarge" }),
  )
})
