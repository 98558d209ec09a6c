import { encodeBirthCertificate } from "@bcopy/chain-format"
import { firstGeneration, makeSlot, markOf, type RingMark, type SlotHolder } from "@bcopy/crypto"
import { parseObjectKey } from "@bcopy/repo"
import { beforeEach, describe, expect, test } from "vitest"
import { createRepository } from "./create-repository.ts"
import { randomBytes } from "./node-primitives.ts"
import type { RepositoryMemory } from "./repository-memory.ts"
import { expectRefused } from "./testing/expect-refused.ts"
import { keptMemory } from "./testing/kept-memory.ts"
import { bringPoint, holders, keyedInTests, type Known, putSlot, secrets } from "./testing/keyed-repository.ts"
import { noise } from "./testing/noise.ts"
import { accessWith, testKey } from "./testing/test-keys.ts"
import { makeWorld } from "./testing/world.ts"

const BIRTH = parseObjectKey("bcopy.json")

const keyed = await keyedInTests()
const { world, repository, root } = keyed
let memory: RepositoryMemory
beforeEach(() => {
  memory = keptMemory(keyed.remembered)
})

/** Puts a root of the attacker's own there, wrapped for the same holders as far as everybody can, with settings under it. */
async function putOwnRoot(holder: SlotHolder, keepBirth: boolean): Promise<RingMark> {
  const { repository: id } = repository.birth
  const ring = firstGeneration(id, randomBytes)
  const slot = await makeSlot({ ring, facts: { id: "66".repeat(16), createdAtMs: 0 }, holder, random: randomBytes })
  const birth = { repository: id, encrypted: true, root: markOf(ring) } as const
  const other = makeWorld({ encrypted: false, id: "place" })
  const own = await makeSlot({
    ring,
    facts: { id: "55".repeat(16), createdAtMs: 0 },
    holder: { type: "external", key: { ...testKey, keyId: "own" } },
    random: randomBytes,
  })
  await putSlot(other.store, own)
  await other.store.create(BIRTH, encodeBirthCertificate(birth))
  const ownKey = { ...testKey, keyId: "own" }
  await createRepository(other.store, other.seams(), {
    encryption: {
      slots: [{ holder: { type: "external", key: ownKey } }],
      keys: accessWith([{ type: "external", key: ownKey }], markOf(ring)),
    },
  })
  for (const key of world.store.keys()) if (!keepBirth || key !== BIRTH) world.store.hide(key)
  for (const key of other.store.keys())
    if (!keepBirth || key !== BIRTH) world.store.overlay(key, (await other.store.read(key))?.bytes as Uint8Array)
  await putSlot(world.store, slot)
  return markOf(ring)
}

describe("a root of the attacker's own, wrapped for", () => {
  for (const [name, type] of [
    ["a service's key", "external"],
    ["a recovery kit", "recovery"],
  ] as const) {
    const [holder, secret] = [holders[type], secrets[type]]

    test(`${name}, is not believed beside the repository's own certificate`, async () => {
      await putOwnRoot(holder, true)
      await expect(keyed.open([secret], {})).rejects.toMatchObject({
        code: "WrongKey",
        message: expect.stringContaining("not this repository's"),
      })
    })

    test(`${name}, with a certificate to match is refused by who has seen the repository`, async () => {
      await putOwnRoot(holder, false)
      await expect(keyed.open([secret], { memory })).rejects.toMatchObject({ code: "Refused" })
    })

    test(`${name}, with a certificate to match is not written under by who knows the right root`, async () => {
      await putOwnRoot(holder, false)
      await expectRefused(world, () => keyed.open([secret], { root }))
    })

    test(`${name}, with a certificate to match is written under only by who was told that very root`, async () => {
      const forged = await putOwnRoot(holder, false)
      expect((await keyed.open([secret], { root: forged })).notWritable).toBeUndefined()
    })

    test(`${name}, with a certificate to match is not written under by who knows nothing`, async () => {
      await putOwnRoot(holder, false)
      await expectRefused(world, () => keyed.open([secret], {}))
    })
  }

  test("these opens nothing with a password: nobody can wrap a root for that without it", async () => {
    await putOwnRoot(holders.external, false)
    await expect(keyed.open([secrets.password], {})).rejects.toMatchObject({ code: "WrongKey" })
  })
})

test("a repository that is as it was is written by whoever proves its root: by password, by fingerprint, by memory", async () => {
  const known: Readonly<Record<string, Known>> = { root: { root }, memory: { memory } }
  for (const secret of Object.values(secrets))
    for (const by of secret.type === "password" ? [{}] : Object.values(known))
      expect((await bringPoint(await keyed.open([secret], by), noise(10_000, 3))).kind).toBe("increment")
})
