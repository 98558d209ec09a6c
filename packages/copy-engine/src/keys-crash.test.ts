import type { MemorySnapshot, RepoStore } from "@bcopy/repo"
import { faultyStore } from "@bcopy/repo/testing"
import { type ExternalKey, firstGeneration, makeSlot, newX25519Pair, type Secret } from "@bcopy/crypto"
import { describe, expect, test } from "vitest"
import { backUp } from "./back-up.ts"
import { createRepository } from "./create-repository.ts"
import { epochUse } from "./epoch-use.ts"
import { storeSlot } from "./key-objects.ts"
import { addKeySlot, changePassword, listKeys } from "./key-slots.ts"
import { openRepository, type Repository } from "./repository.ts"
import { rewriteKeys } from "./rewrite-keys.ts"
import { rotateKeys } from "./rotate-keys.ts"
import { everyCase } from "./testing/every-case.ts"
import { asHost, deadProcess } from "./testing/hosts.ts"
import { disksNow } from "./testing/memory-source.ts"
import { changed, noise } from "./testing/noise.ts"
import { accessWith, testKey } from "./testing/test-keys.ts"
import { makeWorld, SMALL_PACK_BYTES, type World } from "./testing/world.ts"
import { verify } from "./verify.ts"

/** What the least costly password slot costs: many are made and opened here. */
const parameters = { memoryKiB: 47 << 10, passes: 1, lanes: 1 }
const [OLD, NEW] = ["correct horse", "battery staple"]
const secretOf = (password: string): Secret => ({ type: "password", password })
const keySecret: Secret = { type: "external", key: testKey }

/** An operation on keys in which a process may die at any request. */
interface KeyWork {
  readonly name: string
  readonly secrets: readonly Secret[]
  run(repository: Repository): Promise<unknown>
  /** What holds when it has been done. */
  check(repository: Repository): Promise<void>
}

const works: readonly KeyWork[] = [
  {
    name: "a rotation",
    secrets: [keySecret],
    run: (repository) => rotateKeys(repository, { externalKeys: [testKey], dropOthers: true }),
    async check(repository) {
      const { slots, inForce } = await listKeys(repository)
      expect(inForce.generation).toBeGreaterThanOrEqual(2)
      expect(slots.map(({ state }) => state)).toEqual(["in force"])
    },
  },
  {
    name: "a rotation with its password exchanged",
    secrets: [secretOf(NEW), secretOf(OLD)],
    run: (repository) =>
      rotateKeys(repository, { password: { old: OLD, new: NEW }, otherPasswords: [NEW], externalKeys: [testKey] }),
    async check(repository) {
      const { slots } = await listKeys(repository)
      expect(new Set(slots.map(({ state }) => state))).toEqual(new Set(["in force"]))
      expect(slots.length).toBeGreaterThanOrEqual(2)
    },
  },
  {
    name: "a password change",
    secrets: [secretOf(OLD), secretOf(NEW)],
    run: async (repository) => {
      // Who comes again with the new password has nothing left to change.
      const { slots } = await listKeys(repository)
      if (
        slots.filter(({ slot }) => slot.means.type === "password").length > 1 ||
        repository.keys?.slot.label !== "new"
      )
        await changePassword(repository, { password: NEW, label: "new" })
    },
    async check(repository) {
      const { slots } = await listKeys(repository)
      expect(slots.filter(({ slot }) => slot.label === "new").length).toBeGreaterThanOrEqual(1)
    },
  },
  {
    name: "sealing anew after a rotation",
    secrets: [keySecret],
    run: async (repository) => rewriteKeys(repository),
    async check(repository) {
      const epochs = (await epochUse(repository)).map(({ epoch }) => epoch)
      expect(epochs).toEqual([repository.keys?.ring.generation])
    },
  },
]

const open = async (
  world: World,
  secrets: readonly Secret[],
  root: { fingerprint: string },
  store: RepoStore = world.store,
) => ({
  ...(await openRepository(store, world.seams(), { keys: { ...accessWith(secrets), root } })),
  packBytes: SMALL_PACK_BYTES,
})

/** A repository with three points, a password slot and a key's, and what it was first known by. */
async function prepare(work: KeyWork): Promise<{ world: World; start: MemorySnapshot; root: { fingerprint: string } }> {
  const world = makeWorld({ encrypted: false, id: work.name })
  let root = { fingerprint: "" }
  const encryption = {
    slots: [
      { holder: { type: "external", key: testKey } },
      { holder: { type: "password", password: OLD, parameters } },
    ] as const,
    keys: {
      ...accessWith([keySecret]),
      get root() {
        return root
      },
    },
    onKeys: async (made: { root: { fingerprint: string } }) => void (root = made.root),
  }
  await createRepository(world.store, world.seams(), { encryption })
  const repository = await open(world, [keySecret], root)
  let bytes = noise(3_000_000, 1)
  for (let point = 0; point < 3; point++) {
    bytes = changed(bytes, [{ at: point * 900_000, count: 200_000 }], point)
    await backUp(repository, {
      source: disksNow({ sda: bytes }),
      job: "nightly",
      workload: "web01",
      level: 0,
      movers: 0,
    })
  }
  if (work.name.startsWith("sealing")) await rotateKeys(repository, { externalKeys: [testKey], dropOthers: true })
  return { world, start: world.store.snapshot(), root }
}

