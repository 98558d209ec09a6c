import { createSecretKey } from "node:crypto"
import { inspect } from "node:util"
import { expect, test } from "vitest"
import { entryTagger, idMac } from "./entry-tag.ts"
import { exportFrom, exportTo, publicHalf } from "./hpke.ts"
import { decodeKeyRing, encodeKeyRing, fingerprintOf, type KeyRing, markOf, nextGeneration } from "./key-ring.ts"
import { parseKeySlot } from "./key-slot.ts"
import { makeSlot, type SlotHolder } from "./make-slot.ts"
import { openObject, openObjectByHint, sealObject } from "./object-seal.ts"
import { passwordKey } from "./password-key.ts"
import { parseRecoveryKit, renderRecoveryKit } from "./recovery-kit.ts"
import { leastParameters, random } from "./testing/a-slot.ts"
import { storedForm } from "./testing/stored-form.ts"
import { unlock } from "./unlock.ts"

// Known secrets, all different, each told by any eight of its bytes.
const secretOf = (from: number) => Uint8Array.from({ length: 32 }, (_, at) => (from + at * 7) % 256)
const idKey = secretOf(3)
const logKey = secretOf(50)
const epochKey = secretOf(97)
const privateKey = secretOf(144)
const wrappedSecret = secretOf(191)
const password = "Tr0ub4dor & drei"
const plain = Buffer.from("the plaintext that nobody sees")
const secrets = [idKey, logKey, epochKey, privateKey, wrappedSecret, Buffer.from(password), plain]
const keyOf = (bytes: Uint8Array) => createSecretKey(Buffer.from(bytes))
const repository = "ab".repeat(16)
const ring: KeyRing = {
  repository,
  generation: 1,
  epochs: [{ epoch: 1, key: keyOf(epochKey) }],
  idKey: keyOf(idKey),
  logKey: keyOf(logKey),
}
const place = { repository, kind: 1, objectKey: "backups/a/packs/b/00000001" }

/** Every way in which bytes are commonly shown, and parts of them. */
function formsOf(secret: Uint8Array): string[] {
  const bytes = Buffer.from(secret)
  const parts = [bytes.subarray(0, 8), bytes.subarray(8, 16), bytes.subarray(-8)]
  return parts.flatMap((part) => [
    part.toString("hex"),
    part.toString("hex").replace(/..(?!$)/g, "$& "),
    bytes.subarray(0, 9).toString("base64"),
    [...part].join(", "),
    [...part].join(","),
    part.toString("latin1"),
    part.toString("utf8"),
  ])
}
const forms = secrets.flatMap(formsOf)

/** All that a program could print of a value. */
function shown(value: unknown): string {
  const options = { depth: Infinity, maxArrayLength: null, maxStringLength: null, getters: true }
  const texts = [inspect(value, options), inspect(value), String(value), JSON.stringify(value) ?? ""]
  for (let error = value; error instanceof Error; error = error.cause)
    texts.push(error.message, String(error.stack), inspect(error, options))
  return texts.join("\n")
}

const tellsNothing = (value: unknown) => {
  const text = shown(value)
  expect(forms.filter((form) => text.includes(form))).toEqual([])
}

async function thrownBy(work: () => unknown): Promise<unknown> {
  try {
    await work()
  } catch (error) {
    return error
  }
  throw new Error(`nothing was thrown by ${String(work)}`)
}

const service = {
  provider: "test",
  keyId: "key",
  wrap: async () => new Uint8Array(32).fill(1),
  unwrap: async () => Uint8Array.from(wrappedSecret),
}
const holders: readonly SlotHolder[] = [
  { type: "password", password, parameters: leastParameters },
  { type: "recovery", publicKey: publicHalf(privateKey) },
  { type: "external", key: service },
]
/** A service's slot begins with the secret that it wraps; all else that is drawn, everybody may see. */
function slotFor(holder: SlotHolder, over: { readonly hint?: string } = {}) {
  const first = holder.type === "external" ? [Uint8Array.from(wrappedSecret)] : []
  const facts = { id: "0f".repeat(16), createdAtMs: 1, ...over }
  return makeSlot({ ring, facts, holder, random: (count) => first.shift() ?? random(count) })
}

test("the search finds a secret that is shown", () => {
  for (const secret of secrets) {
    for (const value of [secret, [Buffer.from(secret)], { a: { b: Buffer.from(secret).toString("hex") } }])
      expect(forms.some((form) => shown(value).includes(form))).toBe(true)
    expect(forms.some((form) => shown(new Error("x", { cause: Buffer.from(secret) })).includes(form))).toBe(true)
  }
})

