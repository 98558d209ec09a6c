import { randomBytes } from "node:crypto"
import { firstGeneration } from "@bcopy/crypto"
import { expect, test } from "vitest"
import { gcmSeed, gcmSuite } from "./gcm-suite.ts"

const associated = new Uint8Array(16)
const body = Uint8Array.of(1, 2, 3)

test("an opening that is kept is that of its very sealing: another salt, kind or key has one of its own", () => {
  const suite = gcmSuite(gcmSeed(firstGeneration("ab".repeat(16), randomBytes)), randomBytes)
  const seal = (kind: "dataPack" | "mapPack", key: string) => {
    const sealing = suite.begin(kind, key)
    const sealed = new Uint8Array(body.length + suite.overheadBytes)
    sealing.slot(0, body, false, associated, sealed)
    const open = (as = kind, at = key) =>
      suite.openByHint(as, at, sealing.hint).slot(0, sealed, false, associated, undefined)
    return { sealing, open }
  }
  const first = seal("dataPack", "a")
  const second = seal("dataPack", "a")
  const others = Array.from({ length: 20 }, (_, number) => seal("mapPack", `other-${number}`))
  for (const { open } of [first, second, first, ...others, second, first]) expect(open()).toEqual(body)
  expect(suite.openByHint("dataPack", "a", first.sealing.hint)).toBe(
    suite.openByHint("dataPack", "a", first.sealing.hint),
  )
  expect(() => first.open("mapPack")).toThrow(/not what was sealed/)
  expect(() => first.open("dataPack", "b")).toThrow(/not what was sealed/)
  expect(first.open()).toEqual(body)
})
