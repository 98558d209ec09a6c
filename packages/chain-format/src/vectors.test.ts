import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { isFormatError } from "./format-error.ts"
import { type Decoder, decoders } from "./testing/decoders.ts"
import { contextOf, formatVector, parseVector, valueText } from "./testing/vector.ts"

const folder = join(import.meta.dirname, "../testdata/vectors")
const files = readdirSync(folder).filter((file) => file.endsWith(".vec"))
const vectors = files.map((file) => parseVector(file.slice(0, -4), readFileSync(join(folder, file))))

describe("a vector", () => {
  test.each(vectors)("$name: $expect", (vector) => {
    const decode: Decoder = decoders[vector.decoder]
    let outcome: { value: unknown } | { code: string; message: string }
    try {
      outcome = { value: decode(vector.bytes, contextOf(vector)) }
    } catch (error) {
      if (!isFormatError(error)) throw error
      outcome = { code: error.code, message: error.message }
    }
    if ("value" in outcome) {
      expect(vector.expect).toBe("ok")
      expect(valueText(outcome.value)).toBe(vector.value)
    } else {
      expect(outcome).toMatchObject({ code: vector.expect })
      // A message that says less than two words tells nobody what is wrong.
      expect(outcome.message).toMatch(/\S+ \S+/)
    }
  })

  test("of every decoder is there, good and bad", () => {
    for (const decoder of Object.keys(decoders)) {
      const ofIt = vectors.filter((vector) => vector.decoder === decoder)
      expect(
        ofIt.some((vector) => vector.expect === "ok"),
        decoder,
      ).toBe(true)
      expect(
        ofIt.some((vector) => vector.expect !== "ok"),
        decoder,
      ).toBe(true)
    }
  })

  test("is written as it is read", () => {
    for (const [index, vector] of vectors.entries())
      expect(formatVector(vector)).toEqual(new Uint8Array(readFileSync(join(folder, files[index] as string))))
  })
})
