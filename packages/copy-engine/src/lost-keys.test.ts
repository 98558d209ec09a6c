import { newX25519Pair, type Secret } from "@bcopy/crypto"
import { aroundRequests, type ObjectKey, parseObjectKey } from "@bcopy/repo"
import { describe, expect, test } from "vitest"
import { openRepository, rememberRepository } from "./repository.ts"
import type { RememberedRepository, RepositoryMemory } from "./repository-memory.ts"
import { bytes, keyedInTests, PASSWORD_HINT, secrets, bringPoint } from "./testing/keyed-repository.ts"
import { rotateKeys } from "./rotate-keys.ts"
import { flip } from "./testing/mutations.ts"
import { noise } from "./testing/noise.ts"
import { differing, restoreBytes } from "./testing/restore-bytes.ts"
import { testKey } from "./testing/test-keys.ts"
import { ringOf } from "./testing/twin-repository.ts"
import { makeWorld } from "./testing/world.ts"

const keyed = await keyedInTests()
const { world, repository } = keyed

const open = (...given: readonly Secret[]) => keyed.open(given)

describe("the key", () => {
  test("that is wrong is told as wrong, with the reminders of the slots, whatever kind it is", async () => {
    const wrong: readonly Secret[] = [
      { type: "password", password: "battery staple" },
      { type: "recovery", privateKey: newX25519Pair().privateKey },
      { type: "external", key: { ...testKey, keyId: "another" } },
    ]
    for (const secret of wrong)
      await expect(open(secret)).rejects.toMatchObject({
        code: "WrongKey",
        message: expect.stringContaining("opens none of its 3 key slots"),
        hint: expect.stringContaining(PASSWORD_HINT),
      })
  })

  test("that was not given is asked for", async () => {
    for (const opening of [open(), openRepository(world.store, world.seams())])
      await expect(opening).rejects.toMatchObject({
        code: "WrongKey",
        message: expect.stringContaining("no key was given"),
      })
  })

  test("that comes after wrong ones opens", async () => {
    const found = await open({ type: "password", password: "battery staple" }, secrets.recovery)
    expect(found.keys?.slot.means.type).toBe("recovery")
  })
})

describe("key slots", () => {
  test("that are left open when another one is missing, or cut, or flipped in any byte", async () => {
    const whole = world.store.snapshot()
    const [key] = keyed.slotKeys("external") as [ObjectKey]
    const stored = (await world.store.read(key))?.bytes as Uint8Array
    const harms = [
      () => world.store.hide(key),
      () => world.store.tamper(key, (slot) => slot.slice(0, -1)),
      () => world.store.tamper(key, () => new Uint8Array()),
      ...Array.from(
        { length: stored.length },
        (_, at) => () => world.store.tamper(key, (slot) => flip(slot, at, at % 8)),
      ),
    ]
    const answers = new Set<unknown>()
    for (const harm of harms) {
      world.store.restore(whole)
      harm()
      answers.add(await open(secrets.external).catch((error: { code?: string }) => error.code))
      expect((await open(secrets.recovery)).notWritable).toBeUndefined()
    }
    // Of a slot that is no more what was written nothing is believed.
    expect(answers).toEqual(new Set(["WrongKey"]))
  })

  test("that are damaged are told of, where nothing else opens", async () => {
    for (const key of keyed.slotKeys()) world.store.tamper(key, (slot) => flip(slot, slot.length >> 1))
    await expect(open(secrets.external)).rejects.toMatchObject({
      code: "WrongKey",
      message: expect.stringMatching(/keys\//),
    })
  })

  test("that are all missing are damage, and nothing is written in their place", async () => {
    for (const key of keyed.slotKeys()) world.store.hide(key)
    const before = world.store.keys()
    await expect(open(secrets.external)).rejects.toMatchObject({
      code: "Damaged",
      hint: expect.stringContaining("keys/"),
    })
    expect(world.store.keys()).toEqual(before)
  })

  test("of another repository are passed over", async () => {
    const other = makeWorld({ encrypted: true, id: "other" })
    await other.create()
    for (const key of other.store.keys().filter((one) => one.startsWith("keys/")))
      world.store.overlay(key, (await other.store.read(key))?.bytes as Uint8Array)
    expect(keyed.slotKeys()).toHaveLength(4)
    expect(ringOf(await open(secrets.external)).repository).toBe(repository.birth.repository)
  })

  test("that another one's bytes were put into do not open, and the others do", async () => {
    const [external] = keyed.slotKeys("external") as [ObjectKey]
    const [password] = keyed.slotKeys("password") as [ObjectKey]
    const stranger = (await world.store.read(password))?.bytes as Uint8Array
    world.store.tamper(external, () => stranger)
    await expect(open(secrets.external)).rejects.toMatchObject({ code: "WrongKey" })
    expect((await open(secrets.password)).notWritable).toBeUndefined()
  })
})

describe("a slot of an earlier root, put back after a rotation,", () => {
  test("opens what was written before, writes nothing, and reads nothing that came after", async () => {
    const old = await Promise.all(
      keyed.slotKeys("external").map(async (key) => [key, (await world.store.read(key))?.bytes as Uint8Array] as const),
    )
    await rotateKeys(repository, { externalKeys: [testKey], dropOthers: true })
    const after = await open(secrets.external)
    await bringPoint(after, noise(9, 9), "web02")
    const whole = world.store.snapshot()
    for (const key of keyed.slotKeys()) world.store.hide(key)
    for (const [key, slot] of old) world.store.overlay(key, slot)
    const before = await open(secrets.external)
    expect(before.notWritable).toMatchObject({ code: "NotWritable" })
    expect(differing(await restoreBytes(before), { sda: bytes })).toEqual([])
    await expect(restoreBytes(before, { workload: "web02" })).rejects.toMatchObject({ code: expect.any(String) })

    // Beside the new ones it is passed over.
    world.store.restore(whole)
    for (const [key, slot] of old) world.store.overlay(key, slot)
    const found = await open(secrets.external)
    expect([ringOf(found).generation, found.notWritable]).toEqual([2, undefined])
  })
})

test("a birth certificate that names another root opens with none of the slots", async () => {
  const key = parseObjectKey("bcopy.json")
  world.store.tamper(key, (birth) => {
    const text = Buffer.from(birth).toString()
    const at = text.indexOf("fingerprint") + 16
    return flip(birth, at, 0)
  })
  for (const secret of Object.values(secrets))
    await expect(open(secret)).rejects.toMatchObject({
      code: "WrongKey",
      message: expect.stringContaining("not this repository's"),
    })
})

test("two repositories that are called the same, of different services, are not taken for each other", async () => {
  const known = new Map<string, RememberedRepository>()
  const memory: RepositoryMemory = {
    recall: async (place) => known.get(place),
    remember: async (place, one) => void known.set(place, one),
  }
  const openAt = async (place: string) => {
    const other = makeWorld({ encrypted: true, id: `${place} ${known.size}` })
    await other.create()
    const at = Object.defineProperty(
      aroundRequests(other.store, (_, run) => run()),
      "place",
      { value: place },
    )
    const keys = other.keys()
    await rememberRepository(await openRepository(at, { ...other.seams(), memory }, { ...(keys && { keys }) }))
  }
  await openAt("s3://backups at one")
  await openAt("s3://backups at another")
  expect([...known.keys()]).toEqual(["s3://backups at one", "s3://backups at another"])
  await expect(openAt("s3://backups at one")).rejects.toMatchObject({ code: "Refused" })
})
