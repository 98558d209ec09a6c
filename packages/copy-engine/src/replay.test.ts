import {
  dataPackWriter,
  encodeSmallObject,
  entryKey,
  type EntryBody,
  findHead,
  findSetting,
  layout,
  type LivePoint,
  nextEntry,
  openDataPack,
  randomId,
  settingsKind,
  type SettingsRecord,
  toHex,
} from "@bcopy/chain-format"
import { epochOf } from "@bcopy/crypto"
import { aroundRequests, type ObjectKey, parseObjectKey, StoreError } from "@bcopy/repo"
import { expect, test } from "vitest"
import { backUp } from "./back-up.ts"
import { openRepository, rememberRepository, type Repository } from "./repository.ts"
import { gcmSeed, gcmSuite } from "./gcm-suite.ts"
import { findWorkload } from "./find-workloads.ts"
import { listKeys } from "./key-slots.ts"
import { listPoints } from "./list-points.ts"
import { randomBytes } from "./node-primitives.ts"
import { rewriteKeys } from "./rewrite-keys.ts"
import { rotateKeys } from "./rotate-keys.ts"
import { keptMemory } from "./testing/kept-memory.ts"
import { asHost, deadProcess } from "./testing/hosts.ts"
import { logOf } from "./testing/log-of.ts"
import { disksNow } from "./testing/memory-source.ts"
import { noise } from "./testing/noise.ts"
import { differing, restoreBytes } from "./testing/restore-bytes.ts"
import { hintOf, storedObjects } from "./testing/stored-objects.ts"
import { testKey } from "./testing/test-keys.ts"
import { makeWorld, SMALL_PACK_BYTES, type World } from "./testing/world.ts"
import type { RepositoryKeys } from "./unlock-repository.ts"
import { verify } from "./verify.ts"

const task = { job: "nightly", level: 0, movers: 0 }

function bring(repository: Repository, seed: number, workload = "web01") {
  return backUp(repository, { source: disksNow({ sda: noise(100_000, seed) }), workload, ...task })
}

/** A repository with two points of each of two workloads, and a client that remembers it. */
async function prepared() {
  const world = makeWorld({ encrypted: true })
  await world.create()
  const memory = keptMemory()
  const open = async () => {
    const keys = world.keys()
    const opened = await openRepository(world.store, { ...world.seams(), memory }, { ...(keys && { keys }) })
    return { ...opened, packBytes: SMALL_PACK_BYTES }
  }
  const repository = await open()
  for (const seed of [1, 2]) for (const workload of ["db", "web01"]) await bring(repository, seed, workload)
  await rememberRepository(repository)
  return { world, open, repository }
}

const rotate = (repository: Repository) => rotateKeys(repository, { externalKeys: [testKey], dropOthers: true })
const newestOf = (world: World, prefix: string) => world.store.keys().find((key) => key.startsWith(prefix)) as ObjectKey

test("an older settings entry in the place of the newest one is damage", async () => {
  const { world, open, repository } = await prepared()
  const old = (await world.store.read(newestOf(world, "log/")))?.bytes as Uint8Array
  await rotate(repository)
  world.store.tamper(newestOf(world, "log/"), () => old)
  await expect(open()).rejects.toMatchObject({ code: "Damaged" })
  await expect(world.open()).rejects.toMatchObject({ code: "Damaged" })
})

test("who remembers a repository writes nothing once its newest settings are gone", async () => {
  const { world, open, repository } = await prepared()
  await rotate(repository)
  await rememberRepository(await open())
  world.store.hide(newestOf(world, "log/"))
  expect((await open()).notWritable).toMatchObject({ message: expect.stringContaining("settings end with entry 2") })
})

test("who remembers a rotation writes nothing once its settings entries are gone: the old key would open it", async () => {
  const { world, open, repository } = await prepared()
  await rotate(repository)
  await rememberRepository(await open())
  for (const _ of ["ended", "root"]) world.store.hide(newestOf(world, "log/"))
  const found = await open()
  expect(found.notWritable).toMatchObject({
    code: "NotWritable",
    message: expect.stringContaining("settings are gone"),
  })
  const keys = world.store.keys()
  await expect(bring(found, 3)).rejects.toMatchObject({ code: "NotWritable" })
  expect(world.store.keys()).toEqual(keys)
  expect(differing(await restoreBytes(found), { sda: noise(100_000, 2) })).toEqual([])
})

