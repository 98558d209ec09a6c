import fc from "fast-check"
import { expect, test } from "vitest"
import { isFormatError } from "./format-error.ts"
import { MAX_BODY_BYTES } from "./limits.ts"
import { objectKinds, type ObjectKind } from "./object-kind.ts"
import { PACK_HEADER_BYTES } from "./pack-header.ts"
import { decodeSmallObject, encodeSmallObject } from "./small-object.ts"
import { clearSuite, codec } from "./testing/clear-suite.ts"

const options = { suite: clearSuite, codec, objectKey: "log/1ffffffffffffe" }

test("JSON of every kind comes back as it was, byte strings as hex", () => {
  const kind = fc.constantFrom(...(Object.keys(objectKinds) as ObjectKind[]))
  fc.assert(
    fc.property(kind, fc.jsonValue(), fc.uint8Array({ maxLength: 50 }), (of, value, bytes) => {
      const stored = encodeSmallObject(of, { value, bytes: Buffer.from(bytes) }, options)
      expect(decodeSmallObject(of, stored, options)).toEqual({
        value: JSON.parse(JSON.stringify(value)),
        bytes: Buffer.from(bytes).toString("hex"),
      })
    }),
    { seed: 2 },
  )
})

test("an object does not open in part, nor with any bit of it changed", () => {
  const stored = encodeSmallObject("logEntry", { a: "a".repeat(100), b: [1, 2, 3] }, options)
  for (let bit = 0; bit < stored.length * 8; bit++) {
    const harmed = stored.map((byte, at) => (at === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte))
    expectNotToOpen(harmed, `bit ${bit} may change unseen`)
  }
  for (let length = 0; length < stored.length; length++)
    expectNotToOpen(stored.subarray(0, length), `the first ${length} bytes pass for the object`)
})

function expectNotToOpen(bytes: Uint8Array, what: string): void {
  try {
    decodeSmallObject("logEntry", bytes, options)
  } catch (error) {
    if (isFormatError(error)) return
    throw error
  }
  expect.fail(what)
}

test("a body above its limit is refused when it is written", () => {
  expect(() => encodeSmallObject("logEntry", "x".repeat(MAX_BODY_BYTES), options)).toThrow(
    expect.objectContaining({ code: "TooLarge" }),
  )
})

const asks = [
  { what: "a later version", at: 4, byte: 2 },
  { what: "an unknown feature", at: 17, byte: 1 },
  { what: "an unknown codec", at: PACK_HEADER_BYTES + 2, byte: 7 },
]
for (const { what, at, byte } of asks)
  test(`a header that asks for ${what} is damaged if the seal is of one that does not, and newer if it may be`, () => {
    const stored = encodeSmallObject("logEntry", { a: 1 }, options)
    const open = (bytes: Uint8Array) => () => decodeSmallObject("logEntry", bytes, options)
    expect(open(stored.with(at, byte))).toThrow(
      expect.objectContaining({ code: "Unopenable", message: expect.stringContaining(options.objectKey) }),
    )
    // Another seal may be a newer one, of which nobody here can say that it is wrong.
    const last = stored.length - 1
    const newer = stored.with(at, byte).with(last, (stored[last] as number) ^ 1)
    expect(open(newer)).toThrow(expect.objectContaining({ code: "NeedsNewer" }))
  })
