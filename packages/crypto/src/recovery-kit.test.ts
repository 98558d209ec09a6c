import fc from "fast-check"
import { expect, test } from "vitest"
import { newX25519Pair } from "./hpke.ts"
import { parseRecoveryKit, type RecoveryKit, renderRecoveryKit } from "./recovery-kit.ts"

const kit: RecoveryKit = {
  repository: "ab".repeat(16),
  name: "s3://bucket/prefix",
  madeAtMs: 1_700_000_000_000,
  generation: 3,
  fingerprint: "cd".repeat(32),
  privateKey: newX25519Pair().privateKey,
}

test("a kit is read as it was written, with other line ends and capitals too", () => {
  const text = renderRecoveryKit(kit)
  expect(parseRecoveryKit(text)).toEqual({ ...kit, privateKey: new Uint8Array(kit.privateKey) })
  const typed = `\n${text.replaceAll("\n", "\r\n")}`.replace(
    /(key: +)([0-9a-f ]+)/,
    (_, name, key) => name + key.toUpperCase(),
  )
  expect(parseRecoveryKit(typed).privateKey).toEqual(new Uint8Array(kit.privateKey))
})

test("a typing error anywhere in the key is found", () => {
  const text = renderRecoveryKit(kit)
  const at = text.indexOf("key:") + 4
  for (let index = at; index < text.length; index++) {
    const digit = text[index] as string
    if (!/[0-9a-f]/.test(digit)) continue
    const wrong = text.slice(0, index) + (digit === "0" ? "1" : "0") + text.slice(index + 1)
    expect(() => parseRecoveryKit(wrong)).toThrow(/typing error/)
  }
  expect(() => parseRecoveryKit(text.slice(0, -5))).toThrow(/typing error/)
})

test("what is no kit is said to be none", () => {
  for (const text of [
    "",
    "password1",
    renderRecoveryKit(kit).replace("repository:", "repo:"),
    renderRecoveryKit(kit).replace("root:", ""),
  ])
    expect(() => parseRecoveryKit(text)).toThrow(/no recovery kit/)
})

test("digits that are left out, written twice or swapped are found", () => {
  const text = renderRecoveryKit(kit)
  const begin = text.indexOf("key:") + 4
  for (let at = begin; at < text.length; at++) {
    const [digit, next] = [text[at] as string, text[at + 1] as string]
    if (!/[0-9a-f]/.test(digit)) continue
    const wrong = [text.slice(0, at) + text.slice(at + 1), text.slice(0, at) + digit + text.slice(at)]
    if (/[0-9a-f]/.test(next) && next !== digit) wrong.push(text.slice(0, at) + next + digit + text.slice(at + 2))
    for (const one of wrong) expect(() => parseRecoveryKit(one)).toThrow(/typing error/)
  }
})

test("whatever the place is called, the kit is read", () => {
  const read = (name: string) => parseRecoveryKit(renderRecoveryKit({ ...kit, name }))
  for (const name of ["", "a\nb", "x\nkey: 00", "x\r\nroot: none", "\u2028repository: 0", " /srv/a b "])
    expect(Buffer.compare(read(name).privateKey, kit.privateKey)).toBe(0)
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (name) => {
      const { privateKey, repository, fingerprint } = read(name)
      expect([repository, fingerprint]).toEqual([kit.repository, kit.fingerprint])
      expect(Buffer.compare(privateKey, kit.privateKey)).toBe(0)
    }),
  )
  expect(read("/srv/backup").name).toBe("/srv/backup")
  expect(read("two\nlines").name).toBe("two lines")
})

test("whatever is read is a kit or damage", () => {
  const lines = renderRecoveryKit(kit).split("\n")
  fc.assert(
    fc.property(fc.shuffledSubarray(lines), fc.string(), (some, junk) => {
      try {
        parseRecoveryKit(["bcopy recovery kit", ...some, junk].join("\n"))
      } catch (error) {
        expect(error).toMatchObject({ name: "CryptoError", code: "Damaged" })
      }
    }),
  )
})
