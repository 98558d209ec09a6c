import { expect, test } from "vitest"
import { newX25519Pair } from "./hpke.ts"
import { type KeySlot, parseKeySlot } from "./key-slot.ts"
import { aPassword, aRing, aService, aSlot, leastParameters } from "./testing/a-slot.ts"
import { storedForm } from "./testing/stored-form.ts"

const badArgument = { name: "CryptoError", code: "BadArgument" }
const password = aPassword("correct horse")
const saltOf = ({ means }: KeySlot) => (means.type === "password" ? Buffer.from(means.kdf.salt).toString("hex") : "")

test.each(["correct horse", "It is CORRECT HORSE, as always", "correct horse".normalize("NFD")])(
  "a hint that holds the password is refused: %s",
  async (hint) => {
    await expect(aSlot(password, { hint })).rejects.toMatchObject(badArgument)
  },
)

test("a hint that holds the password in another composition is refused", async () => {
  await expect(aSlot(aPassword("Pässword"), { hint: "pa\u0308ssword!" })).rejects.toMatchObject(badArgument)
})

test("a writer makes no weak slot, and none for what is no password", async () => {
  const weak = { ...leastParameters, memoryKiB: 46 << 10 }
  await expect(aSlot({ ...password, parameters: weak })).rejects.toMatchObject(badArgument)
  for (const one of ["", "x".repeat(5000), "\ud800"])
    await expect(aSlot(aPassword(one))).rejects.toMatchObject(badArgument)
  const greedy = { ...leastParameters, memoryKiB: 2 ** 31 }
  await expect(aSlot({ ...password, parameters: greedy })).rejects.toMatchObject({ code: "TooCostly" })
})

test("whatever a slot may say, a reader takes", async () => {
  const texts = { label: "ü".repeat(255), hint: "the horse" }
  const slot = await aSlot(password, texts)
  expect(parseKeySlot(storedForm(slot), slot.id)).toMatchObject(texts)
  await expect(aSlot(password, { label: "l".repeat(256) })).rejects.toMatchObject(badArgument)
  await expect(aSlot(password, { hint: "h".repeat(256) })).rejects.toMatchObject(badArgument)
})

test("without a label and a hint a slot says none", async () => {
  const slot = await aSlot({ type: "external", key: aService() })
  expect(Object.keys(parseKeySlot(storedForm(slot), slot.id))).not.toContain("label")
  expect(Object.keys(storedForm(slot))).not.toContain("hint")
})

test("a slot made without parameters has those that RFC 9106 recommends second", async () => {
  const { means } = await aSlot({ type: "password", password: "correct horse" })
  expect(means).toMatchObject({ kdf: { memoryKiB: 65_536, passes: 3, lanes: 4 } })
})

test("a salt is shared by slots of equal parameters, and by no others", async () => {
  const ring = aRing()
  const first = await aSlot(password, { ring })
  const same = await aSlot(aPassword("another"), { ring, siblings: [first] })
  const costlier = { ...password, parameters: { ...leastParameters, passes: 2 } }
  expect(saltOf(same)).toBe(saltOf(first))
  expect(saltOf(await aSlot(costlier, { ring, siblings: [first, same] }))).not.toBe(saltOf(first))
  expect(saltOf(await aSlot(password, { ring }))).not.toBe(saltOf(first))
})

test("two slots of one password differ in all that is secret", async () => {
  const ring = aRing()
  const first = await aSlot(password, { ring })
  const again = await aSlot(password, { ring, siblings: [first] })
  const [one, other] = [storedForm(first), storedForm(again)]
  expect([one.salt, one.commitment, one.sealed]).not.toContain(other.salt)
  expect(one.commitment).not.toBe(other.commitment)
  expect(one.sealed).not.toBe(other.sealed)
})

test("what is no public key gets no slot", async () => {
  for (const publicKey of [
    new Uint8Array(0),
    newX25519Pair().publicKey.slice(1),
    new Uint8Array(33),
    new Uint8Array(32),
  ])
    await expect(aSlot({ type: "recovery", publicKey })).rejects.toMatchObject(badArgument)
})

test("what a service throws comes through", async () => {
  const key = { ...aService(), wrap: () => Promise.reject(new Error("no network")) }
  await expect(aSlot({ type: "external", key })).rejects.toThrow("no network")
})
