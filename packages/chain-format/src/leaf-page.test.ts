import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { decodeInnerPage, encodeInnerPage } from "./inner-page.ts"
import { decodeLeafPage, emptyLeaf, encodeLeafPage, type SlotRef } from "./leaf-page.ts"
import { decodeTableLeaf, encodeTableLeaf, type PackRecord } from "./pack-table-page.ts"
import type { SessionId } from "./ids.ts"
import type { PagePointer } from "./page.ts"

const index = fc.integer({ min: 0, max: 2 ** 43 - 1 })
const inPack = { offset: fc.integer({ min: 0, max: 2 ** 29 }), length: fc.integer({ min: 0, max: 2 ** 25 }) }
const digest = fc.uint8Array({ minLength: 32, maxLength: 32 }).filter((bytes) => bytes.some((byte) => byte > 0))

describe("a page is read as it was written:", () => {
  test("a leaf of the block map", () => {
    const slot = fc.record({ pack: fc.maxSafeNat(), slot: fc.integer({ min: 0, max: 65_534 }), ...inPack })
    const slots = fc.uniqueArray(slot, {
      minLength: 1,
      maxLength: 128,
      selector: ({ pack, slot: of }) => `${pack}.${of}`,
    })
    const run = fc.record({
      from: fc.nat(127),
      place: fc.nat(255),
      blocks: fc.integer({ min: 1, max: 40 }),
      id: digest,
    })
    fc.assert(
      fc.property(index, slots, fc.array(run, { minLength: 1, maxLength: 30 }), (at, refs, runs) => {
        const leaf = emptyLeaf()
        for (const [number, { from, place, blocks, id }] of runs.entries())
          for (let block = from; block < Math.min(128, from + blocks) && place + block - from < 256; block++) {
            leaf.slots[block] = refs[number % refs.length] as SlotRef
            leaf.places[block] = place + block - from
            leaf.ids.set(id, block * 32)
          }
        expect(decodeLeafPage(at, encodeLeafPage(at, leaf))).toEqual(leaf)
      }),
      { numRuns: 200, seed: 4 },
    )
  })

  test("an inner page", () => {
    const pointer: fc.Arbitrary<PagePointer> = fc.record({ pack: fc.maxSafeNat(), ...inPack, digest })
    const children = fc
      .array(fc.option(pointer, { nil: undefined }), { minLength: 64, maxLength: 64 })
      .filter((all) => all.some((child) => child !== undefined))
    fc.assert(
      fc.property(
        fc.constantFrom("mapInner", "tableInner"),
        fc.integer({ min: 1, max: 6 }),
        index,
        children,
        (type, level, at, all) => {
          expect(decodeInnerPage(type, level, at, encodeInnerPage(type, level, at, { children: all }))).toEqual({
            children: all,
          })
        },
      ),
      { numRuns: 100, seed: 4 },
    )
  })

  test("a leaf of the pack table", () => {
    const record: fc.Arbitrary<PackRecord> = fc
      .record({
        session: fc
          .uint8Array({ minLength: 16, maxLength: 16 })
          .map((bytes) => Buffer.from(bytes).toString("hex") as SessionId),
        number: fc.maxSafeNat(),
        hint: fc.uint8Array({ maxLength: 255 }),
        storedBytes: fc.integer({ min: 0, max: 640 << 20 }),
        lockedUntilMs: fc.maxSafeNat(),
        more: fc.nat(1000),
        uses: fc.uniqueArray(fc.tuple(fc.nat(5000), fc.oneof(fc.constant(1), fc.integer({ min: 2, max: 2 ** 40 }))), {
          minLength: 1,
          maxLength: 60,
          selector: ([position]) => position,
        }),
      })
      .map(({ uses, more, ...facts }) => {
        const sorted = uses.toSorted(([a], [b]) => a - b)
        const live: { first: number; count: number }[] = []
        for (const [position] of sorted) {
          const last = live.at(-1)
          if (last !== undefined && last.first + last.count === position) last.count++
          else live.push({ first: position, count: 1 })
        }
        const extra = sorted.flatMap(([position, count]) => (count > 1 ? [{ position, uses: count - 1 }] : []))
        return { ...facts, live, extra, mostUsed: sorted.length + more }
      })
    const packs = fc
      .array(fc.option(record, { nil: undefined }), { minLength: 32, maxLength: 32 })
      .filter((all) => all.some((one) => one !== undefined))
    fc.assert(
      fc.property(index, packs, (at, all) => {
        expect(decodeTableLeaf(at, encodeTableLeaf(at, { packs: all }))).toEqual({ packs: all })
      }),
      { numRuns: 100, seed: 4 },
    )
  })
})

test("a hint longer than a record can say is refused", () => {
  const packs: PackRecord[] = [
    {
      session: "5".repeat(32) as SessionId,
      number: 1,
      hint: new Uint8Array(256),
      storedBytes: 1,
      lockedUntilMs: 0,
      live: [{ first: 0, count: 1 }],
      extra: [],
      mostUsed: 1,
    },
  ]
  expect(() => encodeTableLeaf(0, { packs })).toThrow(expect.objectContaining({ code: "TooLarge" }))
})

test("a full leaf of scattered blocks stays within a tenth of its ids", () => {
  const leaf = emptyLeaf()
  for (let block = 0; block < 128; block++) {
    leaf.slots[block] = { pack: 1000 + (block >> 4), slot: 60, offset: 2 ** 25, length: 2 ** 19 }
    leaf.places[block] = block & 15
    leaf.ids.fill(block + 1, block * 32, block * 32 + 32)
  }
  expect(encodeLeafPage(9, leaf).length).toBeLessThan(128 * 32 * 1.1)
})
