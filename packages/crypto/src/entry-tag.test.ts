import { createSecretKey, randomBytes } from "node:crypto"
import { expect, test } from "vitest"
import { entryTagger, idMac } from "./entry-tag.ts"

test("tags differ by log, by number and by key, and are 16 hex digits", () => {
  const [one, other] = [1, 2].map(() => entryTagger(createSecretKey(randomBytes(32)))) as [Tagger, Tagger]
  const tags = [
    one("log/", 1),
    one("log/", 2),
    one("log/", 256),
    one("log/", 2 ** 32 + 1),
    one("log/", Number.MAX_SAFE_INTEGER),
    one("backups/a/log/", 1),
    one("log/1", 1),
    other("log/", 1),
  ]
  expect(new Set(tags).size).toBe(tags.length)
  for (const tag of tags) expect(tag).toMatch(/^[0-9a-f]{16}$/)
  expect(one("log/", 1)).toBe(tags[0])
})

test("ids are cut out of another MAC than tags, even under one key", () => {
  const key = createSecretKey(randomBytes(32))
  const number = new Uint8Array(8)
  number[0] = 1
  const message = Buffer.concat([number, Buffer.from("log/")])
  expect(Buffer.from(idMac(key)(message)).toString("hex")).not.toContain(entryTagger(key)("log/", 1))
})

type Tagger = ReturnType<typeof entryTagger>
