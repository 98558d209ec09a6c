import { createSecretKey, hkdfSync, randomBytes } from "node:crypto"
import { expect, test } from "vitest"
import { isCryptoError } from "./crypto-error.ts"
import {
  epochOf,
  HINT_BYTES,
  type ObjectPlace,
  openObject,
  openObjectByHint,
  sealObject,
  SUITE_HEADER_BYTES,
  TAG_BYTES,
} from "./object-seal.ts"

const key = createSecretKey(randomBytes(32))
const epoch = { epoch: 3, key }
const place: ObjectPlace = { repository: "0f".repeat(16), kind: 1, objectKey: "backups/a/packs/b/00000001" }
const keyOf = (number: number) => (number === 3 ? key : undefined)
const associated = randomBytes(16)

function sealed(body: Uint8Array, slot = 0) {
  const sealing = sealObject(epoch, place, randomBytes(32))
  const into = new Uint8Array(body.length + TAG_BYTES)
  expect(sealing.slot(slot, body, associated, into)).toBe(into.length)
  return { ...sealing, into }
}

const codeOf = (work: () => unknown) => {
  try {
    work()
  } catch (error) {
    return isCryptoError(error) ? error.code : error
  }
  return "opened"
}

test.each([0, 1, 15, 16, 64 << 10, (64 << 10) + 1, 1 << 20])("a body of %i bytes comes back as it was", (length) => {
  const body = randomBytes(length)
  const { header, hint, into } = sealed(body, 5)
  expect(header).toHaveLength(SUITE_HEADER_BYTES)
  expect(hint).toHaveLength(HINT_BYTES)
  expect(epochOf(hint)).toBe(3)
  for (const opening of [openObject(place, header, keyOf), openObjectByHint(place, hint, keyOf)])
    expect(Buffer.compare(opening.slot(5, into, associated), body)).toBe(0)
})

test("every byte of header, hint and sealed body counts", () => {
  const { header, hint, into } = sealed(Buffer.from("a body of some length"))
  const flip = (bytes: Uint8Array, at: number) => bytes.map((byte, index) => (index === at ? byte ^ 1 : byte))
  for (let at = 0; at < header.length; at++)
    expect(codeOf(() => openObject(place, flip(header, at), keyOf))).toBe(at < 4 ? "UnknownEpoch" : "Unopenable")
  for (let at = 4; at < hint.length; at++)
    expect(codeOf(() => openObjectByHint(place, flip(hint, at), keyOf).slot(0, into, associated))).toBe("Unopenable")
  const opening = openObject(place, header, keyOf)
  for (let at = 0; at < into.length; at++)
    expect(codeOf(() => opening.slot(0, flip(into, at), associated))).toBe("Unopenable")
  for (let length = 0; length < into.length; length++)
    expect(codeOf(() => opening.slot(0, into.subarray(0, length), associated))).toBe("Unopenable")
})

test("it opens nowhere else: not of another kind, repository, key, slot or associated data", () => {
  const { header, hint, into } = sealed(Buffer.from("body"))
  const others: Partial<ObjectPlace>[] = [
    { kind: 2 },
    { repository: "f0".repeat(16) },
    { objectKey: "backups/a/packs/b/00000002" },
  ]
  for (const other of others) {
    expect(codeOf(() => openObject({ ...place, ...other }, header, keyOf))).toBe("Unopenable")
    const opening = openObjectByHint({ ...place, ...other }, hint, keyOf)
    expect(codeOf(() => opening.slot(0, into, associated))).toBe("Unopenable")
  }
  const opening = openObject(place, header, keyOf)
  expect(codeOf(() => opening.slot(1, into, associated))).toBe("Unopenable")
  expect(codeOf(() => opening.slot(0, into, associated.subarray(1)))).toBe("Unopenable")
  expect(codeOf(() => opening.slot(0, into, associated))).toBe("opened")
})

test("the commitment is held before anything is opened", () => {
  const { header } = sealed(Buffer.from("body"))
  const other = createSecretKey(randomBytes(32))
  expect(codeOf(() => openObject(place, header, () => other))).toBe("Unopenable")
})

test("a commitment that is not the key's is refused before a slot is looked at, though every slot would open", () => {
  const { header, hint, into } = sealed(Buffer.from("body"))
  const forged = Buffer.concat([hint, randomBytes(32)])
  expect(codeOf(() => openObject(place, forged, keyOf))).toBe("Unopenable")
  expect(codeOf(() => openObject(place, header, keyOf).slot(0, into, associated))).toBe("opened")
})

