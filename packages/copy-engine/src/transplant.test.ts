import { decodePackHeader, objectKinds, SLOT_HEADER_BYTES } from "@bcopy/chain-format"
import { firstGeneration } from "@bcopy/crypto"
import { beforeAll, expect, test } from "vitest"
import { backUp } from "./back-up.ts"
import { placeOf } from "./bring-point.ts"
import { listPoints } from "./list-points.ts"
import { randomBytes } from "./node-primitives.ts"
import type { Repository } from "./repository.ts"
import { disksNow } from "./testing/memory-source.ts"
import { mutatedRepository } from "./testing/mutated-repository.ts"
import { noise } from "./testing/noise.ts"
import { restoreBytes } from "./testing/restore-bytes.ts"
import { slotRegions } from "./testing/slot-regions.ts"
import { hintOf, openingSlots, type StoredObject, storedObjects } from "./testing/stored-objects.ts"
import { makeWithRing, ringOf } from "./testing/twin-repository.ts"
import { makeWorld, type World } from "./testing/world.ts"
import { verify } from "./verify.ts"

const task = { job: "nightly", level: 0, movers: 0 }

let repository: Repository
/** Objects of every kind, of two backups, three workloads and several sessions; of a log not every entry. */
let objects: readonly StoredObject[]
beforeAll(async () => {
  const { world } = await mutatedRepository({ encrypted: true })
  repository = await world.open()
  const { store } = world
  const { workload } = placeOf(repository, "nightly", "web01")
  const isRepeated = (key: string) => key.includes(workload) && key.includes("/log/")
  const all = await storedObjects(store)
  const [repeated, others] = [all.filter(({ key }) => isRepeated(key)), all.filter(({ key }) => !isRepeated(key))]
  objects = [...others, ...repeated.slice(0, 3), ...repeated.slice(-4)]
})

test("every object opens in its own place", () => {
  expect(new Set(objects.map(({ kind }) => kind)).size).toBe(6)
  for (const object of objects)
    // By its header and by its hint, twice.
    expect(openingSlots(repository.view, object, object.bytes, [hintOf(object.bytes)]).length).toBe(
      3 * slotRegions(object.bytes).filter(({ part }) => part === "body").length,
    )
})

test("no slot of an object opens in the place of another: of another number, session, workload, job or kind", () => {
  expect(objects.length).toBeGreaterThan(20)
  for (const place of objects)
    for (const moved of objects) {
      if (place === moved) continue
      const found = openingSlots(repository.view, place, moved.bytes, [hintOf(place.bytes)])
      expect([moved.key, place.key, found]).toEqual([moved.key, place.key, []])
    }
})

test("no slot of an object opens as one of another kind, whatever its header says", () => {
  for (const { key, bytes } of objects)
    for (const [name, kind] of Object.entries(objectKinds)) {
      if (name === decodePackHeader(bytes).kind) continue
      const found = openingSlots(repository.view, { key, kind: name as StoredObject["kind"] }, bytes.with(5, kind))
      expect([key, name, found]).toEqual([key, name, []])
    }
})

/** The same work in both: names, jobs and settings lead to the same keys where the keys are the same. */
async function backUpTwice(world: World): Promise<Repository> {
  const opened = await world.open()
  for (const seed of [1, 2]) {
    const source = disksNow({ sda: noise(100_000, seed) })
    await backUp(opened, { source, workload: "web01", ...task })
  }
  return opened
}

test("nothing opens in a repository that has the same keys and another id", async () => {
  const first = makeWorld({ encrypted: true, id: "first" })
  await first.create()
  const before = await backUpTwice(first)
  const twin = await makeWithRing({ ...ringOf(before), repository: "fe".repeat(16) })
  const after = await backUpTwice(twin)
  const moved = await storedObjects(first.store)
  for (const object of moved) expect(openingSlots(after.view, object, object.bytes)).toEqual([])

  // Names of entries are the same in both, so that bytes of the one lie where the other looks for its own.
  const shared = moved.filter(({ key }) => twin.store.keys().includes(key))
  expect(shared.length).toBeGreaterThanOrEqual(5)
  for (const { key, bytes } of shared) {
    const whole = twin.store.snapshot()
    twin.store.tamper(key, () => bytes)
    const answers: unknown[] = await Promise.all(
      [
        async () => twin.open(),
        async () => {
          for await (const _ of listPoints(await twin.open())) continue
          const { damaged } = await verify(await twin.open(), { all: true, dryRun: true })
          return damaged.length > 0 ? "Damaged" : "sound"
        },
      ].map((work) => work().catch((error: { code?: string }) => error.code)),
    )
    // Of what lies behind the newest entry only points are asked for: testing/expected-aftermath.ts.
    const isRead = !key.includes("/log/") || !key.includes(`${(Number.MAX_SAFE_INTEGER - 1).toString(16)}-`)
    if (isRead) expect([key, answers]).toEqual([key, expect.arrayContaining(["Damaged"])])
    twin.store.restore(whole)
  }

  // The whole of it put over the other one gives nothing.
  for (const { key, bytes } of moved) twin.store.overlay(key, bytes)
  await expect(twin.open()).rejects.toMatchObject({ code: "Damaged" })
})

