import { decodePackHeader, entryKey, layout, readEntry } from "@bcopy/chain-format"
import { aroundRequests, type ObjectKey, StoreError } from "@bcopy/repo"
import { beforeAll, expect, test } from "vitest"
import { backUp } from "./back-up.ts"
import { isEngineError } from "./engine-error.ts"
import { findWorkload } from "./find-workloads.ts"
import type { Repository } from "./repository.ts"
import { logOf } from "./testing/log-of.ts"
import { disksNow } from "./testing/memory-source.ts"
import { changed, noise } from "./testing/noise.ts"
import { differing, restoreBytes } from "./testing/restore-bytes.ts"
import { slotRegions } from "./testing/slot-regions.ts"
import { makeWorld, type World } from "./testing/world.ts"
import { verify } from "./verify.ts"

const KIB = 1 << 10
const nightly = { job: "nightly", workload: "web01", level: 0 }

/** Three points of one workload. */
const first = noise(300 * KIB, 1)
const second = changed(first, [{ at: 10, count: 10 }], 2)
const third = changed(second, [{ at: 200 * KIB, count: 10 }], 3)
const other = noise(100 * KIB, 4)

let world: World
let ids: readonly string[]
let objects: Readonly<Record<string, ObjectKey>>

beforeAll(async () => {
  world = makeWorld()
  await world.create()
  const repository = await world.open()
  const points: string[] = []
  const bring = async (bytes: Uint8Array, job: string, workload: string) => {
    const { point } = await backUp(repository, { source: disksNow({ sda: bytes }), job, workload, level: 0 })
    return point as string
  }
  for (const bytes of [first, second]) points.push(await bring(bytes, "nightly", "web01"))
  await bring(other, "nightly", "web02")
  points.push(await bring(third, "nightly", "web01"))
  ids = points

  const { place, bodies } = await logOf(repository)
  const entry = (number: number) =>
    entryKey(layout.log(place.backup, place.workload), number, repository.view.entryTag) as ObjectKey
  const oldest = bodies[1]
  if (oldest?.kind !== "point") throw new Error("entry 2 is no point")
  const session = oldest.manifest.session
  const packs = world.store.keys().filter((key) => key.startsWith(layout.packs(place.backup, session)))
  const kindOf = async (key: ObjectKey) =>
    decodePackHeader((await world.store.read(key))?.bytes ?? new Uint8Array()).kind
  const pick = async (keys: readonly ObjectKey[], kind: string) => {
    for (const key of keys) if ((await kindOf(key)) === kind) return key
    throw new Error(`no ${kind}`)
  }
  objects = {
    "the newest point's entry": entry(bodies.length),
    "an older point's entry": entry(3),
    "a data pack": await pick(packs, "dataPack"),
    "a map pack": await pick(packs, "mapPack"),
  }
})

/** Restores a point: `whole`, or what the reader was told. Wrong bytes are neither. */
async function outcomeOf(repository: Repository, options: object, wanted: Uint8Array): Promise<string> {
  try {
    return differing(await restoreBytes(repository, options), { sda: wanted }).length === 0 ? "whole" : "wrong bytes"
  } catch (error) {
    return isEngineError(error) ? error.code : `${(error as Error).name}: ${(error as Error).message}`
  }
}

interface Finding {
  readonly object: string
  readonly readData: "none" | "authenticate" | "hash"
  readonly damage: (bytes: Uint8Array) => Uint8Array
  readonly points: number
}
const flipped = (at: number) => (bytes: Uint8Array) => bytes.with(at, (bytes[at] as number) ^ 1)
/** In its first slot, whatever sealed it. */
const flippedPage = (bytes: Uint8Array) =>
  flipped(slotRegions(bytes).find(({ part }) => part === "body")?.at ?? 0)(bytes)
const cut = (bytes: Uint8Array) => bytes.slice(0, -1)
const findings: readonly Finding[] = [
  { object: "an older point's entry", readData: "none", damage: flipped(40), points: 1 },
  { object: "a map pack", readData: "none", damage: flippedPage, points: 1 },
  { object: "a map pack", readData: "none", damage: cut, points: 1 },
  { object: "a data pack", readData: "none", damage: cut, points: 3 },
  { object: "a data pack", readData: "none", damage: flipped(290 * KIB), points: 0 },
  { object: "a data pack", readData: "authenticate", damage: flipped(290 * KIB), points: 3 },
  { object: "a data pack", readData: "hash", damage: flipped(290 * KIB), points: 3 },
]
for (const { object, readData, damage, points } of findings)
  test(`verify (${readData}) finds ${object} ${damage === cut ? "cut" : "changed"} in ${points} points and marks just these`, async () => {
    const before = world.store.snapshot()
    try {
      world.store.tamper(objects[object] as ObjectKey, damage)
      const repository = await world.open()
      const dry = await verify(repository, { workload: "web01", all: true, readData, dryRun: true })
      expect(dry.damaged).toHaveLength(points)
      const stateNow = async () => (await findWorkload(repository, { workload: "web01" })).state
      expect((await stateNow()).points.filter((point) => point.damaged)).toEqual([])
      const { damaged, unknown } = await verify(repository, { workload: "web01", all: true, readData })
      expect(damaged.map(({ marked }) => marked)).toEqual(Array(points).fill(true))
      expect(unknown).toEqual([])
      const marked = (await stateNow()).points.filter((point) => point.damaged)
      expect(marked.map(({ point }) => point)).toEqual(damaged.map(({ point }) => point))
    } finally {
      world.store.restore(before)
    }
  })

