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
const childAt = (at: number, digest: Uint8Array) =>
  Array.from({ length: 64 }, (_, child) => (child === at ? digest : undefined))

describe("a content root", () => {
  // Computed by another program in another language, from docs/format.md.
  test.each([
    {
      what: "no bytes",
      size: 0,
      top: hash.zero(0),
      root: "713b74dee4f3bd7260820b2095e97db5c0712a67e51ec376d63e5bf769cc7c28",
    },
    {
      what: "1 GiB of zeros",
      size: 2 ** 30,
      top: hash.zero(2),
      root: "8b8984ee1b5d36be717113ad7c922748d535eefdecca36ff89f663dc5e18e2af",
    },
    {
      what: "one block",
      size: BLOCK_BYTES,
      top: leafOf(0),
      root: "affd89b261a393997c3663bb753373eccea3fb3f1f246cfd11051eaca871ea47",
    },
  ])("of $what is the one the document gives", ({ size, top, root }) => {
    expect(toHex(hash.root(size, BLOCK_BYTES, top))).toBe(root)
  })

  test("of 10 GiB with two equal blocks far apart is the one the document gives", () => {
    const near = hash.inner(1, childAt(0, leafOf(0)))
    const far = hash.inner(1, childAt(Math.floor(100_000 / LEAF_BLOCKS) % 64, leafOf(100_000 % LEAF_BLOCKS)))
    const top = hash.inner(2, childAt(0, near).with(Math.floor(100_000 / LEAF_BLOCKS / 64), far))
    expect(toHex(hash.root(10 * 2 ** 30, BLOCK_BYTES, top))).toBe(
      "2657a9f923fdea47c5e82655d7855c84f8c40970ecbabaa1454766dc6d53a536",
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
