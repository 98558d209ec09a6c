import { randomBytes } from "node:crypto"
import { expect, test } from "vitest"
import { newX25519Pair } from "./hpke.ts"
import { firstGeneration, markOf, nextGeneration } from "./key-ring.ts"
import { isProven, type KeySlot } from "./key-slot.ts"
import { makeSlot } from "./make-slot.ts"

const random = (count: number) => new Uint8Array(randomBytes(count))
const ring = firstGeneration("ab".repeat(16), random)
const slotOf = (of = ring) =>
  makeSlot({
    ring: of,
    facts: { id: "01".repeat(16), createdAtMs: 1 },
    holder: { type: "recovery", publicKey: newX25519Pair().publicKey },
    random,
  })

test("a slot is proven by the ring that it was made with, and by every later one", async () => {
  const slot = await slotOf()
  expect(isProven(slot, ring)).toBe(true)
  expect(isProven(slot, nextGeneration(ring, 2, random))).toBe(true)
})

test("whoever lacks the key of its generation makes none that is proven, however well he copies what it says", async () => {
  const owners = nextGeneration(ring, 2, random)
  const planted = { ...(await slotOf(firstGeneration(ring.repository, random))), root: markOf(ring) }
  expect(isProven(planted, ring)).toBe(false)
  // A former administrator has the ring of before.
  const former = { ...(await slotOf(ring)), root: markOf(owners) }
  expect(isProven(former, owners)).toBe(false)
})

test("nothing of a slot can be exchanged behind its proof", async () => {
  const [slot, other] = [await slotOf(), await slotOf()]
  const changes: Partial<KeySlot>[] = [
    { means: other.means },
    { salt: other.salt },
    { commitment: other.commitment },
    { sealed: other.sealed },
    { id: "02".repeat(16) },
    { label: "office" },
    { createdAtMs: 2 },
    { repository: "cd".repeat(16) },
  ]
  for (const change of changes) expect(isProven({ ...slot, ...change }, ring)).toBe(false)
})
