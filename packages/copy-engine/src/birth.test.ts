import { type ClearBirth, decodeBirthCertificate, encodeBirthCertificate } from "@bcopy/chain-format"
import { parseObjectKey } from "@bcopy/repo"
import { expect, test } from "vitest"
import { createRepository } from "./create-repository.ts"
import { makeWorld } from "./testing/world.ts"

test("a birth certificate with another salt is damage: every id would be computed with it", async () => {
  const world = makeWorld({ encrypted: false })
  await world.create()
  world.store.tamper(parseObjectKey("bcopy.json"), (bytes) => {
    const birth = decodeBirthCertificate(bytes) as ClearBirth
    return encodeBirthCertificate({
      ...birth,
      idSalt: birth.idSalt.map((byte, index) => (index === 7 ? byte ^ 1 : byte)),
    })
  })
  await expect(world.open()).rejects.toMatchObject({ code: "Damaged", message: expect.stringContaining("bcopy.json") })
})

test("of two that finish a half-made repository at once only one is told that it made it", async () => {
  const world = makeWorld({ encrypted: false })
  const [first, second] = await Promise.allSettled([
    createRepository(world.store, world.seams(), { encryption: "none", packBytes: 8 << 20 }),
    createRepository(world.store, world.seams(), { encryption: "none", packBytes: 16 << 20 }),
  ])
  const made = [first, second].filter((one) => one.status === "fulfilled")
  expect(made).toHaveLength(1)
  expect((await world.open(undefined, {})).settings.entry.number).toBe(1)
})
