import { argon2 } from "node:crypto"
import fc from "fast-check"
import { beforeEach, expect, test, vi } from "vitest"
import { newX25519Pair } from "./hpke.ts"
import { encodeKeyRing, type KeyRing, nextGeneration } from "./key-ring.ts"
import { type KeySlot, parseKeySlot } from "./key-slot.ts"
import type { SlotHolder } from "./make-slot.ts"
import { aPassword, aRing, aService, aSlot, random } from "./testing/a-slot.ts"
import { storedForm } from "./testing/stored-form.ts"
import { type Secret, unlock } from "./unlock.ts"

// Argon2id as it is, its runs counted.
vi.mock(import("node:crypto"), async (original) => {
  const crypto = await original()
  return { ...crypto, argon2: vi.fn(crypto.argon2) }
})
const runs = vi.mocked(argon2)
beforeEach(() => {
  runs.mockClear()
})

const ring = aRing()
const pair = newX25519Pair()
const service = aService()
const password = { type: "password", password: "correct horse" } as const
const holders: readonly { readonly type: string; readonly holder: SlotHolder; readonly secret: Secret }[] = [
  { type: "password", holder: aPassword("correct horse"), secret: password },
  {
    type: "recovery",
    holder: { type: "recovery", publicKey: pair.publicKey },
    secret: { type: "recovery", privateKey: pair.privateKey },
  },
  { type: "external", holder: { type: "external", key: service }, secret: { type: "external", key: service } },
]

const bytesOf = (one: KeyRing) => Buffer.from(encodeKeyRing(one)).toString()
const planted = (slot: KeySlot, over: Partial<KeySlot>, kdf: object = {}) =>
  ({ ...slot, ...over, means: { ...slot.means, kdf: { ...(slot.means as { kdf?: object }).kdf, ...kdf } } }) as KeySlot

/** Every place in a stored slot, with another value of the same form in it. */
function* changesOf(stored: unknown, path: readonly string[] = []): Generator<[string, (copy: never) => void]> {
  for (const [name, value] of Object.entries(stored as Record<string, unknown>)) {
    const at = [...path, name]
    const put = (other: unknown) => (copy: Record<string, unknown>) => {
      const holder = path.reduce((place, step) => place[step] as Record<string, unknown>, copy)
      holder[name] = other
    }
    if (typeof value === "object") yield* changesOf(value, at)
    else if (typeof value === "number") yield [at.join("."), put(value + 1)]
    else if (typeof value === "string" && /^[0-9a-f]{32,}$/.test(value))
      for (let byte = 0; byte < value.length / 2; byte++) {
        const bytes = Buffer.from(value, "hex")
        bytes[byte] = (bytes[byte] as number) ^ 1
        yield [`${at.join(".")}[${byte}]`, put(bytes.toString("hex"))]
      }
    else if (typeof value === "string" && name !== "type") yield [at.join("."), put(`${value}x`)]
  }
}

test.each(holders)("no byte and no field of a $type slot can be changed", async ({ holder, secret }) => {
  const slot = await aSlot(holder, { ring, label: "office", hint: "the usual" })
  const stored = storedForm(slot)
  const mutants: KeySlot[] = []
  const places: string[] = []
  for (const [place, change] of changesOf(stored)) {
    const copy = structuredClone(stored)
    change(copy as never)
    mutants.push(parseKeySlot(copy, copy.id))
    places.push(place)
  }
  // What makes Argon2id run anew for each is tried with a few; that every byte of a salt counts, password-key.test.ts shows.
  const cheap = mutants.filter((_, at) => !places[at]?.startsWith("means.kdf"))
  expect(cheap.length).toBeGreaterThan(32 + 32 + 16 + 16 + 32 + 16)
  const { opened } = await unlock([...cheap, slot], secret)
  expect(opened.map((one) => one.slot)).toEqual([slot])
  const costly = mutants.filter((_, at) => /^means\.kdf\.(?!salt\[(?!0\]|15\]))/.test(places[at] as string))
  expect(costly).toHaveLength(secret.type === "password" ? 5 : 0)
  for (const mutant of costly) expect((await unlock([mutant], secret)).opened).toEqual([])
})

