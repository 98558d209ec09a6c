import fc from "fast-check"
import { expect, test } from "vitest"
import { equalBytes, fromHex, toHex } from "./hex.ts"

test("bytes come back from hex as they were, and are equal to themselves only", () => {
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      expect(fromHex(toHex(bytes))).toEqual(bytes)
      expect(equalBytes(bytes, new Uint8Array(bytes))).toBe(true)
      expect(equalBytes(bytes, Uint8Array.from([...bytes, 0]))).toBe(false)
      for (const at of bytes.keys()) expect(equalBytes(bytes, bytes.with(at, (bytes[at] as number) ^ 1))).toBe(false)
    }),
  )
})

test.each(["0", "AB", "0g", " 00", "0x00"])("%j is no hex", (text) => {
  expect(() => fromHex(text)).toThrow(expect.objectContaining({ code: "BadValue" }))
})