test("a point that was marked and is whole again is healed by hashing all of it, by nothing less", async () => {
  const before = world.store.snapshot()
  try {
    const key = objects["a data pack"] as ObjectKey
    const repository = await world.open()
    world.store.tamper(key, cut)
    await verify(repository, { workload: "web01", all: true })
    world.store.tamper(key, () => (before.history.newest(key) as { bytes: Uint8Array }).bytes)
    expect((await verify(repository, { workload: "web01", all: true })).healed).toEqual([])
    expect((await verify(repository, { workload: "web01", all: true, readData: "hash" })).healed).toHaveLength(3)
    expect((await logOf(repository)).state.points.filter(({ damaged }) => damaged)).toEqual([])
  } finally {
    world.store.restore(before)
  }
})

test("what could not be read is unknown, and marks nothing", async () => {
  for (const part of ["/packs/", "log/"]) {
    const failing = aroundRequests(world.store, (request, run) => {
      const isRead = request.method === "read" || request.method === "head"
      if (isRead && request.key.includes(part) && request.key.startsWith("backups/") && armed)
        throw new StoreError("Unavailable", "no answer")
      return run()
    })
    let armed = false
    const repository = await world.open(failing)
    const heads = world.store.keys().length
    armed = true
    if (part === "/packs/") {
      const report = await verify(repository, { workload: "web02", job: "nightly", all: true, readData: "hash" })
      expect(report).toMatchObject({ damaged: [], healed: [] })
      expect(report.unknown).toHaveLength(1)
    } else
      await expect(verify(repository, { workload: "web02", job: "nightly" })).rejects.toMatchObject({
        code: "Unavailable",
      })
    expect(world.store.keys()).toHaveLength(heads)
  }
})

test("in a store that takes no writes verify finds damage and marks nothing", async () => {
  const before = world.store.snapshot()
  try {
    world.store.tamper(objects["a data pack"] as ObjectKey, cut)
    const frozen = aroundRequests(world.store, (request, run) => {
      if (request.method === "create") throw new StoreError("ReadOnly", "the store takes no writes")
      return run()
    })
    const { damaged } = await verify(await world.open(frozen), { workload: "web01", all: true })
    expect(damaged.map(({ marked }) => marked)).toEqual([false, false, false])
    // Nor in a copy made by other means.
    const { damaged: inCopy } = await verify(await world.open(world.store.clone()), { workload: "web01", all: true })
    expect(inCopy.map(({ marked }) => marked)).toEqual([false, false, false])
  } finally {
    world.store.restore(before)
  }
})

test("an increment after the newest point was marked damaged builds on the newest good one", async () => {
  const before = world.store.snapshot()
  try {
    const repository = await world.open()
    const { place, state } = await logOf(repository)
    const newest = state.points.at(-1)
    const { entry } = await readEntry(repository.view, place, newest?.entry as number)
    if (entry.body.kind !== "point") throw new Error("no point")
    const session = layout.packs(place.backup, entry.body.manifest.session)
    for (const key of world.store.keys().filter((each) => each.startsWith(session))) world.store.hide(key)
    await verify(repository, { workload: "web01" })
    const { kind, counts } = await backUp(await world.open(), { source: disksNow({ sda: third }), ...nightly })
    expect([kind, counts.newBytes]).toEqual(["increment", 64 * KIB])
    const { bodies } = await logOf(repository)
    const last = bodies.findLast((body) => body.kind === "point")
    expect(last).toMatchObject({ manifest: { parent: { point: ids[1] } } })
    expect(await outcomeOf(await world.open(), { job: "nightly", workload: "web01" }, third)).toBe("whole")
  } finally {
    world.store.restore(before)
  }
})

test("a lost head entry is given up by verify, and the workload goes on; a damaged point beside it is marked in the same run", async () => {
  const before = world.store.snapshot()
  try {
    world.store.tamper(objects["the newest point's entry"] as ObjectKey, flipped(40))
    world.store.tamper(objects["a map pack"] as ObjectKey, flippedPage)
    const repository = await world.open()
    await expect(backUp(repository, { source: disksNow({ sda: third }), ...nightly })).rejects.toMatchObject({
      code: "Damaged",
    })
    const { damaged } = await verify(repository, { workload: "web01", all: true })
    expect(damaged.map(({ marked }) => marked)).toEqual([true, true])
    const { kind } = await backUp(repository, { source: disksNow({ sda: third }), ...nightly })
    expect(kind).toBe("increment")
    expect(await outcomeOf(repository, { job: "nightly", workload: "web01" }, third)).toBe("whole")
    expect(await verify(repository, { workload: "web01" })).toMatchObject({ damaged: [], unknown: [] })
  } finally {
    world.store.restore(before)
  }
})
