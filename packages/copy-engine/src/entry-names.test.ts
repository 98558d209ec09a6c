import { entryKey, layout } from "@bcopy/chain-format"
import { aroundRequests, type ObjectKey } from "@bcopy/repo"
import { expect, test } from "vitest"
import { backUp } from "./back-up.ts"
import { placeOf } from "./bring-point.ts"
import { isEngineError } from "./engine-error.ts"
import { listPoints } from "./list-points.ts"
import { randomBytes } from "./node-primitives.ts"
import type { Repository } from "./repository.ts"
import { rotateKeys } from "./rotate-keys.ts"
import { logOf } from "./testing/log-of.ts"
import { disksNow } from "./testing/memory-source.ts"
import { noise } from "./testing/noise.ts"
import { differing, restoreBytes } from "./testing/restore-bytes.ts"
import { testKey } from "./testing/test-keys.ts"
import { makeWorld, type World } from "./testing/world.ts"
import { verify } from "./verify.ts"

const JUNK = 1000
const task = { job: "nightly", workload: "web01", level: 0, movers: 0 }
const bring = (repository: Repository, seed: number) =>
  backUp(repository, { source: disksNow({ sda: noise(100_000, seed) }), ...task })

async function prepared(encrypted = true) {
  const world = makeWorld({ encrypted })
  await world.create()
  const repository = await world.open()
  for (const seed of [1, 2]) await bring(repository, seed)
  const { place } = await logOf(repository)
  const prefixes = [
    layout.repositorySettings,
    layout.backupSettings(place.backup),
    layout.log(place.backup, place.workload),
  ]
  return { world, repository, place, prefixes }
}

/** Names that whoever may write can make up: numbers above the head with no tag, a guessed one, and that of another number. */
function* junkNames({ view }: Repository, prefix: string): Generator<string> {
  for (let above = 1; above <= JUNK; above++) {
    const number = 3 + above
    if (above % 3 === 0) yield entryKey(prefix, number)
    else if (above % 3 === 1) yield entryKey(prefix, number, () => above.toString(16).padStart(16, "0"))
    else yield entryKey(prefix, number, (_, wanted) => view.entryTag?.(prefix, wanted - 1 - JUNK) ?? "")
  }
}

test(`${JUNK} names without the right tag above the head of every log are passed over by readers and writers`, async () => {
  const { world, repository, prefixes } = await prepared()
  const before = world.store.keys()
  for (const prefix of prefixes)
    for (const name of junkNames(repository, prefix)) world.store.overlay(name as ObjectKey, noise(200, 1))
  const junk = world.store.keys().filter((key) => !before.includes(key))
  expect(junk).toHaveLength(3 * JUNK)

  expect(differing(await restoreBytes(await world.open()), { sda: noise(100_000, 2) })).toEqual([])
  expect((await bring(await world.open(), 3)).kind).toBe("increment")
  expect((await rotateKeys(await world.open(), { externalKeys: [testKey], dropOthers: true })).after).toMatchObject({
    generation: 2,
  })
  expect((await bring(await world.open(), 4)).kind).toBe("increment")
  const found = await world.open()
  const { state } = await logOf(found)
  expect([state.head.number, state.points.length, state.broken ?? []]).toEqual([6, 4, []])
  expect(await verify(found, { all: true, readData: "hash", movers: 0 })).toMatchObject({ damaged: [], unknown: [] })
  // Nobody took them away either: only their owner may.
  expect(world.store.keys().filter((key) => junk.includes(key))).toHaveLength(3 * JUNK)
})

test("in the clear such names are numbers, and whoever may write can occupy them", async () => {
  const { world, prefixes } = await prepared(false)
  world.store.overlay(entryKey(prefixes[2] as string, 4) as ObjectKey, noise(200, 1))
  await expect(bring(await world.open(), 3)).rejects.toMatchObject({ code: "Damaged" })
})

test("a name that is right in one log is junk in another, and one of the clear is junk in an encrypted repository", async () => {
  const { world, repository, place } = await prepared()
  const other = placeOf(repository, "nightly", "web02")
  const number = 4
  const { entryTag } = repository.view
  const tag = entryTag?.(layout.log(other.backup, other.workload), number) as string
  const wrong = entryKey(layout.log(place.backup, place.workload), number, () => tag)
  world.store.overlay(wrong as ObjectKey, noise(200, 1))
  expect((await bring(await world.open(), 3)).kind).toBe("increment")
})

/** Puts bytes under the name that the next entry has, which takes the key. */
async function occupyNext(world: World, repository: Repository, bytes: Uint8Array): Promise<void> {
  const { place, state } = await logOf(repository)
  const prefix = layout.log(place.backup, place.workload)
  world.store.overlay(entryKey(prefix, state.head.number + 1, repository.view.entryTag) as ObjectKey, bytes)
}

test("an entry with a right name that does not open is damage: points before it are readable, verify gives it up, and the log goes on", async () => {
  const { world, repository } = await prepared()
  await occupyNext(world, repository, noise(200, 1))
  expect(differing(await restoreBytes(await world.open()), { sda: noise(100_000, 2) })).toEqual([])
  await expect(bring(await world.open(), 3)).rejects.toMatchObject({ code: "Damaged" })
  const { damaged } = await verify(await world.open())
  expect(damaged).toMatchObject([{ workload: "web01", marked: true }])
  expect((await bring(await world.open(), 3)).kind).toBe("increment")
  expect(await verify(await world.open(), { all: true })).toMatchObject({ damaged: [], unknown: [], points: 3 })
})

test("an entry that was sealed for its place, and is cut or flipped or another's, is the same damage", async () => {
  const { world, repository, place } = await prepared()
  const prefix = layout.log(place.backup, place.workload)
  const older = (await world.store.read(entryKey(prefix, 2, repository.view.entryTag) as ObjectKey))
    ?.bytes as Uint8Array
  for (const bytes of [older, older.slice(0, -1), older.with(50, 1), new Uint8Array()]) {
    const whole = world.store.snapshot()
    await occupyNext(world, repository, bytes)
    const answer = await bring(await world.open(), 3).catch((error: unknown) => isEngineError(error) && error.code)
    expect(answer).toBe("Damaged")
    const points: string[] = []
    const listing = async () => {
      for await (const { state } of listPoints(await world.open())) points.push(state)
    }
    await expect(listing()).resolves.toBeUndefined()
    expect(points).toEqual(["complete", "complete"])
    world.store.restore(whole)
  }
})

test("a newest entry that was replaced by something of an epoch that nobody knows is damage like any other", async () => {
  const { world, repository, place } = await prepared()
  const prefix = layout.log(place.backup, place.workload)
  world.store.tamper(entryKey(prefix, 3, repository.view.entryTag) as ObjectKey, (entry) => {
    entry.set(randomBytes(68), 24)
    return entry
  })
  expect(differing(await restoreBytes(await world.open()), { sda: noise(100_000, 1) })).toEqual([])
  await verify(await world.open())
  expect((await bring(await world.open(), 3)).kind).toBe("increment")
})

test("among a thousand junk names readers ask for some lists more, not for one for every few of them", async () => {
  const { world, repository, prefixes } = await prepared()
  for (const name of junkNames(repository, prefixes[2] as string))
    world.store.overlay(name as ObjectKey, new Uint8Array(1))
  let lists = 0
  const counted = aroundRequests(world.store, (request, run) => {
    if (request.method === "list") lists++
    return run()
  })
  await restoreBytes(await world.open(counted))
  expect(lists).toBeLessThanOrEqual(20)
})