test("after a rotation everything is sealed under its epoch, entries of all logs too", async () => {
  const { world, open, repository } = await prepared()
  const old = world.store.keys()
  await rotate(repository)
  const before = world.store.keys()
  const logs = before.filter((key) => !old.includes(key) && !key.startsWith("keys/"))
  // One entry of each log of a workload, one of the settings of the backup, two of those of the repository.
  expect(logs.length).toBe(2 + 1 + 2)
  await bring(await open(), 3)
  await bring(await open(), 3, "new")
  const made = (await storedObjects(world.store)).filter(({ key }) => !before.includes(key))
  expect(made.length).toBeGreaterThan(5)
  expect(new Set(made.map(({ bytes }) => epochOf(hintOf(bytes))))).toEqual(new Set([2]))
})

/** Who holds the ring from before a rotation, may write, and does as he pleases: his state is that of before. */
async function asThief(repository: Repository, rotateNow: () => Promise<unknown>) {
  const found = await findWorkload(repository, { workload: "db" })
  await rotateNow()
  const { view, store } = repository
  return {
    /** Appends to a log as if the newest entry said nothing. */
    async append(body: EntryBody) {
      const prefix = layout.log(found.place.backup, found.place.workload)
      const head = (await findHead(view, prefix)) as number
      const digest = toHex(view.sha256((await view.read(entryKey(prefix, head, view.entryTag))) as Uint8Array))
      const state = { ...found.state, head: { number: head, digest }, since: [] }
      const points = { number: head, digest, entries: [] }
      const made = nextEntry(state, { session: randomId(randomBytes(16)), atMs: 1, body })
      const objectKey = entryKey(prefix, head + 1, view.entryTag)
      const entry = made.catalogue === undefined ? { ...made, since: points } : made
      await store.create(parseObjectKey(objectKey), encodeSmallObject("logEntry", entry, { ...view, objectKey }))
    },
    async appendSettings(prefix: string, records: readonly SettingsRecord[]) {
      const number = ((await findHead(view, prefix)) ?? 0) + 1
      const objectKey = entryKey(prefix, number, view.entryTag)
      const entry = { number, session: randomId(randomBytes(16)), atMs: 1, records, catalogue: records }
      const bytes = encodeSmallObject(settingsKind(prefix), entry, { ...view, objectKey })
      await store.create(parseObjectKey(objectKey), bytes)
    },
    place: found.place,
    points: found.state.points,
  }
}

const listed = async (repository: Repository) => {
  const points: string[] = []
  for await (const { workload } of listPoints(repository, { onUnreadable: () => undefined })) points.push(workload)
  return points.toSorted()
}
const ALL = ["db", "db", "web01", "web01"]

test("who holds only the ring from before a rotation, and may write, makes no entries that anybody believes", async () => {
  const { world, open, repository } = await prepared()
  const thief = await asThief(repository, async () => rotate(await open()))
  const [point] = thief.points as [LivePoint]
  await thief.append({ kind: "removal", points: [{ entry: point.entry, point: point.point }], undoMs: 0 })
  world.events.length = 0
  expect(await listed(await open())).toEqual(ALL)
  expect(world.events.filter(({ type }) => type === "broken")).toMatchObject([{ workload: "db", entries: [5] }])
  // His entry is given up like any other that does not open, and the workload goes on.
  await expect(bring(await open(), 3, "db")).rejects.toMatchObject({ code: "Damaged" })
  await verify(await open())
  await bring(await open(), 3, "db")
  expect(await listed(await open())).toEqual(["db", ...ALL])
  // A program that does not care that its keys are outdated cannot even read what it would have to append to.
  const { notWritable: _, ...careless } = repository
  const planted = { ...careless, notWritable: undefined }
  await expect(bring(planted, 9, "web01")).rejects.toMatchObject({ code: "WrongKey" })
  await expect(bring(planted, 9, "planted")).rejects.toMatchObject({ code: "WrongKey" })
  expect(await listed(await open())).toEqual(["db", ...ALL])
})

test("settings that are sealed with keys from before a rotation are passed over", async () => {
  const { world, open, repository } = await prepared()
  const root = findSetting(repository.settings.entry, "root") as SettingsRecord
  const thief = await asThief(repository, async () => rotate(await open()))
  const before = await open()
  await thief.appendSettings(layout.repositorySettings, [root, { type: "blockSize", bytes: 4 << 20 }])
  await thief.appendSettings(layout.backupSettings(thief.place.backup), [{ type: "name", name: "renamed" }])
  const after = await open()
  expect(after.settings).toEqual(before.settings)
  expect(after.notWritable).toBeUndefined()
  const jobs = new Set<string>()
  for await (const { job } of listPoints(after)) jobs.add(job)
  expect([...jobs]).toEqual(["nightly"])
  // The next entry goes behind his, and says all that was in force.
  await rotate(after)
  expect(findSetting((await open()).settings.entry, "root")?.generation).toBe(3)
  expect(world.store.keys().filter((key) => key.startsWith("log/")).length).toBe(before.settings.entry.number + 3)
})

