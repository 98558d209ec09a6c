import { randomBytes } from "node:crypto"
import fc from "fast-check"
import { expect, test } from "vitest"
import { isCryptoError } from "./crypto-error.ts"
import {
  decodeKeyRing,
  descendsFrom,
  encodeKeyRing,
  fingerprintOf,
  firstGeneration,
  markOf,
  nextGeneration,
} from "./key-ring.ts"
import type { SecretKey } from "./secret-key.ts"

const random = (count: number) => new Uint8Array(randomBytes(count))
const repository = "12".repeat(16)
const first = firstGeneration(repository, random)
const hex = (key: SecretKey | undefined) => key && Buffer.from(key.export()).toString("hex")

test("a ring comes back from its bytes with all its keys", () => {
  const second = nextGeneration(first, 3, random)
  const again = decodeKeyRing(encodeKeyRing(second), repository, markOf(second))
  expect(Buffer.compare(encodeKeyRing(again), encodeKeyRing(second))).toBe(0)
})

test("a new generation keeps what was, and adds one epoch", () => {
  const second = nextGeneration(first, 2, random)
  expect(second.epochs.map(({ epoch }) => epoch)).toEqual([1, 2])
  expect(hex(second.epochs[0]?.key)).toBe(hex(first.epochs[0]?.key))
  expect(hex(second.epochs[1]?.key)).not.toBe(hex(first.epochs[0]?.key))
  expect([hex(second.idKey), hex(second.logKey)]).toEqual([hex(first.idKey), hex(first.logKey)])
  expect(() => nextGeneration(second, 2, random)).toThrow(/does not follow/)
})

test("a ring is known by the fingerprints of those before it, and by no others", () => {
  const mark = markOf(first)
  const second = nextGeneration(first, 2, random)
  expect(descendsFrom(second, mark)).toBe(true)
  expect(descendsFrom(firstGeneration(repository, random), mark)).toBe(false)
  expect(descendsFrom({ ...first, repository: "21".repeat(16) }, mark)).toBe(false)
  expect(fingerprintOf(first, 2)).toBeUndefined()
})

test("a ring of another number, another fingerprint, or with epochs out of order, is damage", () => {
  const ring = nextGeneration(first, 2, random)
  const body = JSON.parse(Buffer.from(encodeKeyRing(ring)).toString()) as { epochs: unknown[] }
  const code = (value: unknown, mark = markOf(ring)) => {
    try {
      decodeKeyRing(Buffer.from(JSON.stringify(value) ?? ""), repository, mark)
    } catch (error) {
      return isCryptoError(error) ? error.code : error
    }
    return "fine"
  }
  expect(code(body)).toBe("fine")
  expect(code(body, { ...markOf(ring), generation: 1 })).toBe("Damaged")
  expect(code(body, { ...markOf(ring), fingerprint: "00".repeat(32) })).toBe("Damaged")
  expect(code({ ...body, epochs: body.epochs.toReversed() })).toBe("Damaged")
  expect(code({ ...body, epochs: [body.epochs[0], ...body.epochs] })).toBe("Damaged")
  expect(code({ ...body, generation: 3 })).toBe("Damaged")
  expect(code({ ...body, epochs: [] })).toBe("Damaged")
  expect(code({ ...body, idKey: "00" })).toBe("Damaged")
  expect(code(undefined)).toBe("Damaged")
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(code(value)).toBe("Damaged")
    }),
  )
})

test("whatever byte of a ring is changed or missing, it is a ring of that mark or damage", () => {
  const ring = nextGeneration(first, 2, random)
  const bytes = Buffer.from(encodeKeyRing(ring))
  const outcome = (changed: Uint8Array) => {
    try {
      return markOf(decodeKeyRing(changed, repository, markOf(ring)))
    } catch (error) {
      // What JSON.parse throws quotes the ring.
      expect((error as Error).cause).toBeUndefined()
      return isCryptoError(error) ? error.code : error
    }
  }
  for (let length = 0; length < bytes.length; length++) expect(outcome(bytes.subarray(0, length))).toBe("Damaged")
  fc.assert(
    fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, mask) => {
      const changed = Uint8Array.from(bytes, (byte, index) => (index === at ? byte ^ mask : byte))
      const found = outcome(changed)
      if (found !== "Damaged") expect(found).toEqual(markOf(ring))
    }),
    { numRuns: 1000 },
  )
  expect(outcome(bytes)).toEqual(markOf(ring))
})

test("through many generations every epoch stays, and every older mark is known", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 1000 }), { maxLength: 8 }), (steps) => {
      const rings = [first]
      for (const step of steps) {
        const last = rings.at(-1) as typeof first
        rings.push(nextGeneration(last, last.generation + step, random))
      }
      const newest = rings.at(-1) as typeof first
      const again = decodeKeyRing(encodeKeyRing(newest), repository, markOf(newest))
      expect(again.epochs.map(({ epoch }) => epoch)).toEqual(rings.map(({ generation }) => generation))
      for (const ring of rings) expect(descendsFrom(again, markOf(ring))).toBe(true)
      for (const ring of rings.slice(0, -1)) expect(descendsFrom(ring, markOf(newest))).toBe(false)
    }),
    { numRuns: 30 },
  )
})

test("a generation follows the one before, and there are no more than a header has room for", () => {
  const ring = firstGeneration("ab".repeat(16), random)
  expect(nextGeneration(ring, 0xffff_ffff, random).generation).toBe(0xffff_ffff)
  for (const number of [1, 0, 0x1_0000_0000])
    expect(() => nextGeneration(ring, number, random)).toThrow(expect.objectContaining({ code: "BadArgument" }))
})