test("a header or hint of another length is refused", () => {
  const { header, hint } = sealed(Buffer.from("body"))
  for (const wrong of [new Uint8Array(0), header.subarray(1), hint, Buffer.concat([header, Uint8Array.of(0)])])
    expect(codeOf(() => openObject(place, wrong, keyOf))).toBe("Unopenable")
  for (const wrong of [new Uint8Array(0), hint.subarray(1), header, Buffer.concat([hint, Uint8Array.of(0)])])
    expect(codeOf(() => openObjectByHint(place, wrong, keyOf))).toBe("Unopenable")
  expect(epochOf(hint.subarray(0, HINT_BYTES - 1))).toBeUndefined()
})

test("an epoch that is not at hand is told apart, by header and by hint", () => {
  const { header, hint } = sealed(Buffer.from("body"))
  const flip = (bytes: Uint8Array, at: number) => bytes.map((byte, index) => (index === at ? byte ^ 1 : byte))
  for (let at = 0; at < 4; at++) {
    expect(codeOf(() => openObject(place, flip(header, at), keyOf))).toBe("UnknownEpoch")
    expect(codeOf(() => openObjectByHint(place, flip(hint, at), keyOf))).toBe("UnknownEpoch")
  }
})

test("a salt has 32 bytes: with another one nobody could open", () => {
  for (const length of [0, 31, 33])
    expect(codeOf(() => sealObject(epoch, place, randomBytes(length)))).toBe("BadArgument")
})

test("no more than 2^30 bytes are sealed under one key", () => {
  const seal = (bytes: number) =>
    codeOf(() =>
      sealObject(epoch, place, randomBytes(32)).slot(0, new Uint8Array(bytes), associated, new Uint8Array(0)),
    )
  expect(seal(2 ** 30 + 1)).toBe("KeyUsedUp")
  const sealing = sealObject(epoch, place, randomBytes(32))
  const [body, into] = [new Uint8Array(1 << 20), new Uint8Array((1 << 20) + TAG_BYTES)]
  const count = (bytes: number) => codeOf(() => sealing.slot(count.next++, body.subarray(0, bytes), associated, into))
  count.next = 0
  for (let mib = 0; mib < 1024; mib++) expect(count(1 << 20)).toBe("opened")
  expect(count(0)).toBe("opened")
  expect(count(1)).toBe("KeyUsedUp")
})

test("what is no number of a slot seals nothing", () => {
  const sealing = sealObject(epoch, place, randomBytes(32))
  for (const number of [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY])
    expect(codeOf(() => sealing.slot(number, Buffer.from("x"), associated, new Uint8Array(1 + TAG_BYTES)))).toBe(
      "KeyUsedUp",
    )
})

test("a number is used once, ascending, and within the limits of a key", () => {
  const sealing = sealObject(epoch, place, randomBytes(32))
  const seal = (number: number, bytes = 1) =>
    codeOf(() => sealing.slot(number, new Uint8Array(bytes), associated, new Uint8Array(bytes + TAG_BYTES)))
  expect(seal(0)).toBe("opened")
  expect(seal(0)).toBe("KeyUsedUp")
  expect(seal(2)).toBe("opened")
  expect(seal(1)).toBe("KeyUsedUp")
  expect(seal(65_536)).toBe("KeyUsedUp")
})

test("10^5 sealings: no salt and no key and nonce are used twice", () => {
  const salts = new Set<string>()
  const keys = new Set<string>()
  const body = Buffer.from("body")
  const into = new Uint8Array(body.length + TAG_BYTES)
  const sealedOnce = new Set<string>()
  for (let count = 0; count < 100_000; count++) {
    const sealing = sealObject(epoch, place, randomBytes(32))
    salts.add(Buffer.from(sealing.hint).toString("latin1"))
    keys.add(Buffer.from(sealing.header.subarray(HINT_BYTES)).toString("latin1"))
    if (count % 10 === 0) {
      sealing.slot(0, body, associated, into)
      // Equal bodies under equal numbers: equal bytes would betray an equal key.
      sealedOnce.add(Buffer.from(into).toString("latin1"))
    }
  }
  expect([salts.size, keys.size, sealedOnce.size]).toEqual([100_000, 100_000, 10_000])
})

test("what does not open tells no key and no plaintext", () => {
  const raw = randomBytes(32)
  const secret = createSecretKey(raw)
  const sealing = sealObject({ epoch: 3, key: secret }, place, randomBytes(32))
  const into = new Uint8Array(8 + TAG_BYTES)
  sealing.slot(0, Buffer.from("planted!"), associated, into)
  const objectKey = new Uint8Array(hkdfSync("sha256", raw, sealing.hint.subarray(4), Buffer.from("bcopy-object\0"), 32))
  try {
    openObject(place, sealing.header, () => secret).slot(0, into.fill(0, 0, 1), associated)
    expect.unreachable()
  } catch (error) {
    const told = `${String((error as Error).stack)} ${JSON.stringify(error)} ${String((error as Error).cause)}`
    for (const planted of [raw.toString("hex"), "planted", Buffer.from(objectKey).toString("hex")])
      expect(told).not.toContain(planted)
  }
})
