import { encodeSmallObject } from "@bcopy/chain-format"
import { firstGeneration } from "@bcopy/crypto"
import { faultyStore } from "@bcopy/repo/testing"
import { expect, test } from "vitest"
import { backUp } from "./back-up.ts"
import { pinPoint } from "./change-points.ts"
import { createRepository } from "./create-repository.ts"
import { findWorkload } from "./find-workloads.ts"
import { gcmSeed, gcmSuite } from "./gcm-suite.ts"
import { randomBytes, zstdCodec } from "./node-primitives.ts"
import { rewriteKeys } from "./rewrite-keys.ts"
import { rotateKeys } from "./rotate-keys.ts"
import { crashRun } from "./testing/crash-run.ts"
import { crashInBackup } from "./testing/crash-work.ts"
import { otherHost, asHost } from "./testing/hosts.ts"
import { disksNow } from "./testing/memory-source.ts"
import { noise } from "./testing/noise.ts"
import { recordSealings } from "./testing/recorded-sealings.ts"
import { testEncryption, testKey } from "./testing/test-keys.ts"
import { makeWorld, type World } from "./testing/world.ts"

const MIB = 1 << 20
const task = { job: "nightly", workload: "web01", level: 0, movers: 0 }

function recorded(options: Parameters<typeof makeWorld>[0] = {}): {
  world: World
  seen: ReturnType<typeof recordSealings>
} {
  const world = makeWorld({ encrypted: true, ...options })
  return { world, seen: recordSealings(world.store) }
}

test("the record finds a salt that is used twice, or for another body", () => {
  const { seen } = recorded()
  const suite = gcmSuite(gcmSeed(firstGeneration("ab".repeat(16), randomBytes)), (count) => new Uint8Array(count))
  const seal = (objectKey: string, body: unknown) =>
    seen.look(objectKey, encodeSmallObject("logEntry", body, { suite, codec: zstdCodec, objectKey }))
  seal("backups/a", { say: "one" })
  seal("backups/a", { say: "one" })
  expect(seen.taken()).toMatchObject({ salts: 1, repeats: 1, broken: [] })
  seal("backups/a", { say: "two" })
  seal("backups/b", { say: "one" })
  expect(seen.taken().broken.length).toBeGreaterThanOrEqual(3)
})

test("10 000 sealings have 10 000 salts", () => {
  const suite = gcmSuite(gcmSeed(firstGeneration("ab".repeat(16), randomBytes)), randomBytes)
  const headers = new Set<string>()
  const hints = new Set<string>()
  for (let sealing = 0; sealing < 10_000; sealing++) {
    const { header, hint } = suite.begin("sessionBeat", "backups/a")
    headers.add(Buffer.from(header.subarray(4, 36)).toString("latin1"))
    hints.add(Buffer.from(hint).toString("latin1"))
  }
  expect([headers.size, hints.size]).toEqual([10_000, 10_000])
})

test("no salt comes twice with other bytes, whenever a process dies or an answer is lost, and whoever goes on", async () => {
  const { world, seen } = recorded()
  await world.create()
  const work = crashInBackup(1)
  await work.prepare(world)
  const start = world.store.snapshot()
  const { requests } = await crashRun(world, work, [], 1)
  for (let at = 1; at <= requests; at += 3)
    for (const kind of ["stop-after", "fail-after", "fail-before"] as const) {
      world.store.restore(start)
      await crashRun(world, work, [{ kind, at }], 1)
      expect((await crashRun(world, work, [], 2)).error).toBeUndefined()
    }
  const { salts, slots, repeats, broken } = seen.taken()
  expect(broken).toEqual([])
  expect(salts).toBeGreaterThan(250)
  expect(slots).toBeGreaterThan(salts)
  // Bytes that no answer came to are sent again as they are.
  expect(repeats).toBeGreaterThan(0)
}, 60_000)

for (const options of [{}, { versioning: "on", createIfAbsent: "hint" }] as const)
  test(`two who contend for the same numbers seal under salts of their own, on a store ${"versioning" in options ? "whose creates all win" : "with one winner"}`, async () => {
    const { world, seen } = recorded(options)
    await world.create()
    const repository = await world.open()
    await backUp(repository, { source: disksNow({ sda: noise(MIB, 1) }), ...task })
    const pin = async (writer: number) => {
      const own = await world.open()
      for (let round = 0; round < 5; round++)
        await pinPoint(own, await findWorkload(own, { workload: "web01" }), 2, `${writer} ${round}`)
    }
    await Promise.all(Array.from({ length: 4 }, (_, writer) => pin(writer)))
    await Promise.allSettled(
      [1, 2].map((seed) =>
        asHost(otherHost(`${seed}`), async () =>
          backUp(await world.open(), { source: disksNow({ sda: noise(MIB, seed) }), ...task, takeOver: true }),
        ),
      ),
    )
    const { salts, broken } = seen.taken()
    expect(broken).toEqual([])
    expect(salts).toBeGreaterThan(20)
  })

test("beats of a session, a rotation that dies and is done again, and packs that are sealed anew have salts of their own", async () => {
  const { world, seen } = recorded()
  await world.create()
  const onRead = () => world.clock.advance(30_000)
  await backUp(await world.open(), { source: disksNow({ sda: noise(4 * MIB, 1) }, { onRead }), ...task })
  const before = seen.taken().salts
  const options = { externalKeys: [testKey], dropOthers: true }
  for (let at = 1; at < 20; at++) {
    const dying = faultyStore(world.store, { faults: [{ kind: "stop-after", at }] })
    await world
      .open(dying)
      .then((repository) => rotateKeys(repository, options))
      .catch(() => undefined)
  }
  await rotateKeys(await world.open(), options)
  for (let at = 5; at < 40; at += 4) {
    const dying = faultyStore(world.store, { faults: [{ kind: "stop-after", at }] })
    await world
      .open(dying)
      .then((repository) => rewriteKeys(repository, { takeOver: true }))
      .catch(() => undefined)
  }
  await rewriteKeys(await world.open(), { takeOver: true })
  const { salts, broken } = seen.taken()
  expect(broken).toEqual([])
  expect(salts).toBeGreaterThan(before + 10)
})

test("an init that dies and is done again seals its settings under another salt", async () => {
  const { world, seen } = recorded()
  for (let at = 1; at < 20; at++) {
    const dying = faultyStore(world.store, { faults: [{ kind: "fail-after", at }] })
    const encryption = testEncryption(() => undefined)
    await createRepository(dying, world.seams(), { encryption }).catch(() => undefined)
    for (const key of world.store.keys()) if (!key.startsWith("keys/") && key !== "bcopy.json") world.store.hide(key)
  }
  expect(seen.taken().broken).toEqual([])
  expect(seen.taken().salts).toBeGreaterThan(5)
})
