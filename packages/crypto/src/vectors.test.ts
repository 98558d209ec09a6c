import {
  argon2Sync,
  createCipheriv,
  createPrivateKey,
  createPublicKey,
  createSecretKey,
  diffieHellman,
  hash,
} from "node:crypto"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import { deriveKeys } from "./derive-keys.ts"
import { entryTagger, idMac } from "./entry-tag.ts"
import { exportFrom, exportTo, publicHalf } from "./hpke.ts"
import { encodeKeyRing, fingerprintOf } from "./key-ring.ts"
import { parseKeySlot } from "./key-slot.ts"
import { openObject, openObjectByHint, sealObject } from "./object-seal.ts"
import { passwordKey } from "./password-key.ts"
import { renderRecoveryKit } from "./recovery-kit.ts"
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
  readonly agreement: Texts<"privateKey" | "publicKey" | "shared">
  readonly sha256: readonly Texts<"message" | "digest">[]
  readonly hpke: Texts<"info" | "ephemeralKey" | "encapsulated" | "publicKey" | "privateKey"> & {
    readonly exports: readonly Readonly<Record<"context" | "value", string>>[]
  }
}
const published = read("published.json") as Published
const golden = read("golden.json")
const { hpke } = published
const hex = (text: string) => new Uint8Array(Buffer.from(text, "hex"))
const text = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex")
const base64 = (bytes: string) => Buffer.from(bytes, "hex").toString("base64url")
const keyOf = (bytes: string) => createSecretKey(Buffer.from(bytes, "hex"))

test.each(published.argon2id)("Argon2id as Node has it: $source", (vector) => {
  const { message, nonce, tag, memoryKiB: memory, passes, lanes: parallelism, secret, associatedData } = vector
  const inputs = { message: hex(message), nonce: hex(nonce), secret: hex(secret), associatedData: hex(associatedData) }
  expect(text(argon2Sync("argon2id", { ...inputs, memory, passes, parallelism, tagLength: 32 }))).toBe(tag)
})

test.each(published.passwords)(
  "a password's key: $source",
  async ({ password, salt, key, memoryKiB, passes, lanes }) => {
    expect(text(await passwordKey(password, hex(salt), { memoryKiB, passes, lanes }))).toBe(key)
  },
)

test.each(published.hkdf)("HKDF-SHA-256: $source", ({ input, salt, info, output }) => {
  const keys = deriveKeys(hex(input), hex(salt), hex(info), 3)
  expect(text(Buffer.concat(keys)).slice(0, output.length)).toBe(output)
})

test.each(published.hmac)("HMAC-SHA-256: $source", ({ key, message, mac }) => {
  expect(text(idMac(keyOf(key))(hex(message))).slice(0, mac.length)).toBe(mac)
})

test.each(published.sha256)("SHA-256 as Node has it: $source", ({ message, digest }) => {
  expect(hash("sha256", hex(message))).toBe(digest)
})

test("SHA-256 as the recovery kit checks its key", () => {
  const { message, digest } = published.sha256.find(({ message: { length } }) => length === 64) as Texts<
    "message" | "digest"
  >
  const kit = renderRecoveryKit({
    repository: "00".repeat(16),
    name: "name",
    madeAtMs: 0,
    generation: 1,
    fingerprint: "00".repeat(32),
    privateKey: hex(message),
  })
  expect(/key:([0-9a-f\s]+)/.exec(kit)?.[1]?.replace(/\s/g, "")).toBe(message + digest.slice(0, 8))
})

test.each(published.gcm)("AES-256-GCM as Node has it: $source", ({ key, nonce, associated, plain, sealed, tag }) => {
  const cipher = createCipheriv("aes-256-gcm", hex(key), hex(nonce)).setAAD(hex(associated))
  expect(text(Buffer.concat([cipher.update(hex(plain)), cipher.final()]))).toBe(sealed)
  expect(text(cipher.getAuthTag())).toBe(tag)
})

test.each(published.x25519)("X25519: $source", ({ privateKey, publicKey }) => {
  expect(text(publicHalf(hex(privateKey)))).toBe(publicKey)
})

test("X25519 as Node has it: RFC 7748, 6.1", () => {
  const { privateKey, publicKey, shared } = published.agreement
  const ours = text(publicHalf(hex(privateKey)))
  const jwk = (d: string | undefined, x: string) => ({
    key: { kty: "OKP", crv: "X25519", x: base64(x), ...(d && { d: base64(d) }) },
    format: "jwk" as const,
  })
  const keys = {
    privateKey: createPrivateKey(jwk(privateKey, ours)),
    publicKey: createPublicKey(jwk(undefined, publicKey)),
  }
  expect(text(diffieHellman(keys))).toBe(shared)
})

test.each(hpke.exports)(`HPKE: ${hpke.source}, context "$context"`, ({ context, value }) => {
  const { info, ephemeralKey, publicKey, privateKey } = hpke
  const ephemeral = { privateKey: hex(ephemeralKey), publicKey: publicHalf(hex(ephemeralKey)) }
  const sent = exportTo(hex(publicKey), hex(info), hex(context), ephemeral)
  expect(text(sent.encapsulated)).toBe(hpke.encapsulated)
  expect(text(sent.secret)).toBe(value)
  expect(text(exportFrom(hex(privateKey), sent.encapsulated, hex(info), hex(context)))).toBe(value)
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
    expect(opened.map(({ ring }) => Buffer.from(encodeKeyRing(ring)).toString())).toEqual([golden.slot.ring])
  }
})
