import { createCipheriv } from "node:crypto"
import { expect, test } from "vitest"
import { sha256 } from "./node-primitives.ts"
import { ScanTagger } from "./scan-tagger.ts"
import { noise } from "./testing/noise.ts"

const key = noise(32, 1)
const content = noise(64 << 10, 2)
const id = sha256(content)

test("a tag is the GMAC of id and content, one behind the other", () => {
  const gmac = createCipheriv("aes-256-gcm", key, new Uint8Array(12))
  gmac.setAAD(Buffer.concat([id, content]))
  gmac.final()
  expect(Buffer.from(new ScanTagger(key).tag(id, content)).toString("hex")).toBe(gmac.getAuthTag().toString("hex"))
})

test("a block is recognized by its own content, under its own id and the same key, and by nothing else", () => {
  const tagger = new ScanTagger(key)
  const tag = tagger.tag(id, content)
  expect(tagger.recognizes(content, id, tag)).toBe(true)
  for (const at of [0, 1, 31_337, content.length - 1]) {
    const other = content.slice()
    other[at] = (other[at] as number) ^ 1
    expect(tagger.recognizes(other, id, tag)).toBe(false)
  }
  for (let at = 0; at < 32; at++) {
    const other = id.slice()
    other[at] = (other[at] as number) ^ 0x80
    expect(tagger.recognizes(content, other, tag)).toBe(false)
  }
  for (let at = 0; at < 16; at++) {
    const other = tag.slice()
    other[at] = (other[at] as number) ^ 1
    expect(tagger.recognizes(content, id, other)).toBe(false)
  }
  expect(new ScanTagger(noise(32, 3)).recognizes(content, id, tag)).toBe(false)
})

test("nothing is recognized where no tag is remembered, or the base has no block", () => {
  const tagger = new ScanTagger(key)
  expect(tagger.recognizes(content, id, new Uint8Array(16))).toBe(false)
  const none = new Uint8Array(32)
  expect(tagger.recognizes(content, none, tagger.tag(none, content))).toBe(false)
})
