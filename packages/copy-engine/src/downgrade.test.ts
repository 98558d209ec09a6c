import { encodeBirthCertificate, type RepositoryId } from "@bcopy/chain-format"
import { parseObjectKey } from "@bcopy/repo"
import { beforeEach, describe, expect, test } from "vitest"
import { createRepository } from "./create-repository.ts"
import type { Repository } from "./repository.ts"
import type { RepositoryMemory } from "./repository-memory.ts"
import { expectRefused } from "./testing/expect-refused.ts"
import { keptMemory } from "./testing/kept-memory.ts"
import { keyedInTests, secrets } from "./testing/keyed-repository.ts"
import { testEncryption } from "./testing/test-keys.ts"
import { makeWorld } from "./testing/world.ts"

const BIRTH = parseObjectKey("bcopy.json")

const keyed = await keyedInTests()
const { world, repository, root } = keyed
let memory: RepositoryMemory
beforeEach(() => {
  memory = keptMemory(keyed.remembered)
})

function putClearBirth(): void {
  const { repository: id } = repository.birth
  const bytes = encodeBirthCertificate({ repository: id, encrypted: false, idSalt: new Uint8Array(32) })
  world.store.overlay(BIRTH, bytes)
}

/** A whole repository in the clear, as anybody can make one, in the place of the other; its objects stay or go. */
async function putClearRepository(id: RepositoryId, keepOthers: boolean): Promise<void> {
  const other = makeWorld({ encrypted: false, id: "place" })
  await other.store.create(
    BIRTH,
    encodeBirthCertificate({ repository: id, encrypted: false, idSalt: new Uint8Array(32) }),
  )
  await other.create()
  if (!keepOthers) for (const key of world.store.keys()) world.store.hide(key)
  for (const key of other.store.keys()) world.store.overlay(key, (await other.store.read(key))?.bytes as Uint8Array)
}

describe("a birth certificate that says there is no encryption", () => {
  const clients: Readonly<Record<string, () => Promise<Repository>>> = {
    "who has a key": () => keyed.open([secrets.external]),
    "who has seen it, and gives a key": () => keyed.open([secrets.external], { root, memory }),
    "who has seen it, and gives none": () => keyed.open([], { memory }),
  }
  for (const [who, open] of Object.entries(clients)) {
    test(`alone is refused by ${who}`, async () => {
      putClearBirth()
      await expectRefused(world, open)
    })

    test(`without anything else is refused by ${who}`, async () => {
      for (const key of world.store.keys()) world.store.hide(key)
      putClearBirth()
      await expectRefused(world, open, "NoRepository")
    })

    for (const keepOthers of [true, false])
      test(`and comes with settings in the clear is refused by ${who}, ${keepOthers ? "beside the sealed objects" : "with nothing else there"}`, async () => {
        await putClearRepository(repository.birth.repository, keepOthers)
        await expectRefused(world, open)
      })
  }

  test("is what only somebody who knows nothing takes a repository in the clear for", async () => {
    await putClearRepository(repository.birth.repository, false)
    const opened = await keyed.open([])
    expect([opened.birth.encrypted, opened.notWritable]).toEqual([false, undefined])
  })
})

describe("init", () => {
  const inits = {
    "in the clear": (seams = world.seams()) => createRepository(world.store, seams, { encryption: "none" }),
    encrypted: (seams = world.seams()) =>
      createRepository(world.store, seams, { encryption: testEncryption(() => undefined) }),
  }
  for (const [how, init] of Object.entries(inits)) {
    test(`${how} finishes no repository whose certificate was replaced by one in the clear beside sealed objects`, async () => {
      putClearBirth()
      const before = world.store.keys()
      await expect(init()).rejects.toMatchObject({ name: "EngineError" })
      expect(world.store.keys()).toEqual(before)
    })

    test(`${how} finishes no repository that it remembers as encrypted`, async () => {
      for (const key of world.store.keys()) world.store.hide(key)
      putClearBirth()
      const before = world.store.keys()
      await expect(init({ ...world.seams(), memory })).rejects.toMatchObject({ name: "EngineError" })
      expect(world.store.keys()).toEqual(before)
    })

    test(`${how} finishes no repository that only its key slots are left of`, async () => {
      for (const key of world.store.keys()) if (!key.startsWith("keys/")) world.store.hide(key)
      putClearBirth()
      const before = world.store.keys()
      await expect(init()).rejects.toMatchObject({ name: "EngineError" })
      expect(world.store.keys()).toEqual(before)
    })

    test(`${how} makes none where the certificate is gone and anything sealed is there`, async () => {
      world.store.hide(BIRTH)
      const before = world.store.keys()
      await expect(init()).rejects.toMatchObject({ code: "Damaged" })
      expect(world.store.keys()).toEqual(before)
    })
  }

  test("in the clear finishes nothing that was begun encrypted, and encrypted nothing that was begun in the clear", async () => {
    for (const [begun, other] of [
      [inits.encrypted, inits["in the clear"]],
      [inits["in the clear"], inits.encrypted],
    ] as const) {
      for (const key of world.store.keys()) world.store.hide(key)
      await begun()
      for (const key of world.store.keys().filter((one) => one.startsWith("log/"))) world.store.hide(key)
      const before = world.store.keys()
      await expect(other()).rejects.toMatchObject({ code: "Refused" })
      expect(world.store.keys()).toEqual(before)
    }
  })
})