test("while a rotation is not carried through, nothing of the rings that one before it ended is believed", async () => {
  const { world, open, repository } = await prepared()
  const root = findSetting(repository.settings.entry, "root") as SettingsRecord
  const thief = await asThief(repository, async () => rotate(await open()))
  // The next rotation dies right behind its settings entry.
  let settings = 0
  const dying = aroundRequests(world.store, ({ method, key }, run) => {
    if (method === "create" && key.startsWith("log/")) settings++
    if (settings > 0 && method === "create" && key.startsWith("backups/"))
      return Promise.reject(new StoreError("Unavailable", "the process died"))
    return run()
  })
  await expect(rotate(await world.open(dying))).rejects.toMatchObject({ code: "Unavailable" })
  const between = await open()
  expect(findSetting(between.settings.entry, "root")?.generation).toBe(3)
  await thief.appendSettings(layout.repositorySettings, [root, { type: "blockSize", bytes: 4 << 20 }])
  const after = await open()
  expect([after.settings, after.notWritable]).toEqual([between.settings, undefined])
  expect((await listKeys(after)).areEpochsEnded).toBe(false)
  await rewriteKeys(after)
  expect((await listKeys(await open())).areEpochsEnded).toBe(true)
  expect(await listed(await open())).toEqual(ALL)
})

test("a log that somebody made up with keys from before a rotation keeps no later rotation from its end", async () => {
  const { world, open, repository } = await prepared()
  // A workload as it was before, under a name of its own: entries move to no other log, so it is made by the old keys.
  await bring(repository, 5, "planted")
  const planted = await findWorkload(repository, { workload: "planted" })
  const prefix = layout.log(planted.place.backup, planted.place.workload)
  const entries = world.store.keys().filter((key) => key.startsWith(prefix))
  const bytes = await Promise.all(entries.map(async (key) => (await world.store.read(key))?.bytes as Uint8Array))
  for (const key of entries) world.store.hide(key)
  await rotate(await open())
  for (const [at, key] of entries.entries()) world.store.overlay(key, bytes[at] as Uint8Array)
  expect(await listed(await open())).toEqual(ALL)
  const { after, open: left } = await rotate(await open())
  expect([after?.generation, left]).toEqual([3, []])
  expect((await listKeys(await open())).areEpochsEnded).toBe(true)
  expect(await listed(await open())).toEqual(ALL)
})

test("of a session from before a rotation its packs are used, which are opened and hashed, and not its checkpoint", async () => {
  const { world, open } = await prepared()
  const bytes = noise(20 << 20, 7)
  let packs = 0
  const dying = aroundRequests(world.store, ({ method, key }, run) => {
    if (method === "create" && key.includes("/packs/")) packs++
    return packs > 18 ? Promise.reject(new StoreError("Unavailable", "the process died")) : run()
  })
  const source = () => disksNow({ sda: bytes }, { identity: "a" })
  await expect(
    asHost(deadProcess(1), async () =>
      backUp(
        { ...(await world.open(dying)), packBytes: SMALL_PACK_BYTES },
        { source: source(), workload: "db", ...task },
      ),
    ),
  ).rejects.toThrow()
  await rotate(await open())
  const before = world.store.keys()
  world.events.length = 0
  await backUp(await open(), { source: source(), workload: "db", ...task })
  expect(world.events.filter(({ type }) => type === "adopted")).toMatchObject([{ cursorBytes: 0 }])
  const { bodies } = await logOf(await open(), "db")
  const fences = bodies.filter(({ kind }) => kind === "fence")
  expect(fences).toMatchObject([{ outcome: "adopted", sessions: [expect.any(String)] }])
  expect(fences[0]).not.toHaveProperty("checkpoint")
  const fresh = world.store.keys().filter((key) => key.includes("/packs/") && !before.includes(key))
  expect(fresh.length).toBeLessThan(packs)
})

