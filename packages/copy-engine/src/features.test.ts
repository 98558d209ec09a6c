import { encodeSmallObject, entryKey, layout, openEntry, readEntry, settingsKind } from "@bcopy/chain-format"
import { aroundRequests, type ObjectKey } from "@bcopy/repo"
import { repositorySource } from "@bcopy/source-repository"
import { expect, test } from "vitest"
import { adoptRepository } from "./adopt-repository.ts"
import { backUp } from "./back-up.ts"
import { pinPoint } from "./change-points.ts"
import { copy } from "./copy.ts"
import { createRepository } from "./create-repository.ts"
import { findWorkload } from "./find-workloads.ts"
import { listPoints } from "./list-points.ts"
import type { Repository } from "./repository.ts"
import { logOf } from "./testing/log-of.ts"
import { disksNow } from "./testing/memory-source.ts"
import { noise } from "./testing/noise.ts"
import { differing, restoreBytes } from "./testing/restore-bytes.ts"
import { makeWorld, type World } from "./testing/world.ts"
import { verify } from "./verify.ts"

const bytes = noise(100_000, 1)
const task = { job: "nightly", workload: "web01" }
const source = () => disksNow({ sda: bytes })

async function prepared(): Promise<{ world: World; repository: Repository }> {
  const world = makeWorld()
  await world.create()
  const repository = await world.open()
  await backUp(repository, { source: source(), ...task })
  return { world, repository }
}

/** Appends an entry as a newer version might. */
async function appendForeign(
  world: World,
  repository: Repository,
  what: { body?: object; features?: object },
): Promise<void> {
  const { place, state } = await logOf(repository)
  const number = state.head.number + 1
  const objectKey = entryKey(layout.log(place.backup, place.workload), number, repository.view.entryTag)
  const { entry } = await readEntry(repository.view, place, state.head.number)
  const since = { number: 0, entries: state.since }
  const json = { ...entry, number, previous: state.head.digest, since, body: { kind: "holographic" }, ...what }
  await world.store.create(
    objectKey as ObjectKey,
    encodeSmallObject("logEntry", json, { ...repository.view, objectKey }),
  )
}

/** Appends a settings entry as a newer version might. */
async function appendSetting(world: World, repository: Repository, prefix: string, record: object): Promise<void> {
  const objectKey = entryKey(prefix, 2, repository.view.entryTag)
  const catalogue =
    prefix === layout.repositorySettings ? repository.settings.entry.catalogue : [{ type: "name", name: "nightly" }]
  const json = { number: 2, session: "0".repeat(32), atMs: 0, records: [record], catalogue: [...catalogue, record] }
  await world.store.create(
    objectKey as ObjectKey,
    encodeSmallObject(settingsKind(prefix), json, { ...repository.view, objectKey }),
  )
}

const needsNewer = { code: "NeedsNewer", message: expect.stringContaining("this repository needs a newer bcopy") }

async function expectReadOnly(world: World): Promise<void> {
  const repository = await world.open()
  expect(differing(await restoreBytes(repository), { sda: bytes })).toEqual([])
  const keys = world.store.keys()
  await expect(backUp(repository, { source: source(), ...task })).rejects.toMatchObject(needsNewer)
  const pin = async () => pinPoint(repository, await findWorkload(repository, { workload: "web01" }), 2, "why not")
  await expect(pin()).rejects.toMatchObject(needsNewer)
  expect(world.store.keys()).toEqual(keys)
  expect(await verify(repository, { readData: "hash" })).toMatchObject({ damaged: [], unknown: [], points: 1 })
}

const hindering: readonly { name: string; what: { body?: object; features?: object } }[] = [
  { name: "of a kind that this version does not know", what: {} },
  {
    name: "with a feature that only readers may pass over",
    what: { body: { kind: "opened" }, features: { readOnly: ["time-travel"] } },
  },
]
for (const { name, what } of hindering) {
  test(`a log entry ${name} lets its log be read and not written`, async () => {
    const { world, repository } = await prepared()
    await appendForeign(world, repository, what)
    await expectReadOnly(world)
  })

  test(`a log entry ${name} stops a session that it meets at the commit`, async () => {
    const { world, repository } = await prepared()
    let met = false
    const meeting = aroundRequests(world.store, async (request, run) => {
      if (!met && request.method === "create" && request.key.includes("/log/")) {
        met = true
        await appendForeign(world, repository, what)
      }
      return run()
    })
    const late = backUp(await world.open(meeting), { source: disksNow({ sda: noise(50_000, 2) }), ...task })
    await expect(late).rejects.toMatchObject(needsNewer)
    expect((await logOf(repository)).state.points).toHaveLength(1)
  })
}

