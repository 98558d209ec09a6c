import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { backupIdOf, type PointId, randomId, workloadIdOf } from "./ids.ts"
import { ascendingNumber, entryKey, entryNumber, type EntryTag, layout } from "./layout.ts"
import { idMac } from "./testing/clear-suite.ts"

const mac = idMac(new Uint8Array(32).fill(0x5a))
const entry = fc.oneof(fc.integer({ min: 1, max: 200 }), fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }))
const tag: EntryTag = (prefix, number) => `${prefix.length}${number % 7}`

describe("ids", () => {
  // Computed by another program in another language, from docs/format.md.
  test("of a backup and a workload follow from their names", () => {
    const backup = backupIdOf(mac, "nightly é")
    expect(backup).toBe("b47b9fee39959b77ac0c729277619500")
    expect(workloadIdOf(mac, backup, "web01")).toBe("f45b21afbfb54b2a0e785bc5535b5ef2")
  })

  test("of random bytes are their first 16 in hex", () => {
    expect(randomId<"point">(new Uint8Array(20).fill(0xab))).toBe("ab".repeat(16) as PointId)
  })
})

describe("the key of an entry", () => {
  test.each([undefined, tag])("sorts the newest first and tells its number", (entryTag) => {
    fc.assert(
      fc.property(entry, entry, (one, other) => {
        const keys = [one, other].map((number) => entryKey("log/", number, entryTag))
        expect(keys.map((key) => entryNumber("log/", key, entryTag))).toEqual([one, other])
        if (one !== other) expect((keys[0] as string) < (keys[1] as string)).toBe(one > other)
      }),
    )
  })

  test.each([
    "log/1fffffffffffff",
    "log/ffffffffffffff",
    "log/1FFFFFFFFFFFFE",
    "log/1ffffffffffffe-1",
    "log/1fffffffffffe",
    "other/1ffffffffffffe",
    "log/",
    "log/1ffffffffffffe/x",
  ])("is not %s", (key) => expect(entryNumber("log/", key)).toBeUndefined())

  test("of an encrypted repository needs its tag", () => {
    expect(entryNumber("log/", "log/1ffffffffffffe", tag)).toBeUndefined()
    expect(entryNumber("log/", "log/1ffffffffffffe-42", tag)).toBeUndefined()
    expect(entryNumber("log/", entryKey("log/", 1, tag), tag)).toBe(1)
  })
})

test("the key of a pack or beat tells its number", () => {
  const backup = backupIdOf(mac, "nightly")
  const session = randomId<"session">(new Uint8Array(16))
  const key = layout.pack(backup, session, 4711)
  expect(key).toBe(`backups/${backup}/packs/${session}/00001267`)
  expect(ascendingNumber(layout.packs(backup, session), key)).toBe(4711)
  expect(ascendingNumber(layout.packs(backup, session), `${key}.tmp`)).toBeUndefined()
  expect(ascendingNumber("elsewhere/", key)).toBeUndefined()
})
