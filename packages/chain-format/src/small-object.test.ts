import fc from "fast-check"
import { expect, test } from "vitest"
import { isFormatError } from "./format-error.ts"
import { MAX_BODY_BYTES } from "./limits.ts"
import { objectKinds, type ObjectKind } from "./object-kind.ts"
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
