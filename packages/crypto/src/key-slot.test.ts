import { createSecretKey, randomBytes } from "node:crypto"
import fc from "fast-check"
import { expect, test } from "vitest"
import { isCryptoError } from "./crypto-error.ts"
import { newX25519Pair } from "./hpke.ts"
import { type KeySlot, parseKeySlot, type SlotFacts } from "./key-slot.ts"
import { type ExternalKey, makeSlot, type SlotHolder } from "./make-slot.ts"
import { type Secret, unlock } from "./unlock.ts"

const random = (count: number) => new Uint8Array(randomBytes(count))
const rootBytes = randomBytes(32)
const root = createSecretKey(rootBytes)
/** The least that a writer may use: tests of many slots would take long otherwise. */
const parameters = { memoryKiB: 47 << 10, passes: 1, lanes: 1 }
const pair = newX25519Pair()
const service = (mask: number, keyId = "key-1"): ExternalKey => ({
  provider: "test",
  keyId,
  wrap: async (secret, context) =>
    secret.map((byte, at) => byte ^ mask ^ (JSON.stringify(context).charCodeAt(at) || 0)),
  unwrap: async (wrapped, context) =>
    wrapped.map((byte, at) => byte ^ mask ^ (JSON.stringify(context).charCodeAt(at) || 0)),
})

let made = 0
const facts = (over: Partial<SlotFacts> = {}): SlotFacts => ({
  id: (++made).toString(16).padStart(32, "0"),
  repository: "ab".repeat(16),
  generation: 1,
  createdAtMs: 1,
  ...over,
})
const slotFor = (holder: SlotHolder, over: Partial<SlotFacts> = {}, siblings: KeySlot[] = []) =>
  makeSlot({ root, facts: facts(over), holder, siblings, random })
/** As it comes back from the store. */
const stored = (slot: KeySlot) =>
  JSON.parse(JSON.stringify(slot, (_, value) => asHex(value))) as Record<string, unknown>
const asHex = (value: unknown) => {
  const { type, data } = (value ?? {}) as { readonly type?: unknown; readonly data?: unknown }
  if (value instanceof Uint8Array) return Buffer.from(value).toString("hex")
  return type === "Buffer" ? Buffer.from(data as number[]).toString("hex") : value
}

const password = { type: "password", password: "correct horse", parameters } as const
const holders: readonly (readonly [SlotHolder, Secret])[] = [
  [password, { type: "password", password: "correct horse" }],
  [
    { type: "recovery", publicKey: pair.publicKey },
    { type: "recovery", privateKey: pair.privateKey },
  ],
  [
    { type: "external", key: service(1) },
    { type: "external", key: service(1) },
  ],
]

test.each(holders)(
  "a slot gives the root to its holder, and comes back from JSON as it was: %o",
  async (holder, secret) => {
    const slot = await slotFor(holder, { label: "office", hint: "usual" })
    const again = parseKeySlot(stored(slot), slot.id)
    const { opened, failures } = await unlock([again], secret)
    expect(failures).toEqual([])
    expect(opened.map((one) => Buffer.compare(one.root.export(), rootBytes))).toEqual([0])
  },
)

test("it gives nothing to anybody else", async () => {
  const slots = await Promise.all(holders.map(([holder]) => slotFor(holder)))
  for (const secret of [
    { type: "password", password: "correct horse " },
    { type: "recovery", privateKey: newX25519Pair().privateKey },
    { type: "external", key: service(2) },
    { type: "external", key: service(1, "key-2") },
  ] as const)
    expect((await unlock(slots, secret)).opened).toEqual([])
})

test.each(holders)("nothing of a slot can be changed: %o", async (holder, secret) => {
  const slot = await slotFor(holder, { label: "office" })
  const text = JSON.stringify(stored(slot))
  const changes: [string, string][] = [
    [`"generation":1`, `"generation":2`],
    [`"createdAtMs":1`, `"createdAtMs":2`],
    [`"office"`, `"offices"`],
    ["abababababababababababababababab", "bb".repeat(16)],
    ...["salt", "commitment", "sealed"].map((name): [string, string] => {
      const value = (stored(slot) as Record<string, string>)[name] as string
      return [value, `${value.slice(0, -1)}${value.endsWith("0") ? "1" : "0"}`]
    }),
    ["key-1", "key-3"],
    [`"lanes":1`, `"lanes":2`],
  ]
  let tried = 0
  for (const [from, to] of changes) {
    if (!text.includes(from)) continue
    tried++
    const changed = parseKeySlot(JSON.parse(text.replace(from, to)), slot.id)
    const { opened } = await unlock([changed], secret)
    expect(opened, `${from} → ${to}`).toEqual([])
  }
  expect(tried).toBeGreaterThanOrEqual(7)
})