test("what is given to callers shows no key when it is printed", async () => {
  const sealing = sealObject({ epoch: 1, key: keyOf(epochKey) }, place, random(32))
  const find = () => keyOf(epochKey)
  for (const value of [ring, nextGeneration(ring, 2, random), sealing, entryTagger(ring.logKey), idMac(ring.idKey)])
    tellsNothing(value)
  for (const value of [openObject(place, sealing.header, find), openObjectByHint(place, sealing.hint, find)])
    tellsNothing(value)
  for (const value of [
    markOf(ring),
    fingerprintOf(ring, 1),
    exportTo(publicHalf(privateKey), plain, plain).encapsulated,
  ])
    tellsNothing(value)
})

test("a slot shows nothing of what opens it and of what it wraps, and neither does what it opens to", async () => {
  for (const holder of holders) tellsNothing(await slotFor(holder))
  for (const [at, secret] of [
    { type: "password", password } as const,
    { type: "recovery", privateKey } as const,
    { type: "external", key: service } as const,
  ].entries()) {
    const slot = await slotFor(holders[at] as SlotHolder)
    const result = await unlock([slot], secret)
    expect(result.opened).toHaveLength(1)
    tellsNothing(result)
    const changed = await unlock([{ ...slot, label: "changed" }], secret)
    expect(changed.failures).toHaveLength(1)
    tellsNothing(changed)
  }
})

test("what is thrown tells no key, no password and no plaintext", async () => {
  const sealing = sealObject({ epoch: 1, key: keyOf(epochKey) }, place, random(32))
  const into = new Uint8Array(plain.length + 16)
  sealing.slot(0, plain, plain, into)
  const find = () => keyOf(epochKey)
  const forged = Uint8Array.from(into, (byte, at) => (at === into.length - 1 ? byte ^ 1 : byte))
  const slot = await slotFor(holders[0] as SlotHolder)
  const stored = storedForm(slot)
  const kit = renderRecoveryKit({ ...markOf(ring), repository, name: "name", madeAtMs: 0, privateKey })
  const encoded = Buffer.from(encodeKeyRing(ring))
  const wrong = { generation: 2, fingerprint: "00".repeat(32) }
  const works: readonly (() => unknown)[] = [
    () => sealing.slot(0, plain, plain, into),
    () => sealObject({ epoch: 1, key: keyOf(epochKey) }, place, epochKey.subarray(1)),
    () => openObject(place, sealing.header, find).slot(0, forged, plain),
    () => openObject(place, sealing.header, find).slot(0, into.subarray(0, 5), plain),
    () => openObject({ ...place, kind: 2 }, sealing.header, find),
    () => openObject(place, sealing.header, () => undefined),
    () => openObjectByHint(place, sealing.hint, find).slot(1, into, plain),
    () => decodeKeyRing(encoded, repository, wrong),
    () => decodeKeyRing(encoded, repository, { generation: 1, fingerprint: "00".repeat(32) }),
    () => decodeKeyRing(encoded.subarray(1), repository, markOf(ring)),
    () => decodeKeyRing(encoded.subarray(0, -1), repository, markOf(ring)),
    () => decodeKeyRing(Buffer.from(encoded.toString().replace(`"idKey":"`, `"idKey":"x`)), repository, markOf(ring)),
    () => decodeKeyRing(Buffer.from(encoded.toString().replace(`"epoch":1`, `"epoch":"1"`)), repository, markOf(ring)),
    () => nextGeneration(ring, 1, random),
    () => parseKeySlot({ ...stored, sealed: Buffer.from(password).toString("hex") }, stored.id),
    () => parseKeySlot({ ...stored, means: { type: "password", password } }, stored.id),
    () => parseRecoveryKit(kit.replace(/\d/g, "0")),
    () => parseRecoveryKit(kit.replace("repository:", "x")),
    () => parseRecoveryKit(kit.replace("root:", "x")),
    () => parseRecoveryKit(kit.slice(1)),
    () => slotFor({ type: "password", password: `${password}\ud800` }),
    () => slotFor({ type: "password", password: password.repeat(500) }),
    () => slotFor({ type: "password", password, parameters: { ...leastParameters, memoryKiB: 1 } }),
    () => slotFor(holders[0] as SlotHolder, { hint: `it is ${password}` }),
    () => slotFor({ type: "recovery", publicKey: privateKey.subarray(1) }),
    () => passwordKey(password, new Uint8Array(1), { memoryKiB: 8, passes: 1, lanes: 2 }),
    () => passwordKey(password, new Uint8Array(16), { memoryKiB: 2 ** 31, passes: 1, lanes: 2 }),
    () => unlock([slot], { type: "recovery", privateKey: privateKey.subarray(1) }),
    () => publicHalf(Buffer.concat([privateKey, privateKey])),
    () => exportFrom(privateKey, new Uint8Array(32), plain, plain),
    () => exportTo(new Uint8Array(32), plain, plain, { privateKey, publicKey: publicHalf(privateKey) }),
  ]
  for (const work of works) {
    const error = await thrownBy(work)
    expect(error, String(work)).toMatchObject({ name: "CryptoError" })
    tellsNothing(error)
  }
})