test.each(holders)("what is left out of a $type slot, or stands in place of it, is damage", async ({ holder }) => {
  const slot = await aSlot(holder, { ring, label: "office" })
  const stored = storedForm(slot) as unknown as Record<string, unknown>
  fc.assert(
    fc.property(
      fc.constantFrom(...Object.keys(stored)),
      fc.option(fc.jsonValue(), { nil: undefined }),
      (name, value) => {
        fc.pre(!(name === "label" && (value === undefined || typeof value === "string")))
        fc.pre(!(name === "createdAtMs" && typeof value === "number"))
        expect(() => parseKeySlot({ ...stored, [name]: value }, slot.id)).toThrow(
          expect.objectContaining({ code: "Damaged" }),
        )
      },
    ),
  )
})

test("the means of one slot do not open another", async () => {
  const slots = await Promise.all(holders.map(({ holder }) => aSlot(holder, { ring })))
  for (const slot of slots)
    for (const other of slots) {
      if (slot === other) continue
      const mixed = { ...slot, means: other.means }
      for (const { secret } of holders) expect((await unlock([mixed], secret)).opened).toEqual([])
    }
})

test.each(holders)("of the slots that a $type opens the newest generation comes first", async ({ holder, secret }) => {
  const rings = [nextGeneration(ring, 3, random), ring, nextGeneration(ring, 7, random)]
  const slots = await Promise.all(rings.map((one) => aSlot(holder, { ring: one })))
  const { opened } = await unlock(slots, secret)
  expect(opened.map((one) => one.ring.generation)).toEqual([7, 3, 1])
})

test("a slot whose secret is right and whose rest is not is told as damaged", async () => {
  for (const { holder, secret } of holders) {
    const slot = await aSlot(holder, { ring })
    const { opened, failures } = await unlock([{ ...slot, label: "another" }], secret)
    expect(opened).toEqual([])
    expect(failures.map(({ code }) => code)).toEqual(["Damaged"])
  }
})

test("one run of Argon2id tries the slots of all passwords that share their parameters", async () => {
  const first = await aSlot(aPassword("first"), { ring })
  const siblings = [first]
  for (const other of ["second", "third"]) siblings.push(await aSlot(aPassword(other), { ring, siblings }))
  runs.mockClear()
  const { opened } = await unlock(siblings, { type: "password", password: "third" })
  expect(opened.map(({ slot }) => slot)).toEqual([siblings[2]])
  expect(runs).toHaveBeenCalledTimes(1)
})

test("slots for services and recovery kits cost a password nothing", async () => {
  const slots = await Promise.all(holders.slice(1).map(({ holder }) => aSlot(holder, { ring })))
  expect(await unlock(slots, password)).toEqual({ opened: [], failures: [] })
  expect(runs).not.toHaveBeenCalled()
})

test("a password is tried with eight sets of parameters, those of the newest generation and the first ones in turns", async () => {
  const honest = await aSlot(aPassword("correct horse"), { ring: nextGeneration(ring, 2, random) })
  const old = Array.from({ length: 12 }, (_, at) =>
    planted(
      honest,
      { id: String(at).padStart(32, "e"), root: { ...honest.root, generation: 1 } },
      { memoryKiB: 64, salt: random(16) },
    ),
  )
  runs.mockClear()
  const { opened, failures } = await unlock([...old, honest], password)
  expect(opened.map(({ slot }) => slot)).toEqual([honest])
  expect(failures.map(({ code, message }) => `${code} ${message}`)).toEqual([
    "TooCostly 13 sets of password parameters, only 8 were tried",
  ])
  expect(runs).toHaveBeenCalledTimes(8)
  const newer = old.map((slot) => ({ ...slot, root: { ...slot.root, generation: 9 } }))
  expect((await unlock([honest, ...newer], password)).opened.map(({ slot }) => slot)).toEqual([honest])
})