test("an unknown kind that declares itself compatible, and an unknown compatible feature, are in nobody's way", async () => {
  const { world, repository } = await prepared()
  await appendForeign(world, repository, { features: { compatible: ["holograms"] } })
  await appendForeign(world, repository, { body: { kind: "opened" }, features: { compatible: ["holograms"] } })
  expect((await backUp(await world.open(), { source: source(), ...task })).kind).toBe("increment")
})

test("an entry with an unknown incompatible feature is refused to readers and writers", async () => {
  const { world, repository } = await prepared()
  await backUp(repository, { source: source(), job: "nightly", workload: "web02" })
  await appendForeign(world, repository, { body: { kind: "opened" }, features: { incompatible: ["holograms"] } })
  await expect(restoreBytes(await world.open())).rejects.toMatchObject({
    code: "NeedsNewer",
    message: expect.stringContaining("holograms"),
  })
  await expect(backUp(await world.open(), { source: source(), ...task })).rejects.toMatchObject({ code: "NeedsNewer" })
  expect(differing(await restoreBytes(await world.open(), { workload: "web02" }), { sda: bytes })).toEqual([])
})

for (const [where, prefixOf] of [
  ["the repository", () => layout.repositorySettings],
  ["the job", (backup: string) => layout.backupSettings(backup as never)],
] as const) {
  test(`a setting of ${where} that this version does not know lets it be read and not written, unless it is compatible`, async () => {
    for (const record of [{ type: "cryostasis" }, { type: "cryostasis", features: { readOnly: ["cold"] } }]) {
      const { world, repository } = await prepared()
      const { place } = await logOf(repository)
      await appendSetting(world, repository, prefixOf(place.backup), record)
      const later = await world.open()
      expect(differing(await restoreBytes(later), { sda: bytes })).toEqual([])
      await expect(backUp(later, { source: source(), ...task })).rejects.toMatchObject(needsNewer)
    }
    const { world, repository } = await prepared()
    const { place } = await logOf(repository)
    await appendSetting(world, repository, prefixOf(place.backup), {
      type: "cryostasis",
      features: { compatible: ["cold"] },
    })
    expect((await backUp(await world.open(), { source: source(), ...task })).kind).toBe("increment")
  })

  test(`a setting of ${where} with an unknown incompatible feature is refused to readers`, async () => {
    const { world, repository } = await prepared()
    const { place } = await logOf(repository)
    await appendSetting(world, repository, prefixOf(place.backup), {
      type: "cryostasis",
      features: { incompatible: ["cold"] },
    })
    const reading = async () => {
      for await (const _ of listPoints(await world.open(), { job: "nightly" })) continue
    }
    await expect(reading()).rejects.toMatchObject({ code: "NeedsNewer" })
  })
}

test("while space is being reclaimed by a newer version nothing is written", async () => {
  const { world, repository } = await prepared()
  const { place } = await logOf(repository)
  const objectKey = layout.condemnedList(place.backup, 1, "condemned")
  const list = { epoch: 1, stage: "condemned", atMs: 1, oldestMs: 1, packs: [], features: { readOnly: ["newer"] } }
  const sealed = encodeSmallObject("condemned", list, { ...repository.view, objectKey })
  await world.store.create(objectKey as ObjectKey, sealed)
  await expect(backUp(await world.open(), { source: source(), ...task })).rejects.toMatchObject(needsNewer)
  expect(differing(await restoreBytes(await world.open()), { sda: bytes })).toEqual([])
})

test("a birth certificate of a newer format is refused, an encrypted one too", async () => {
  const { world } = await prepared()
  const birth = Buffer.from((await world.store.read("bcopy.json" as ObjectKey))?.bytes ?? []).toString()
  for (const [from, to, code] of [
    [`"version": 1`, `"version": 2`, "NeedsNewer"],
    // Nobody keeps a key of it.
    [`"none"`, `"aes-256-gcm", "root": { "generation": 1, "fingerprint": "${"ab".repeat(32)}" }`, "Damaged"],
  ] as const) {
    const newer = makeWorld()
    newer.store.overlay("bcopy.json" as ObjectKey, Buffer.from(birth.replace(from, to)))
    await expect(newer.open()).rejects.toMatchObject({ code })
  }
})

