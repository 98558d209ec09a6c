import fc from "fast-check"
import { expect, test } from "vitest"
import { MAX_KEY_BYTES, parseObjectKey } from "./object-key.ts"
import { badKeys } from "./testing/conformance/create-cases.ts"

test.each(badKeys)("%j is no key", (text) => {
  expect(() => parseObjectKey(text)).toThrow(expect.objectContaining({ code: "BadKey" }))
})

test("a key that is too long is told with both numbers", () => {
  expect(() => parseObjectKey("a".repeat(513))).toThrow("object key of 513 bytes, at most 512 are allowed")
  expect(parseObjectKey("a".repeat(MAX_KEY_BYTES))).toHaveLength(512)
})

test("parts of letters, digits, dots and dashes joined by slashes are keys, as they are", () => {
  const part = fc.stringMatching(/^[a-z0-9.-]{1,20}$/).filter((text) => text !== "." && text !== "..")
  fc.assert(
    fc.property(fc.array(part, { minLength: 1, maxLength: 10 }), (parts) => {
      expect(parseObjectKey(parts.join("/"))).toBe(parts.join("/"))
    }),
  )
})