test("what asks for 2 TiB is told at once, costs no run, and is in nobody's way", async () => {
  const honest = await aSlot(aPassword("correct horse"), { ring })
  const greedy = planted(
    honest,
    { id: "ee".repeat(16), root: { ...honest.root, generation: 9 } },
    { memoryKiB: 2 ** 31 },
  )
  runs.mockClear()
  const before = process.memoryUsage().rss
  const begun = performance.now()
  const alone = await unlock([greedy], password)
  expect(performance.now() - begun).toBeLessThan(50)
  expect(process.memoryUsage().rss - before).toBeLessThan(16 << 20)
  expect(alone.failures.map(({ code }) => code)).toEqual(["TooCostly"])
  expect(runs).not.toHaveBeenCalled()
  expect((await unlock([greedy, honest], password)).opened.map(({ slot }) => slot)).toEqual([honest])
})

test("parameters that Argon2id does not run with are damage, or a failure of one slot", async () => {
  const honest = await aSlot(aPassword("correct horse"), { ring })
  const odd = planted(honest, { id: "ee".repeat(16) }, { memoryKiB: 8, lanes: 2 })
  expect(() => parseKeySlot(storedForm(odd), odd.id)).toThrow(expect.objectContaining({ code: "Damaged" }))
  const { opened, failures } = await unlock([odd, honest], password)
  expect(opened.map(({ slot }) => slot)).toEqual([honest])
  expect(failures.map(({ code }) => code)).toEqual(["TooCostly"])
})

test("a point of small order planted as an encapsulated key is damage, and in nobody's way", async () => {
  const honest = await aSlot({ type: "recovery", publicKey: pair.publicKey }, { ring })
  const id = "ee".repeat(16)
  const bad = { ...honest, id, means: { ...honest.means, encapsulated: new Uint8Array(32) } } as KeySlot
  const { opened, failures } = await unlock([bad, honest], { type: "recovery", privateKey: pair.privateKey })
  expect(opened.map(({ slot }) => slot)).toEqual([honest])
  expect(failures.map(({ code }) => code)).toEqual(["Damaged"])
})

test("a slot planted by somebody else for a recovery kit's public key opens, and shows its own ring's mark", async () => {
  const [mine, theirs] = [ring, aRing()]
  const holder = { type: "recovery", publicKey: pair.publicKey } as const
  const slots = [await aSlot(holder, { ring: mine }), await aSlot(holder, { ring: theirs })]
  const { opened } = await unlock(slots, { type: "recovery", privateKey: pair.privateKey })
  expect(opened.map((one) => bytesOf(one.ring)).toSorted()).toEqual([mine, theirs].map(bytesOf).toSorted())
})

test("what is no password and no private key is told as such", async () => {
  const slot = await aSlot(aPassword("correct horse"), { ring })
  for (const secret of [
    { type: "password", password: "" },
    { type: "password", password: "\ud83d" },
    { type: "recovery", privateKey: new Uint8Array(31) },
    { type: "recovery", privateKey: new Uint8Array(33) },
  ] as const)
    await expect(unlock([slot], secret)).rejects.toMatchObject({ code: "BadArgument" })
})

test("a service is asked about the slots of its own key only, and what it throws comes through", async () => {
  const own = await aSlot({ type: "external", key: service }, { ring })
  const other = await aSlot({ type: "external", key: aService("key-2") }, { ring })
  const asked: Uint8Array[] = []
  const key = {
    ...service,
    unwrap: async (wrapped: Uint8Array) => {
      asked.push(wrapped)
      throw new Error("no network")
    },
  }
  await expect(unlock([other, own], { type: "external", key })).rejects.toThrow("no network")
  expect(asked).toEqual([(own.means as { wrapped: Uint8Array }).wrapped])
})

test("a slot that the service refuses keeps nobody from the next one", async () => {
  const own = await aSlot({ type: "external", key: service }, { ring })
  const foreign = await aSlot({ type: "external", key: service }, { ring })
  const refused = (foreign.means as { wrapped: Uint8Array }).wrapped
  const key = {
    ...service,
    unwrap: async (...args: Parameters<typeof service.unwrap>) => {
      if (Buffer.from(args[0]).equals(refused)) throw new Error("not for you")
      return service.unwrap(...args)
    },
  }
  const { opened } = await unlock([foreign, own], { type: "external", key })
  expect(opened.map(({ slot }) => slot.id)).toEqual([own.id])
})