test("a slot opens under its own id only", async () => {
  const slot = await slotFor(password)
  expect(() => parseKeySlot(stored(slot), "ff".repeat(16))).toThrow(/says it is slot/)
  const moved = parseKeySlot({ ...stored(slot), id: "ff".repeat(16) }, "ff".repeat(16))
  expect((await unlock([moved], { type: "password", password: "correct horse" })).opened).toEqual([])
})

test("slots of equal parameters share a salt, so that two passwords cost one run", async () => {
  const first = await slotFor(password)
  const second = await slotFor({ ...password, password: "other" }, {}, [first])
  const third = await slotFor({ ...password, parameters: { ...parameters, passes: 2 } }, {}, [first, second])
  const saltOf = ({ means }: KeySlot) => (means.type === "password" ? Buffer.from(means.kdf.salt).toString("hex") : "")
  expect(saltOf(second)).toBe(saltOf(first))
  expect(saltOf(third)).not.toBe(saltOf(first))
  const slots = [first, second, third]
  for (const [given, ids] of [
    ["other", [second.id]],
    ["correct horse", [first.id, third.id]],
  ] as const) {
    const { opened } = await unlock(slots, { type: "password", password: given })
    expect(opened.map(({ slot }) => slot.id).toSorted()).toEqual([...ids].toSorted())
  }
})

test("the newest generation comes first", async () => {
  const [old, young] = [await slotFor(password), await slotFor(password, { generation: 2 })]
  const { opened } = await unlock([old, young], { type: "password", password: "correct horse" })
  expect(opened.map(({ slot }) => slot.generation)).toEqual([2, 1])
})

test("what asks for too much is refused before anything is allocated", async () => {
  const slot = await slotFor(password)
  const before = process.memoryUsage().rss
  for (const greedy of [{ memoryKiB: 2 ** 31 }, { passes: 65 }, { lanes: 17 }]) {
    const means = { type: "password", kdf: { ...(slot.means as { kdf: object }).kdf, ...greedy } }
    const begun = performance.now()
    const result = await unlock([{ ...slot, means } as unknown as KeySlot], { type: "password", password: "x" })
    expect(result.failures.map(({ code }) => code)).toEqual(["TooCostly"])
    expect(performance.now() - begun).toBeLessThan(50)
  }
  expect(process.memoryUsage().rss - before).toBeLessThan(64 << 20)
})

test("whoever plants slots of many parameters costs a few runs, not as many as he likes", async () => {
  const slot = await slotFor(password)
  const planted = Array.from({ length: 30 }, (_, at) => {
    const kdf = { ...(slot.means as { kdf: object }).kdf, memoryKiB: 64, salt: random(16) }
    return { ...slot, id: at.toString(16).padStart(32, "1"), means: { type: "password", kdf } } as unknown as KeySlot
  })
  const { failures } = await unlock(planted, { type: "password", password: "x" })
  expect(failures.map(({ message }) => message)).toEqual([expect.stringContaining("30 sets")])
})

test("a writer makes no weak slot, and no hint that says the password", async () => {
  const weak = { ...password, parameters: { ...parameters, memoryKiB: 46 << 10 } }
  await expect(slotFor(weak)).rejects.toMatchObject({ code: "BadArgument" })
  await expect(slotFor(password, { hint: "It is Correct Horse!" })).rejects.toMatchObject({ code: "BadArgument" })
  await expect(slotFor({ ...password, password: "" })).rejects.toMatchObject({ code: "BadArgument" })
  await expect(slotFor({ ...password, password: "x".repeat(5000) })).rejects.toMatchObject({ code: "BadArgument" })
})

test("whatever lies where a slot should is a slot or damage, nothing else", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (body) => {
      try {
        parseKeySlot(body, "00".repeat(16))
      } catch (error) {
        expect(isCryptoError(error) && error.code).toBe("Damaged")
      }
    }),
  )
})