test("nothing opens in a repository that has the same id and other keys", async () => {
  const first = makeWorld({ encrypted: true, id: "first" })
  await first.create()
  const before = await backUpTwice(first)
  const other = await makeWithRing(firstGeneration(before.birth.repository, randomBytes))
  const { view } = await other.open()
  const moved = await storedObjects(first.store)
  expect(moved.length).toBeGreaterThan(5)
  for (const object of moved) expect(openingSlots(view, object, object.bytes)).toEqual([])
})

test("no slot of a pack passes for another one of the same pack, nor of the next pack of its session", async () => {
  const world = makeWorld({ encrypted: true })
  await world.create()
  const opened = await world.open(undefined, { packBytes: 3 << 20 })
  const bytes = noise(6 << 20, 1)
  await backUp(opened, { source: disksNow({ sda: bytes }), workload: "web01", ...task })
  const packs = (await storedObjects(world.store)).filter(({ kind }) => kind === "dataPack")
  const [one, two] = packs as [StoredObject, StoredObject]
  const slotsOf = (pack: Uint8Array) => {
    const bodies = slotRegions(pack).filter(({ part }) => part === "body")
    return bodies.map(({ at, bytes: length }) => ({ at: at - SLOT_HEADER_BYTES, end: at + length + 16 }))
  }
  const [slots, others] = [slotsOf(one.bytes), slotsOf(two.bytes)]
  expect([slots.length, others.length].every((count) => count > 2)).toBe(true)
  const put = (into: Uint8Array, at: number, slot: Uint8Array, keepHeader: boolean) => {
    const forged = into.slice()
    forged.set(slot.subarray(keepHeader ? SLOT_HEADER_BYTES : 0), at + (keepHeader ? SLOT_HEADER_BYTES : 0))
    return forged
  }
  const [first, second] = slots as [(typeof slots)[0], (typeof slots)[0]]
  const [, stranger] = others as [(typeof slots)[0], (typeof slots)[0]]
  const body = one.bytes.subarray(second.at, second.end)
  const foreign = two.bytes.subarray(stranger.at, stranger.end)
  const forgeries: Readonly<Record<string, Uint8Array>> = {
    "another slot with its header": put(one.bytes, first.at, body, false),
    "another slot behind the header of this one": put(one.bytes, first.at, body, true),
    "the same slot of the next pack": put(one.bytes, second.at, foreign, false),
    "the same slot of the next pack behind the header of this one": put(one.bytes, second.at, foreign, true),
  }
  for (const [what, forged] of Object.entries(forgeries)) {
    expect([what, forged.length]).toEqual([what, one.bytes.length])
    world.store.tamper(one.key, () => forged)
    for (const readData of ["authenticate", "hash"] as const) {
      const { damaged } = await verify(opened, { readData, dryRun: true, movers: 0 })
      expect([what, damaged]).toMatchObject([what, [{ workload: "web01", message: expect.stringContaining(one.key) }]])
    }
    await expect(restoreBytes(opened, { movers: 0 })).rejects.toMatchObject({ code: "Damaged" })
    // All others are what they were; the forged one alone gives nothing.
    const plains = openingSlots(opened.view, one, forged, [])
    const whole = openingSlots(opened.view, one, one.bytes, [])
    const left = what.startsWith("another slot with") ? whole.length : whole.length - 2
    expect([what, plains.length <= left]).toEqual([what, true])
    for (const plain of plains) expect(whole.some((other) => Buffer.compare(other, plain) === 0)).toBe(true)
  }
})

test("in the clear what lies under the same key opens in another repository: nothing but a key can hold that", async () => {
  const [first, other] = [makeWorld({ encrypted: false, id: "a" }), makeWorld({ encrypted: false, id: "b" })]
  for (const world of [first, other]) await world.create()
  await backUpTwice(first)
  const { view } = await other.open()
  const [settings] = await storedObjects(first.store)
  expect(openingSlots(view, settings as StoredObject, (settings as StoredObject).bytes).length).toBeGreaterThan(0)
})
