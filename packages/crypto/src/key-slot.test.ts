import fc from "fast-check"
import { expect, test } from "vitest"
import { newX25519Pair } from "./hpke.ts"
import { encodeKeyRing } from "./key-ring.ts"
import { parseKeySlot } from "./key-slot.ts"
import type { SlotHolder } from "./make-slot.ts"
import { aPassword, aRing, aService, aSlot } from "./testing/a-slot.ts"
import { storedForm } from "./testing/stored-form.ts"
import { type Secret, unlock } from "./unlock.ts"

const ring = aRing()
const pair = newX25519Pair()
const key = aService()
const holders: readonly { readonly type: string; readonly holder: SlotHolder; readonly secret: Secret }[] = [
  { type: "password", holder: aPassword("correct horse"), secret: { type: "password", password: "correct horse" } },
  {
    type: "recovery",
    holder: { type: "recovery", publicKey: pair.publicKey },
    secret: { type: "recovery", privateKey: pair.privateKey },
  },
  { type: "external", holder: { type: "external", key }, secret: { type: "external", key } },
]

test.each(holders)("a $type slot comes back from JSON as it was, and opens", async ({ holder, secret }) => {
  const slot = await aSlot(holder, { ring, label: "office", hint: "usual" })
  const again = parseKeySlot(storedForm(slot), slot.id)
  expect(storedForm(again)).toEqual(storedForm(slot))
  const { opened, failures } = await unlock([again], secret)
  expect(failures).toEqual([])
  expect(opened.map((one) => Buffer.compare(encodeKeyRing(one.ring), encodeKeyRing(ring)))).toEqual([0])
})

test("it gives nothing to anybody else", async () => {
  const slots = await Promise.all(holders.map(({ holder }) => aSlot(holder, { ring })))
  for (const secret of [
    { type: "password", password: "correct horse " },
    { type: "recovery", privateKey: newX25519Pair().privateKey },
    { type: "external", key: aService() },
    { type: "external", key: { ...key, keyId: "key-2" } },
    { type: "external", key: { ...key, provider: "another" } },
  ] as const)
    expect(await unlock(slots, secret)).toEqual({ opened: [], failures: [] })
})

test("a slot is read and opened under its own id only", async () => {
  const slot = await aSlot(aPassword("correct horse"), { ring })
  const id = "ff".repeat(16)
  expect(() => parseKeySlot(storedForm(slot), id)).toThrow(/says it is slot/)
  const moved = parseKeySlot({ ...storedForm(slot), id }, id)
  const result = await unlock([moved], { type: "password", password: "correct horse" })
  expect(result).toEqual({ opened: [], failures: [] })
})

test("whatever lies where a slot should is a slot or damage, nothing else", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (body) => {
      expect(() => parseKeySlot(body, "00".repeat(16))).toThrow(expect.objectContaining({ code: "Damaged" }))
    }),
  )
})
