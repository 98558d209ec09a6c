import { expect, test } from "vitest"
import {
  defaultPasswordParameters,
  passwordBytes,
  passwordKey,
  requireAffordable,
  requireStrong,
} from "./password-key.ts"

const salt = new Uint8Array(16).fill(7)
const quick = { memoryKiB: 64, passes: 1, lanes: 1 }
const keyOf = async (password: string, over: object = {}, with_ = salt) =>
  Buffer.from(await passwordKey(password, with_, { ...quick, ...over })).toString("hex")
const code = (text: string) => expect.objectContaining({ name: "CryptoError", code: text })

test("a password is the same composed or decomposed, and nothing else is folded", async () => {
  expect(await keyOf("Pässwörd Å")).toBe(await keyOf("Pa\u0308sswo\u0308rd A\u030a"))
  const all = [
    "password",
    "Password",
    "password ",
    " password",
    "pa\u00adssword",
    "ﬁ",
    "fi",
    "ß",
    "ss",
    "１",
    "1",
    "p\0",
  ]
  expect(new Set(await Promise.all(all.map((one) => keyOf(one)))).size).toBe(all.length)
})

test("every parameter and every byte of the salt counts", async () => {
  const keys = [keyOf("x"), keyOf("x", { memoryKiB: 72 }), keyOf("x", { passes: 2 }), keyOf("x", { lanes: 2 })]
  for (let at = 0; at < salt.length; at++)
    keys.push(
      keyOf(
        "x",
        {},
        salt.map((byte, index) => (index === at ? 8 : byte)),
      ),
    )
  expect(new Set(await Promise.all(keys)).size).toBe(keys.length)
})

test("a password is Unicode text of 1 to 4096 bytes", async () => {
  for (const one of ["", "\ud83d", "a\udc00b", "x".repeat(4097), "é".repeat(2049)]) {
    expect(() => passwordBytes(one)).toThrow(code("BadArgument"))
    await expect(passwordKey(one, salt, quick)).rejects.toEqual(code("BadArgument"))
  }
  for (const one of [" ", "\0", "🔑", "x".repeat(4096)]) expect(passwordBytes(one).length).toBeGreaterThan(0)
})

test("a writer uses at least 47 MiB, and may use what a reader gives at most", async () => {
  const most = { memoryKiB: 1 << 20, passes: 64, lanes: 16 }
  for (const fine of [defaultPasswordParameters, { memoryKiB: 47 << 10, passes: 1, lanes: 1 }, most])
    expect(() => requireStrong(fine)).not.toThrow()
  for (const weak of [
    { memoryKiB: (47 << 10) - 1 },
    { passes: 0 },
    { lanes: 0 },
    { passes: -1 },
    { passes: 1.5 },
    { memoryKiB: 48_128.5 },
  ])
    expect(() => requireStrong({ memoryKiB: 47 << 10, passes: 1, lanes: 1, ...weak })).toThrow(code("BadArgument"))
  for (const greedy of [{ memoryKiB: (1 << 20) + 1 }, { passes: 65 }, { lanes: 17 }, { memoryKiB: Number.NaN }]) {
    expect(() => requireAffordable({ ...most, ...greedy })).toThrow(code("TooCostly"))
    expect(() => requireStrong({ ...most, ...greedy })).toThrow(code("TooCostly"))
    await expect(passwordKey("x", salt, { ...most, ...greedy })).rejects.toEqual(code("TooCostly"))
  }
})

test("parameters that Argon2 does not know are told as too costly, not as an error of Node", async () => {
  for (const odd of [{ memoryKiB: 8, lanes: 2 }, { passes: 0 }, { lanes: 0 }, { memoryKiB: 0.5 }])
    await expect(passwordKey("x", salt, { ...quick, ...odd })).rejects.toEqual(code("TooCostly"))
})
