import fc from "fast-check"
import { expect, test } from "vitest"
import { ByteReader } from "./byte-reader.ts"
import { ByteWriter } from "./byte-writer.ts"

const number = fc.oneof(
  fc.maxSafeNat(),
  fc.integer({ min: 0, max: 53 }).chain((bits) => fc.constantFrom(2 ** bits - 1, Math.max(0, 2 ** bits - 2))),
)

test("numbers of every width are read as they were written", () => {
  fc.assert(
    fc.property(number, fc.uint8Array({ maxLength: 300 }), (value, bytes) => {
      const u48 = value % 2 ** 48
      const writer = new ByteWriter(1)
        .varint(value)
        .u48(u48)
        .u32(value % 2 ** 32)
        .u16(value % 2 ** 16)
        .bytes(bytes)
      const reader = new ByteReader(writer.view(), "test")
      expect(reader.varint()).toBe(value)
      expect(reader.u48()).toBe(u48)
      expect(reader.u32()).toBe(value % 2 ** 32)
      expect(reader.u16()).toBe(value % 2 ** 16)
      expect(reader.bytes(bytes.length)).toEqual(bytes)
      reader.end()
    }),
  )
})

test("a number that does not fit in six bytes is refused, not cut", () => {
  expect(() => new ByteWriter().u48(2 ** 48)).toThrow(expect.objectContaining({ code: "TooLarge" }))
})

test("a reader says what it needed and what it got", () => {
  const reader = new ByteReader(new Uint8Array(3), "pack trailer")
  expect(() => reader.u32()).toThrow("pack trailer needs 4 bytes, got 3")
})
