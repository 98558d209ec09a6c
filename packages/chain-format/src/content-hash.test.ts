import { describe, expect, test } from "vitest"
import { contentHash } from "./content-hash.ts"
import { toHex } from "./hex.ts"
import { sha256 } from "./testing/clear-suite.ts"
import { LEAF_BLOCKS } from "./limits.ts"

const BLOCK_BYTES = 64 << 10
const hash = contentHash(sha256)
const id = sha256(new Uint8Array(BLOCK_BYTES).fill(0x61))
const leafOf = (at: number) => {
  const ids = new Uint8Array(LEAF_BLOCKS * 32)
  ids.set(id, at * 32)
  return hash.leaf(ids)
}
const childAt = (at: number, digest: Uint8Array) => Array.from({ length: 64 }, (_, child) => (child === at ? digest : undefined))

describe("a content root", () => {
  // Computed by another program in another language, from docs/format.md.
  test.each([
    { what: "no bytes", size: 0, top: hash.zero(0), root: "73b816035c824c219a63cb7c6215c2e58254644c7f5d2c19c3ab25d3b360e87b" },
    { what: "1 GiB of zeros", size: 2 ** 30, top: hash.zero(2), root: "413ce5b4a902f867cf41ed63730e07d86f966202eda5c8ad3adba31e63175537" },
    { what: "one block", size: BLOCK_BYTES, top: leafOf(0), root: "068c3ae352f1ad1f1a873e3bfec0acfd9ca7a49b9c15b7411cc2033f830936bc" },
  ])("of $what is the one the document gives", ({ size, top, root }) => {
    expect(toHex(hash.root(size, BLOCK_BYTES, top))).toBe(root)
  })

  test("of 10 GiB with two equal blocks far apart is the one the document gives", () => {
    const near = hash.inner(1, childAt(0, leafOf(0)))
    const far = hash.inner(1, childAt(Math.floor(100_000 / LEAF_BLOCKS) % 64, leafOf(100_000 % LEAF_BLOCKS)))
    const top = hash.inner(2, childAt(0, near).with(Math.floor(100_000 / LEAF_BLOCKS / 64), far))
    expect(toHex(hash.root(10 * 2 ** 30, BLOCK_BYTES, top))).toBe(
      "a4270152d223f4bb128e16f8d767fc960cb4a096535ec3072795d81d06c2b19c",
    )
  })

  test("differs for disks that differ in size or block size alone", () => {
    const roots = [
      hash.root(2 ** 20, BLOCK_BYTES, hash.zero(0)),
      hash.root(2 ** 20 - 1, BLOCK_BYTES, hash.zero(0)),
      hash.root(2 ** 20, 2 * BLOCK_BYTES, hash.zero(0)),
    ]
    expect(new Set(roots.map(toHex)).size).toBe(3)
  })
})

test("no leaf can pose as an inner node, nor as zeros", () => {
  const same = new Uint8Array(LEAF_BLOCKS * 32).fill(7)
  const children = Array.from({ length: 64 }, () => new Uint8Array(32).fill(7))
  const digests = [hash.leaf(same), hash.inner(1, children), hash.inner(2, children), hash.zero(0), hash.zero(1)]
  expect(new Set(digests.map(toHex)).size).toBe(5)
})
