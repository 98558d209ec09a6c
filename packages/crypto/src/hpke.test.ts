import { expect, test } from "vitest"
import { exportFrom, exportTo, newX25519Pair, publicHalf } from "./hpke.ts"

const info = Buffer.from("info")
const context = Buffer.from("context")
const isBadArgument = expect.objectContaining({ name: "CryptoError", code: "BadArgument" })

test("a secret made for a public key is found with the private key, and is another one each time", () => {
  const secrets = new Set<string>()
  for (let round = 0; round < 50; round++) {
    const pair = newX25519Pair()
    expect(Buffer.compare(publicHalf(pair.privateKey), pair.publicKey)).toBe(0)
    for (let time = 0; time < 2; time++) {
      const { encapsulated, secret } = exportTo(pair.publicKey, info, context)
      expect(Buffer.compare(exportFrom(pair.privateKey, encapsulated, info, context), secret)).toBe(0)
      secrets.add(Buffer.from(secret).toString("hex"))
    }
  }
  expect(secrets.size).toBe(100)
})

test("another key, info, context or encapsulated key finds another secret", () => {
  const pair = newX25519Pair()
  const { encapsulated, secret } = exportTo(pair.publicKey, info, context)
  const flipped = Uint8Array.from(encapsulated, (byte, at) => (at === 5 ? byte ^ 1 : byte))
  for (const [privateKey, sent, said, bound] of [
    [newX25519Pair().privateKey, encapsulated, info, context],
    [pair.privateKey, flipped, info, context],
    [pair.privateKey, encapsulated, context, context],
    [pair.privateKey, encapsulated, info, info],
    [pair.privateKey, encapsulated, Buffer.concat([info, context]), new Uint8Array(0)],
  ] as const)
    expect(Buffer.compare(exportFrom(privateKey, sent, said, bound), secret)).not.toBe(0)
})

// u of small order: 0, 1, p - 1, and p, p + 1, which are 0 and 1 again. RFC 7748, 6.1: the agreed secret would be zeros.
const prime = 2n ** 255n - 19n
test.each([0n, 1n, prime - 1n, prime, prime + 1n])("no secret is agreed on with the point %d of small order", (u) => {
  const point = Buffer.from(u.toString(16).padStart(64, "0"), "hex").toReversed()
  expect(() => exportTo(point, info, context)).toThrow(isBadArgument)
  expect(() => exportFrom(newX25519Pair().privateKey, point, info, context)).toThrow(isBadArgument)
})

test.each([0, 31, 33, 64])("%i bytes are no key", (length) => {
  const bytes = new Uint8Array(length).fill(9)
  const pair = newX25519Pair()
  expect(() => publicHalf(bytes)).toThrow(isBadArgument)
  expect(() => exportTo(bytes, info, context)).toThrow(isBadArgument)
  expect(() => exportFrom(bytes, pair.publicKey, info, context)).toThrow(isBadArgument)
  expect(() => exportFrom(pair.privateKey, bytes, info, context)).toThrow(isBadArgument)
})
