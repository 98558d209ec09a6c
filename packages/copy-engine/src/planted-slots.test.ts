import { firstGeneration, newX25519Pair, nextGeneration, type Secret } from "@bcopy/crypto"
import { describe, expect, test } from "vitest"
import { listKeys } from "./key-slots.ts"
import { randomBytes } from "./node-primitives.ts"
import { rotateKeys } from "./rotate-keys.ts"
import { holders, keyedInTests, leastParameters, secrets } from "./testing/keyed-repository.ts"
import { testKey } from "./testing/test-keys.ts"
import { ringOf } from "./testing/twin-repository.ts"

const keyed = await keyedInTests()
const { repository } = keyed

const open = (...given: readonly Secret[]) => keyed.open(given)

describe("key slots", () => {
  test("of a root of somebody else's beside the own ones are in nobody's way, nor are they given a new root", async () => {
    const own = newX25519Pair()
    await keyed.plant({ type: "external", key: testKey })
    await keyed.plant({ type: "recovery", publicKey: holders.recovery.publicKey })
    await keyed.plant({ type: "recovery", publicKey: own.publicKey })
    for (const secret of Object.values(secrets)) expect((await open(secret)).notWritable).toBeUndefined()
    const report = await rotateKeys(await open(secrets.external), { externalKeys: [testKey], dropOthers: true })
    expect(report.kept.map(({ means }) => means.type).toSorted()).toEqual(["external", "recovery"])
    await expect(open({ type: "recovery", privateKey: own.privateKey })).rejects.toMatchObject({ code: "WrongKey" })
  })

  test("with the highest number that a root can have keep nobody from rotating, and from opening afterwards", async () => {
    const ring = nextGeneration(firstGeneration(repository.birth.repository, randomBytes), 0xffff_ffff, randomBytes)
    await keyed.plant({ type: "external", key: { ...testKey, keyId: "own" } }, ring)
    await rotateKeys(await open(secrets.external), { externalKeys: [testKey], dropOthers: true })
    const found = await open(secrets.external)
    expect([ringOf(found).generation, found.notWritable]).toEqual([2, undefined])
  })

  test("planted by the hundred do not hide one that lists before them", async () => {
    for (let count = 0; count < 300; count++)
      await keyed.plant({ type: "recovery", publicKey: holders.recovery.publicKey })
    expect((await open(secrets.external)).notWritable).toBeUndefined()
    expect((await listKeys(await open(secrets.external))).slots.length).toBeGreaterThan(100)
  })

  // A product bug, reported: names of all types share one limit, and those of one type list first.
  test("planted by the hundred do not hide one of another type", async () => {
    for (let count = 0; count < 256; count++) await keyed.plant({ type: "external", key: { ...testKey, keyId: "own" } })
    expect((await open(secrets.password)).notWritable).toBeUndefined()
  })

  test("for passwords of others, of roots that are said to be newer, do not keep the right one from being tried", async () => {
    const ring = nextGeneration(firstGeneration(repository.birth.repository, randomBytes), 100, randomBytes)
    await keyed.world.clock.advance(1000)
    for (let count = 0; count < 20; count++)
      await keyed.plant({ type: "password", password: "x", parameters: leastParameters }, ring)
    expect((await open(secrets.password)).notWritable).toBeUndefined()
  })
})