/** A full sweep takes a minute and more. */
const EVERY = everyCase ? 1 : 7

for (const work of works)
  describe(work.name, () => {
    test("whenever the process dies, every point is whole before and after, and the next run ends it", async () => {
      const { world, start, root } = await prepare(work)
      const counted = faultyStore(world.store, { faults: [] })
      await work.run(await open(world, work.secrets, root, counted))
      await work.check(await open(world, work.secrets, root))
      expect(counted.requests).toBeGreaterThan(8)
      for (let request = 1; request <= counted.requests; request += EVERY)
        for (const kind of ["stop-before", "stop-after"] as const) {
          world.store.restore(start)
          const dying = faultyStore(world.store, { faults: [{ at: request, kind }] })
          await asHost(deadProcess(request), async () => work.run(await open(world, work.secrets, root, dying))).catch(
            () => undefined,
          )
          const what = `${kind} request ${request}`
          const found = await open(world, work.secrets, root)
          expect(found.notWritable, what).toBeUndefined()
          const report = await verify(found, { all: true, readData: "hash", dryRun: true, movers: 0 })
          expect([report.points, report.damaged, report.unknown], what).toEqual([3, [], []])
          await work.run(found)
          await work.check(await open(world, work.secrets, root))
          const after = await verify(await open(world, work.secrets, root), { all: true, readData: "hash", movers: 0 })
          expect([after.points, after.damaged, after.unknown], what).toEqual([3, [], []])
        }
    }, 240_000)
  })

test("of two rotations at once one is in force, the other is told, and both keys' slots lead to one ring", async () => {
  const { world, root } = await prepare(works[0] as KeyWork)
  const rotate = async () =>
    rotateKeys(await open(world, [keySecret], root), { externalKeys: [testKey], dropOthers: true })
  const results = await Promise.allSettled([rotate(), rotate()])
  expect(results.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"])
  const { slots } = await listKeys(await open(world, [keySecret], root))
  expect(slots.map(({ state }) => state)).toEqual(["in force"])
})

test("of two who remove the last two slots at once, one slot is left", async () => {
  const { world, root } = await prepare(works[0] as KeyWork)
  const repository = await open(world, [keySecret], root)
  const { removeKeySlot } = await import("./key-slots.ts")
  const { slots } = await listKeys(repository)
  const remove = async (id: string) => removeKeySlot(await open(world, [keySecret], root), id)
  await Promise.allSettled(slots.map(({ slot }) => remove(slot.id)))
  expect((await listKeys(repository)).slots.length).toBeGreaterThanOrEqual(1)
})

test("a slot that somebody laid there for his own key is told, gets no successor, and goes with the rotation", async () => {
  const { world, root } = await prepare(works[0] as KeyWork)
  const repository = await open(world, [keySecret], root)
  const { inForce } = await listKeys(repository)
  const pair = newX25519Pair()
  const ring = firstGeneration(repository.birth.repository, world.seams().random)
  const facts = { id: "0f".repeat(16), createdAtMs: 0 }
  const holder = { type: "recovery", publicKey: pair.publicKey } as const
  const made = await makeSlot({ ring, facts, holder, random: world.seams().random })
  await storeSlot(repository.store, { ...made, root: inForce })
  expect((await listKeys(repository)).slots.map(({ state }) => state)).toContain("not ours")
  await rotateKeys(repository, { externalKeys: [testKey], dropOthers: true })
  const secret: Secret = { type: "recovery", privateKey: pair.privateKey }
  await expect(open(world, [secret], root)).rejects.toMatchObject({ code: "WrongKey" })
  const { slots } = await listKeys(await open(world, [keySecret], root))
  expect(slots.map(({ slot, state }) => [slot.means.type, state])).toEqual([["external", "in force"]])
})

test("who holds only the old ring reads what was, and neither reads what came nor writes", async () => {
  const { world, root } = await prepare(works[0] as KeyWork)
  const before = await open(world, [keySecret], root)
  const kept: ExternalKey = { ...testKey, keyId: "thief" }
  await addKeySlot(before, { holder: { type: "external", key: kept } })
  const stolen = world.store.keys().filter((key) => key.startsWith("keys/"))
  const bytes = await Promise.all(stolen.map(async (key) => (await world.store.read(key))?.bytes as Uint8Array))
  await rotateKeys(before, { externalKeys: [testKey], dropOthers: true })
  await backUp(await open(world, [keySecret], root), {
    source: disksNow({ sda: noise(100_000, 9) }),
    job: "nightly",
    workload: "web02",
    movers: 0,
  })
  for (const [at, key] of stolen.entries()) world.store.overlay(key, bytes[at] as Uint8Array)
  const thief = await open(world, [{ type: "external", key: kept }], root)
  expect(thief.notWritable).toMatchObject({ code: "NotWritable", message: expect.stringContaining("rotated") })
  const report = await verify(thief, { all: true, readData: "hash", movers: 0 })
  expect(report.damaged).toEqual([])
  expect(report.unknown.map(({ message }) => message).join()).toContain("epoch 2")
})