test("what is written is what is read: the entries of a chain open, each following the one before", async () => {
  const { repository, world } = await prepared()
  await backUp(repository, { source: source(), ...task })
  const { place, state } = await logOf(repository)
  for (let number = 1; number <= state.head.number; number++) {
    const key = entryKey(layout.log(place.backup, place.workload), number, repository.view.entryTag) as ObjectKey
    const stored = await world.store.read(key)
    expect(openEntry(repository.view, place, number, stored?.bytes ?? new Uint8Array()).number).toBe(number)
  }
})

test("a repository copied by other means is read-only until it is adopted, and adopted only if no pack is missing", async () => {
  const { world, repository } = await prepared()
  await backUp(repository, { source: disksNow({ sda: noise(200_000, 9) }), ...task })
  const copied = world.store.clone()
  const there = await world.open(copied)
  expect(there.notWritable).toMatchObject({ code: "NotWritable" })
  await expect(backUp(there, { source: source(), ...task })).rejects.toMatchObject({
    code: "NotWritable",
    hint: expect.stringContaining("adopt"),
  })
  expect(differing(await restoreBytes(there), { sda: noise(200_000, 9) })).toEqual([])
  const whole = copied.snapshot()
  for (const key of copied.keys().filter((each) => each.includes("/packs/"))) {
    copied.hide(key)
    await expect(adoptRepository(there)).rejects.toMatchObject({
      code: "Damaged",
      message: expect.stringContaining(key),
    })
    copied.restore(whole)
    copied.tamper(key, (all) => all.slice(1))
    await expect(adoptRepository(there)).rejects.toMatchObject({
      code: "Damaged",
      message: expect.stringContaining(key),
    })
    copied.restore(whole)
  }
  expect(await adoptRepository(there, { dryRun: true })).toMatchObject({ adopted: false, points: 2 })
  expect((await world.open(copied)).notWritable).toBeDefined()
  expect(await adoptRepository(there)).toMatchObject({ adopted: true, points: 2 })
  const adopted = await world.open(copied)
  expect((await backUp(adopted, { source: source(), ...task })).kind).toBe("increment")
  expect(await adoptRepository(adopted)).toMatchObject({ adopted: false })
})

test("a repository that was not made to the end is finished with the id it has; a second init changes nothing", async () => {
  const world = makeWorld()
  const dying = aroundRequests(world.store, (request, run) => {
    if (request.method === "create" && request.key.startsWith("log/")) throw new Error("killed")
    return run()
  })
  await expect(world.create({}, dying)).rejects.toThrow("killed")
  await expect(world.open()).rejects.toMatchObject({ code: "NoRepository", hint: expect.stringContaining("init") })
  const certificate = (await world.store.read("bcopy.json" as ObjectKey))?.bytes
  const repository = await world.create()
  expect((await world.store.read("bcopy.json" as ObjectKey))?.bytes).toEqual(certificate)
  await backUp(repository, { source: source(), ...task })
  const keys = world.store.keys()
  await expect(world.create()).rejects.toMatchObject({ code: "RepositoryExists" })
  expect(world.store.keys()).toEqual(keys)
})

test("of inits at the same time all that succeed have made the same repository", async () => {
  for (const options of [{}, { versioning: "on", createIfAbsent: "hint" }] as const) {
    const world = makeWorld(options)
    const made = await Promise.allSettled(Array.from({ length: 8 }, () => world.create()))
    const ids = new Set(made.flatMap((one) => (one.status === "fulfilled" ? [one.value.birth.repository] : [])))
    expect(ids).toEqual(new Set([(await world.open()).birth.repository]))
    for (const one of made)
      if (one.status === "rejected") expect(one.reason).toMatchObject({ code: "RepositoryExists" })
  }
})

test("wrong arguments are refused with their numbers, before anything is written", async () => {
  const world = makeWorld()
  for (const [options, number] of [
    [{ blockBytes: 1000 }, "1000"],
    [{ packBytes: 5 }, "5"],
  ] as const)
    await expect(
      createRepository(world.store, world.seams(), { encryption: "none", ...options }),
    ).rejects.toMatchObject({
      code: "BadArgument",
      message: expect.stringContaining(number),
    })
  expect(world.store.keys()).toEqual([])
  const repository = await world.create()
  const keys = world.store.keys()
  for (const wrong of [
    { job: "" },
    { workload: "" },
    { workload: "a\nb" },
    { level: 20 },
    { level: 1.5 },
    { memoryBytes: 1 },
  ])
    await expect(backUp(repository, { source: source(), ...task, ...wrong })).rejects.toMatchObject({
      code: "BadArgument",
    })
  expect(world.store.keys()).toEqual(keys)
  await expect(copy(repository, { source: repositorySource({ view: repository.view }), as: "" })).rejects.toMatchObject(
    { code: "BadArgument" },
  )
})
