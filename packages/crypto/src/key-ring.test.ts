import { randomBytes } from "node:crypto"
import fc from "fast-check"
import { expect, test } from "vitest"
import { isCryptoError } from "./crypto-error.ts"
import { descendsFrom, fingerprintOf, firstGeneration, keyRingBody, nextGeneration, parseKeyRing } from "./key-ring.ts"

const random = (count: number) => new Uint8Array(randomBytes(count))
const repository = "12".repeat(16)
const first = firstGeneration(repository, 1, random)

test("a ring comes back from JSON with all its keys", () => {
  const second = nextGeneration(first.ring, 3, random)
  const again = parseKeyRing(JSON.parse(JSON.stringify(keyRingBody(second.ring))), repository, 3)
  expect(keyRingBody(again)).toEqual(keyRingBody(second.ring))
})

test("a new generation keeps what was, adds one epoch, and has another root", () => {
  const second = nextGeneration(first.ring, 2, random)
  expect(second.ring.epochs.map(({ epoch }) => epoch)).toEqual([1, 2])
  const hex = (key: { export(): Buffer }) => key.export().toString("hex")
  expect(hex(second.ring.epochs[0]?.key as never)).toBe(hex(first.ring.epochs[0]?.key as never))
  expect([hex(second.ring.idKey), hex(second.ring.logKey)]).toEqual([hex(first.ring.idKey), hex(first.ring.logKey)])
  expect(hex(second.root)).not.toBe(hex(first.root))
  expect(() => nextGeneration(second.ring, 2, random)).toThrow(/does not follow/)
})

test("a ring is known by the fingerprints of those before it, and by no others", () => {
  const mark = { generation: 1, fingerprint: fingerprintOf(first.ring, 1) as string }
  const second = nextGeneration(first.ring, 2, random)
  expect(descendsFrom(second.ring, mark)).toBe(true)
  expect(descendsFrom(firstGeneration(repository, 1, random).ring, mark)).toBe(false)
  expect(descendsFrom({ ...first.ring, repository: "21".repeat(16) }, mark)).toBe(false)
  expect(fingerprintOf(first.ring, 2)).toBeUndefined()
})

test("a ring of another number, or with epochs out of order, is damage", () => {
  const body = keyRingBody(nextGeneration(first.ring, 2, random).ring) as { epochs: unknown[] }
  const code = (value: unknown, generation = 2) => {
    try {
      parseKeyRing(value, repository, generation)
    } catch (error) {
      return isCryptoError(error) ? error.code : error
    }
    return "fine"
  }
  expect(code(body)).toBe("fine")
  expect(code(body, 1)).toBe("Damaged")
  expect(code({ ...body, epochs: body.epochs.toReversed() })).toBe("Damaged")
  expect(code({ ...body, epochs: [] })).toBe("Damaged")
  expect(code({ ...body, idKey: "00" })).toBe("Damaged")
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(code(value)).toBe("Damaged")
    }),
  )
})
