import { spawnSync } from "node:child_process"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import { exportTo, publicHalf } from "./hpke.ts"
import { decodeKeyRing, encodeKeyRing } from "./key-ring.ts"
import { type KeySlot, parseKeySlot, wrapRing } from "./key-slot.ts"
import { contextOf, type ExternalKey, makeSlot, RECOVERY_INFO } from "./make-slot.ts"
import { type Stored, storedForm } from "./testing/stored-form.ts"
import { type Secret, unlock } from "./unlock.ts"

interface Golden<Means extends KeySlot["means"]["type"]> {
  readonly ring: string
  readonly slot: Stored<KeySlot> & { readonly means: Extract<Stored<KeySlot>["means"], { readonly type: Means }> }
}
const folder = join(import.meta.dirname, "../testdata")
const text = readFileSync(join(folder, "vectors/golden.json"), "utf8")
const golden = JSON.parse(text) as {
  readonly slot: Golden<"password"> & { readonly password: string }
  readonly recovery: Golden<"recovery"> & { readonly privateKey: string; readonly ephemeralKey: string }
  readonly external: Golden<"external"> & { readonly secret: string }
}
const hex = (digits: string) => new Uint8Array(Buffer.from(digits, "hex"))
const ringOf = ({ ring, slot }: Golden<KeySlot["means"]["type"]>) =>
  decodeKeyRing(Buffer.from(ring), slot.repository, slot.root)
const factsOf = ({ id, createdAtMs, label, hint }: Stored<KeySlot>) => ({
  id,
  createdAtMs,
  ...(label !== undefined && { label }),
  ...(hint !== undefined && { hint }),
})
/** Gives these bytes one after the other, each where just its length is asked for. */
const drawn = (...digits: readonly string[]) => {
  const left = digits.map(hex)
  return (count: number) => {
    const bytes = left.shift()
    if (bytes?.length !== count) throw new Error(`${count} bytes asked for, ${bytes?.length} planned`)
    return bytes
  }
}

async function expectToOpen({ ring, slot }: Golden<KeySlot["means"]["type"]>, secret: Secret): Promise<void> {
  const { opened, failures } = await unlock([parseKeySlot(slot, slot.id)], secret)
  expect(failures).toEqual([])
  expect(opened.map((one) => Buffer.from(encodeKeyRing(one.ring)).toString())).toEqual([ring])
}

test("the golden vectors made anew are those in the repository, byte for byte", () => {
  const program = join(folder, "make-golden.mjs")
  const { stdout, stderr } = spawnSync(process.execPath, [program, "--print"], { encoding: "utf8" })
  expect(stderr).toBe("")
  expect(stdout).toBe(text)
})

test("golden: a key ring is encoded to the byte", () => {
  const { ring } = golden.slot
  expect(Buffer.from(encodeKeyRing(ringOf(golden.slot))).toString()).toBe(ring)
})

test("golden: a password's slot is made to the byte", async () => {
  const { slot, password } = golden.slot
  const { salt, ...parameters } = slot.means.kdf
  const holder = { type: "password", password, parameters } as const
  const ring = ringOf(golden.slot)
  const made = await makeSlot({ ring, facts: factsOf(slot), holder, random: drawn(salt, slot.salt) })
  expect(storedForm(made)).toEqual(slot)
})

test("golden: a recovery slot is made to the byte, and opens", async () => {
  const { slot, privateKey, ephemeralKey } = golden.recovery
  const publicKey = publicHalf(hex(privateKey))
  const ephemeral = { privateKey: hex(ephemeralKey), publicKey: publicHalf(hex(ephemeralKey)) }
  const { encapsulated, secret } = exportTo(publicKey, RECOVERY_INFO, contextOf(slot), ephemeral)
  const means = { type: "recovery", publicKey, encapsulated } as const
  const made = wrapRing(ringOf(golden.recovery), factsOf(slot), means, secret, drawn(slot.salt))
  expect(storedForm(made)).toEqual(slot)
  await expectToOpen(golden.recovery, { type: "recovery", privateKey: hex(privateKey) })
})

test("golden: a service's slot is made to the byte, and opens", async () => {
  const { slot, secret } = golden.external
  const asked: unknown[] = []
  const key: ExternalKey = {
    provider: slot.means.provider,
    keyId: slot.means.keyId,
    wrap: async (bytes, context) => {
      asked.push([Buffer.from(bytes).toString("hex"), context])
      return hex(slot.means.wrapped)
    },
    unwrap: async (bytes, context) => {
      asked.push([Buffer.from(bytes).toString("hex"), context])
      return hex(secret)
    },
  }
  const holder = { type: "external", key } as const
  const ring = ringOf(golden.external)
  const made = await makeSlot({ ring, facts: factsOf(slot), holder, random: drawn(secret, slot.salt) })
  expect(storedForm(made)).toEqual(slot)
  await expectToOpen(golden.external, { type: "external", key })
  const context = { "bcopy-repository": slot.repository }
  expect(asked).toEqual([
    [secret, context],
    [slot.means.wrapped, context],
  ])
})
