import { newX25519Pair, parseRecoveryKit, type RecoveryKit, renderRecoveryKit, type Secret } from "@bcopy/crypto"
import { faultyStore, type StoreFault } from "@bcopy/repo/testing"
import { expect, test } from "vitest"
import { backUp } from "./back-up.ts"
import { createRepository } from "./create-repository.ts"
import { listKeys } from "./key-slots.ts"
import type { RecoveryMaterial } from "./make-keys.ts"
import { openRepository } from "./repository.ts"
import { disksNow } from "./testing/memory-source.ts"
import { noise } from "./testing/noise.ts"
import { restoreBytes } from "./testing/restore-bytes.ts"
import { accessWith, testKey } from "./testing/test-keys.ts"
import { makeWorld, type World } from "./testing/world.ts"
import { verify } from "./verify.ts"

const keySecret: Secret = { type: "external", key: testKey }
const stores = {
  "a plain store": {},
  "a versioned store whose creates all win": { versioning: "on", createIfAbsent: "hint" },
} as const

/** Recovery kits as they left, one for each time that somebody was told of keys; the last one is the one that people keep. */
class Kits {
  readonly texts: string[] = []

  get last(): RecoveryKit {
    return parseRecoveryKit(this.texts.at(-1) as string)
  }

  keep({ repository, name, root, atMs }: RecoveryMaterial, privateKey: Uint8Array): void {
    const { generation, fingerprint } = root
    this.texts.push(renderRecoveryKit({ repository, name, madeAtMs: atMs, generation, fingerprint, privateKey }))
  }
}

/** An init as the program does it: with a key of its own for each kit. */
async function init(world: World, kits: Kits, faults: readonly StoreFault[], onRequests?: (requests: number) => void) {
  const { publicKey, privateKey } = newX25519Pair()
  const store = faultyStore(world.store, { faults })
  let root: { fingerprint: string } | undefined
  try {
    await createRepository(store, world.seams(), {
      encryption: {
        slots: [{ holder: { type: "external", key: testKey } }, { holder: { type: "recovery", publicKey } }],
        keys: {
          ...accessWith([keySecret]),
          get root() {
            return root as { fingerprint: string }
          },
        },
        onKeys: async (made) => {
          root = made.root
          kits.keep(made, privateKey)
        },
      },
    })
    return "made"
  } catch (error) {
    return (error as { code?: string }).code ?? "dead"
  } finally {
    onRequests?.(store.requests)
  }
}

const openWith = (world: World, secret: Secret, root: { fingerprint: string }) =>
  openRepository(world.store, world.seams(), { keys: { ...accessWith([secret]), root } })

/** What is there opens by the last kit, to read and to write, and by the key; its slots are all of the root in force. */
async function expectWhole(world: World, kits: Kits, what: string): Promise<void> {
  const { last } = kits
  for (const secret of [{ type: "recovery", privateKey: last.privateKey } as const, keySecret]) {
    const repository = await openWith(world, secret, last)
    expect([what, repository.birth.repository, repository.notWritable]).toEqual([what, last.repository, undefined])
    const { slots, broken } = await listKeys(repository)
    expect([what, new Set(slots.map(({ state }) => state)), broken]).toEqual([what, new Set(["in force"]), []])
  }
  const repository = await openWith(world, keySecret, last)
  const bytes = noise(70_000, 1)
  await backUp(repository, { source: disksNow({ sda: bytes }), job: "nightly", workload: "web01", movers: 0 })
  const byKit = await openWith(world, { type: "recovery", privateKey: last.privateKey }, last)
  expect(Buffer.compare((await restoreBytes(byKit))["sda"] as Uint8Array, bytes)).toBe(0)
  expect(await verify(byKit, { readData: "hash", movers: 0 })).toMatchObject({ points: 1, damaged: [], unknown: [] })
}

for (const [name, options] of Object.entries(stores))
  for (const kind of ["stop-before", "stop-after", "fail-after"] as const)
    test(`an encrypted init on ${name} with ${kind} at any request is finished or begun anew by the next, and the kit told last opens it`, async () => {
      let requests = 0
      await init(makeWorld({ encrypted: false, ...options }), new Kits(), [], (made) => {
        requests = made
      })
      expect(requests).toBeGreaterThan(8)
      for (let at = 1; at <= requests; at++) {
        const what = `${kind} ${at} of ${requests}`
        const world = makeWorld({ encrypted: false, id: what, ...options })
        const kits = new Kits()
        const before = await init(world, kits, [{ kind, at }])
        const after = await init(world, kits, [])
        // Who was told that it failed may find it made; who was told that it was made always does.
        expect([what, after]).toEqual([
          what,
          expect.stringMatching(before === "made" ? /RepositoryExists/ : /^(made|RepositoryExists)$/),
        ])
        await expectWhole(world, kits, what)
      }
    })

test("an encrypted init that dies twice, at any two requests, is finished by the third", async () => {
  for (let first = 2; first <= 14; first += 3)
    for (let second = 1; second <= 20; second += 2) {
      const what = `dies at ${first} and ${second}`
      const world = makeWorld({ encrypted: false, id: what })
      const kits = new Kits()
      await init(world, kits, [{ kind: "stop-after", at: first }])
      await init(world, kits, [{ kind: "stop-after", at: second }])
      expect([what, await init(world, kits, [])]).toEqual([what, expect.stringMatching(/^(made|RepositoryExists)$/)])
      await expectWhole(world, kits, what)
    }
})

test("of encrypted inits at the same time those that are told it was made can open it, and nobody else has left a slot", async () => {
  for (const options of Object.values(stores)) {
    const world = makeWorld({ encrypted: false, ...options })
    const kits = Array.from({ length: 6 }, () => new Kits())
    const told = await Promise.all(kits.map((own) => init(world, own, [])))
    expect(told.filter((answer) => answer === "made").length).toBeLessThanOrEqual(1)
    const winner = kits.find(
      (own) => own.last.repository === JSON.parse(Buffer.from(birthOf(world)).toString()).repository,
    )
    await init(world, winner as Kits, [])
    await expectWhole(world, winner as Kits, "six at once")
  }

  function birthOf({ store }: World): Uint8Array {
    const [version] = store.snapshot().history.of("bcopy.json" as never)
    return version?.bytes as Uint8Array
  }
})
