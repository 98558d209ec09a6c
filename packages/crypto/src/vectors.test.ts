import { argon2Sync, createCipheriv, createHmac, createSecretKey, hash } from "node:crypto"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import { deriveKeys } from "./derive-keys.ts"
import { entryTagger, idMac } from "./entry-tag.ts"
import { exportFrom, exportTo, publicHalf } from "./hpke.ts"
import { fingerprintOf } from "./key-ring.ts"
import { parseKeySlot } from "./key-slot.ts"
import { openObject, openObjectByHint, sealObject } from "./object-seal.ts"
import { passwordKey } from "./password-key.ts"
import { unlock } from "./unlock.ts"

const read = (name: string) => JSON.parse(readFileSync(join(import.meta.dirname, "../testdata/vectors", name), "utf8"))

type Texts<Names extends string> = Readonly<Record<Names | "source", string>>
type Costs = Readonly<Record<"memoryKiB" | "passes" | "lanes", number>>
interface Published {
  readonly argon2id: readonly (Texts<"message" | "nonce" | "secret" | "associatedData" | "tag"> & Costs)[]
  readonly passwords: readonly (Texts<"password" | "salt" | "key"> & Costs)[]
  readonly hkdf: readonly Texts<"input" | "salt" | "info" | "output">[]
  readonly hmac: readonly Texts<"key" | "message" | "mac">[]
  readonly gcm: readonly Texts<"key" | "nonce" | "associated" | "plain" | "sealed" | "tag">[]
  readonly x25519: readonly Texts<"privateKey" | "publicKey">[]
  readonly hpke: Texts<"info" | "ephemeralKey" | "publicKey" | "privateKey"> & {
    readonly exports: readonly Readonly<Record<"context" | "value", string>>[]
  }
}
const published = read("published.json") as Published
const golden = read("golden.json")
const { hpke } = published
const hex = (text: string) => new Uint8Array(Buffer.from(text, "hex"))
const text = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex")
const keyOf = (bytes: string) => createSecretKey(Buffer.from(bytes, "hex"))

test.each(published.argon2id)("Argon2id as Node has it: $source", (vector) => {
  const { message, nonce, tag, memoryKiB: memory, passes, lanes: parallelism, secret, associatedData } = vector
  const inputs = { message: hex(message), nonce: hex(nonce), secret: hex(secret), associatedData: hex(associatedData) }
  expect(text(argon2Sync("argon2id", { ...inputs, memory, passes, parallelism, tagLength: 32 }))).toBe(tag)
})

test.each(published.passwords)("a password's key: $source", ({ password, salt, key, memoryKiB, passes, lanes }) => {
  expect(text(passwordKey(password, hex(salt), { memoryKiB, passes, lanes }))).toBe(key)
})

test.each(published.hkdf)("HKDF-SHA-256: $source", ({ input, salt, info, output }) => {
  const keys = deriveKeys(hex(input), hex(salt), hex(info), 3)
  expect(text(Buffer.concat(keys)).slice(0, output.length)).toBe(output)
})

test.each(published.hmac)("HMAC-SHA-256: $source", ({ key, message, mac }) => {
  expect(text(idMac(keyOf(key))(hex(message)))).toBe(mac)
})

test("SHA-256: FIPS 180-4, the example of one block", () => {
  expect(hash("sha256", "abc")).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
})

test.each(published.gcm)("AES-256-GCM as Node has it: $source", ({ key, nonce, associated, plain, sealed, tag }) => {
  const cipher = createCipheriv("aes-256-gcm", hex(key), hex(nonce)).setAAD(hex(associated))
  expect(text(Buffer.concat([cipher.update(hex(plain)), cipher.final()]))).toBe(sealed)
  expect(text(cipher.getAuthTag())).toBe(tag)
})

test.each(published.x25519)("X25519: $source", ({ privateKey, publicKey }) => {
  expect(text(publicHalf(hex(privateKey)))).toBe(publicKey)
})

test.each(hpke.exports)(`HPKE: ${hpke.source}, context "$context"`, ({ context, value }) => {
  const { info, ephemeralKey, publicKey, privateKey } = hpke
  const ephemeral = { privateKey: hex(ephemeralKey), publicKey: publicHalf(hex(ephemeralKey)) }
  const sent = exportTo(hex(publicKey), hex(info), hex(context), ephemeral)
  expect(text(sent.secret)).toBe(value)
  expect(text(exportFrom(hex(privateKey), sent.encapsulated, hex(info), hex(context)))).toBe(value)
})

test("HMAC under a key of ours is what Node says", () => {
  const mac = createHmac("sha256", hex("0b".repeat(32)))
    .update("x")
    .digest()
  expect(text(idMac(keyOf("0b".repeat(32)))(Buffer.from("x")))).toBe(text(mac))
})

test("golden: an object is sealed to the byte as docs/format.md says, and opens by header and by hint", () => {
  const { repository, kind, objectKey, epoch, epochKey, salt, slot, associated, body, ...expected } = golden.object
  const place = { repository, kind, objectKey }
  const sealing = sealObject({ epoch, key: keyOf(epochKey) }, place, hex(salt))
  const into = new Uint8Array(hex(body).length + 16)
  sealing.slot(slot, hex(body), hex(associated), into)
  expect({ header: text(sealing.header), hint: text(sealing.hint), sealed: text(into) }).toEqual(expected)
  const find = (number: number) => (number === epoch ? keyOf(epochKey) : undefined)
  for (const opening of [openObject(place, sealing.header, find), openObjectByHint(place, sealing.hint, find)])
    expect(text(opening.slot(slot, into, hex(associated)))).toBe(body)
})

test("golden: the tag of an entry's name", () => {
  const { logKey, prefix, number, tag } = golden.tag
  expect(entryTagger(keyOf(logKey))(prefix, number)).toBe(tag)
})

test("golden: a generation's fingerprint", () => {
  const { repository, epoch, epochKey, fingerprint } = golden.fingerprint
  expect(fingerprintOf({ repository, epochs: [{ epoch, key: keyOf(epochKey) }] }, epoch)).toBe(fingerprint)
})

test("golden: a password's slot opens, composed or not", async () => {
  const slot = parseKeySlot(golden.slot.slot, golden.slot.slot.id)
  for (const form of ["NFC", "NFD"]) {
    const password = golden.slot.password.normalize(form)
    const { opened, failures } = await unlock([slot], { type: "password", password })
    expect(failures).toEqual([])
    expect(opened.map(({ root }) => text(root.export()))).toEqual([golden.slot.root])
  }
})
