import type { Secret } from "@bcopy/crypto"
import type { ObjectKey } from "@bcopy/repo"
import { describe, expect, test } from "vitest"
import { randomBytes } from "./node-primitives.ts"
import { rotateKeys } from "./rotate-keys.ts"
import { bringPoint, bytes, keyedInTests, secrets } from "./testing/keyed-repository.ts"
import { flip } from "./testing/mutations.ts"
import { testKey } from "./testing/test-keys.ts"
import { verify } from "./verify.ts"

const keyed = await keyedInTests()
const { world, repository } = keyed

const open = (...given: readonly Secret[]) => keyed.open(given)

describe("an epoch that is not known", () => {
  const isPack = (key: string) => key.includes("/packs/")
  /** Where the epoch stands in an object: first in the suite's part of its header. */
  const EPOCH_AT = 24

  test("in a header that is otherwise right is damage: the seal was made under another one", async () => {
    for (const key of world.store.keys().filter(isPack)) {
      const whole = world.store.snapshot()
      world.store.tamper(key, (pack) => flip(pack, EPOCH_AT, 3))
      const { damaged, unknown } = await verify(repository, { readData: "authenticate", dryRun: true, movers: 0 })
      expect([damaged.length, unknown]).toEqual([1, []])
      world.store.restore(whole)
    }
  })

  test("in what was sealed under a ring that is not at hand is no damage: who holds that may open it", async () => {
    await rotateKeys(repository, { externalKeys: [testKey], dropOthers: true })
    await bringPoint(await open(secrets.external), bytes)
    // By the ring from before the rotation.
    const { damaged, unknown } = await verify(repository, { all: true, dryRun: true, movers: 0 })
    expect(damaged).toEqual([])
    expect(unknown.map(({ message }) => message).join()).toContain("epoch 2")
  })

  test("in one that nobody ever had is told, and nothing is restored from it", async () => {
    const [key] = world.store.keys().filter(isPack) as [ObjectKey]
    world.store.tamper(key, (pack) => {
      pack.set(randomBytes(68), EPOCH_AT)
      return pack
    })
    const { damaged, unknown } = await verify(repository, { readData: "authenticate", dryRun: true, movers: 0 })
    expect(damaged.length + unknown.length).toBe(1)
  })
})