test("content that is sealed anew with keys from before a rotation, salt and all, is damage", async () => {
  const { world, open, repository } = await prepared()
  const thief = await asThief(repository, async () => rotate(await open()))
  const { session } = thief.points.at(-1) as LivePoint
  const objectKey = layout.pack(thief.place.backup, session, 1)
  const bytes = (await world.store.read(objectKey as ObjectKey))?.bytes as Uint8Array
  const { slots, opening, open: openAt } = openDataPack(bytes, { ...repository.view, objectKey })
  const { ring } = repository.keys as RepositoryKeys
  const suite = gcmSuite(gcmSeed(ring), () => opening.hint.slice(4))
  const writer = dataPackWriter({ suite, codec: repository.view.codec, level: 0, objectKey, packBytes: bytes.length })
  for (const [at, { disk, runs }] of slots.entries()) {
    const plain = openAt(at).slice()
    plain[0] = ~(plain[0] ?? 0)
    writer.add(plain, { disk, runs })
  }
  expect([...writer.hint]).toEqual([...opening.hint])
  world.store.tamper(objectKey as ObjectKey, () => writer.finish())
  await expect(restoreBytes(await open(), { workload: "db" })).rejects.toMatchObject({ code: "Damaged" })
  expect((await verify(await open(), { readData: "hash", movers: 0 })).damaged).toMatchObject([{ workload: "db" }])
})

test("a log from which the newest entry was cut off is told to whoever remembers it", async () => {
  const { world, open } = await prepared()
  const [place] = [await findWorkload(await open(), { workload: "web01" })]
  const { backup, workload } = place.place
  world.store.hide(newestOf(world, `backups/${backup}/log/${workload}/`))
  const { damaged } = await verify(await open(), { all: true, dryRun: true })
  expect(damaged.map(({ message }) => message)).toContainEqual(
    expect.stringContaining("had 3 when it was last seen here"),
  )
  world.events.length = 0
  await bring(await open(), 3)
  expect(world.events.filter(({ type }) => type === "truncated")).toMatchObject([{ seen: 3, found: 2 }])
})

test("a log from which the newest entry was cut off is told by what other logs know of it, to whoever sees it first", async () => {
  const { world, repository } = await prepared()
  // Its entry speaks of the newest entry of the other log.
  await bring(repository, 3, "db")
  const { backup, workload } = (await findWorkload(repository, { workload: "web01" })).place
  world.store.hide(newestOf(world, `backups/${backup}/log/${workload}/`))
  const { damaged } = await verify(await world.open(), { all: true, dryRun: true })
  expect(damaged.map(({ message }) => message)).toContainEqual(expect.stringContaining("says that it had entry 3"))
})

test("an older beat put back in the place of the newest costs progress, and no byte is wrong", async () => {
  const world = makeWorld({ encrypted: true })
  await world.create()
  const beats = new Map<string, Uint8Array>()
  const recorded = aroundRequests(world.store, (request, run) => {
    if (request.method === "create" && request.key.includes("/sessions/") && request.bytes !== undefined)
      beats.set(request.key, request.bytes.slice())
    return run()
  })
  const bytes = noise(4 << 20, 1)
  const onRead = async (disk: string) => {
    await world.clock.advance(40_000)
    if (disk === "sdb") throw new Error("the source has gone")
  }
  const dying = disksNow({ sda: bytes, sdb: bytes }, { identity: "same", onRead })
  await asHost(deadProcess(), async () => {
    const repository = await world.open(recorded)
    await backUp(repository, { source: dying, workload: "web01", ...task }).catch(() => undefined)
  })
  const names = [...beats.keys()].toSorted()
  expect(names.length).toBeGreaterThan(2)
  const left = world.store.keys().filter((key) => key.includes("/sessions/"))
  expect(left).toHaveLength(1)
  for (const key of left) world.store.hide(key)
  const [older] = names as [string]
  world.store.overlay(older as ObjectKey, beats.get(older) as Uint8Array)
  const source = disksNow({ sda: bytes, sdb: bytes }, { identity: "same" })
  const { kind } = await world.drive(backUp(await world.open(), { source, workload: "web01", ...task }))
  expect(kind).toBe("full")
  const repository = await world.open()
  expect(differing(await restoreBytes(repository), { sda: bytes, sdb: bytes })).toEqual([])
  expect(await verify(repository, { readData: "hash", movers: 0 })).toMatchObject({ damaged: [], unknown: [] })

  // Under another number it is nobody's beat at all.
  const [, later] = names as [string, string]
  world.store.overlay(later as ObjectKey, beats.get(older) as Uint8Array)
  await bring(await world.open(), 2)
})
