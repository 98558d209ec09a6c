import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { isFormatError } from "./format-error.ts"
import type { BlocksRecord } from "./pack-footer.ts"
import { type OpenedPack, openDataPack } from "./pack-reader.ts"
import { dataPackWriter } from "./pack-writer.ts"
import { resealPack } from "./reseal-pack.ts"
import type { SealSuite } from "./seal-suite.ts"
import { openSlot } from "./slot.ts"
import { clearSuite, codec } from "./testing/clear-suite.ts"

const keyOf = (number: number) => `backups/${"b".repeat(32)}/packs/${"5".repeat(32)}/0000000${number}`
const [before, after] = [keyOf(1), keyOf(2)]

function packOf(bodies: readonly Uint8Array[]): Uint8Array {
  const writer = dataPackWriter({ suite: clearSuite, codec, level: 3, objectKey: before, packBytes: 8 << 20 })
  for (const [at, body] of bodies.entries()) writer.add(body, { disk: 0, runs: [{ first: at * 100, count: 1 }] })
  return writer.finish()
}

/** A footer's record but for the tag, which is that of its key. */
const placeOf = ({ tag: _, ...place }: OpenedPack<BlocksRecord>["slots"][number]) => place

describe("a pack sealed anew", () => {
  test("has every slot where it was, under its new key only", () => {
    const body = fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc.integer({ min: 0, max: 100_000 }).map((length) => new Uint8Array(length).fill(length)),
    )
    fc.assert(
      fc.property(fc.array(body, { maxLength: 6 }), (bodies) => {
        const old = packOf(bodies)
        const { bytes, hint } = resealPack(old, {
          kind: "dataPack",
          from: { suite: clearSuite, objectKey: before },
          to: { suite: clearSuite, objectKey: after },
          codec,
        })
        const pack = openDataPack(bytes, { suite: clearSuite, codec, objectKey: after })
        const were = openDataPack(old, { suite: clearSuite, codec, objectKey: before }).slots
        expect(pack.slots.map(placeOf)).toEqual(were.map(placeOf))
        const opening = clearSuite.openByHint("dataPack", after, hint)
        for (const [number, { offset, storedBytes }] of pack.slots.entries())
          expect(openSlot(bytes.subarray(offset, offset + storedBytes), { opening, codec }).plain).toEqual(
            bodies[number],
          )
        expect(() => openDataPack(bytes, { suite: clearSuite, codec, objectKey: before })).toThrow()
      }),
      { numRuns: 50 },
    )
  })

  test("is refused where the new suite adds another number of bytes", () => {
    const wider: SealSuite = {
      ...clearSuite,
      overheadBytes: clearSuite.overheadBytes + 4,
      begin(kind, objectKey) {
        const begun = clearSuite.begin(kind, objectKey)
        return {
          ...begun,
          slot: (number, body, last, associated, into) =>
            begun.slot(number, body, last, associated, into.subarray(0, into.length - 4)) + 4,
        }
      },
    }
    const moving = () =>
      resealPack(packOf([new Uint8Array(10), new Uint8Array(20)]), {
        kind: "dataPack",
        from: { suite: clearSuite, objectKey: before },
        to: { suite: wider, objectKey: after },
        codec,
      })
    expect(moving).toThrow(expect.toSatisfy((error) => isFormatError(error) && error.code === "Inconsistent"))
  })
})
