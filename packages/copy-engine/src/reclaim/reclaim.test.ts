import { CATALOGUE_EVERY, readManifest } from "@bcopy/chain-format"
import { aroundRequests } from "@bcopy/repo"
import { describe, expect, test } from "vitest"
import { backUp } from "../back-up.ts"
import { pinPoint, removePoints, restoreRemoved, unpinPoint } from "../change-points.ts"
import { findWorkload } from "../find-workloads.ts"
import { asHost, deadProcess } from "../testing/hosts.ts"
import { disksNow } from "../testing/memory-source.ts"
import { changed, noise } from "../testing/noise.ts"
import { differing, restoreBytes } from "../testing/restore-bytes.ts"
import { makeWorld, type World, type WorldOptions } from "../testing/world.ts"
import { verify } from "../verify.ts"
import { explainSpace } from "./explain-space.ts"
import { reclaim } from "./reclaim.ts"

const MIB = 1 << 20
const DAY_MS = 24 * 60 * 60_000
const task = { job: "nightly", workload: "web01", level: 0, movers: 0 } as const

const stores: Readonly<Record<string, WorldOptions>> = {
  "a plain store": {},
  "a versioned store whose creates all win": { versioning: "on", createIfAbsent: "hint" },
}

/** A chain of so many points of one disk, each with a changed quarter; gives the disk as it was at each. */
async function chainOf(world: World, points: number, workload = "web01"): Promise<readonly Uint8Array[]> {
  const disks: Uint8Array[] = []
  for (let at = 0; at < points; at++) {
    const before = disks.at(-1)
    const bytes =
      before === undefined
        ? noise(2 * MIB, workload.length)
        : changed(before, [{ at: ((at - 1) % 4) * (MIB / 2), count: MIB / 2 }], at)
    disks.push(bytes)
    await backUp(await world.open(), { source: disksNow({ sda: bytes }, { workload }), ...task, workload })
    await world.clock.advance(60_000)
  }
  return disks
}

async function remove(world: World, indexes: readonly number[], undoMs = 0): Promise<void> {
  const repository = await world.open()
  const found = await findWorkload(repository, { workload: "web01" })
  const entries = indexes.map((at) => found.state.points[at]?.entry as number)
  await removePoints(repository, found, entries, { undoMs })
  await world.clock.advance(2000)
}

async function pointsOf(world: World): Promise<readonly string[]> {
  return (await findWorkload(await world.open(), { workload: "web01" })).state.points.map(({ point }) => point)
}

/** Nothing is damaged, and the points restore to these. */
async function expectWhole(world: World, disks: readonly Uint8Array[]): Promise<void> {
  const repository = await world.open()
  const { damaged, unknown } = await verify(repository, { all: true, readData: "hash", dryRun: true, movers: 0 })
  expect([...damaged, ...unknown]).toEqual([])
  const points = await pointsOf(world)
  expect(points).toHaveLength(disks.length)
  for (const [at, point] of points.entries()) {
    const found = await restoreBytes(repository, { point, movers: 0 })
    expect(differing(found, { sda: disks[at] as Uint8Array })).toEqual([])
  }
}

const packsOf = (world: World) => world.store.keys().filter((key) => key.includes("/packs/"))
const keysWith = (world: World, part: string) => world.store.keys().filter((key) => key.includes(part))

describe.each(Object.entries(stores))("reclaim on %s", (_, options) => {
  test("deletes nothing that a point needs, and all that only removed points needed", async () => {
    const world = makeWorld(options)
    await world.create()
    const disks = await chainOf(world, 6)
    const before = packsOf(world).length
    expect(await reclaim(await world.open())).toMatchObject({ backups: [{ job: "nightly", purged: 0, packs: 0 }] })
    expect(packsOf(world)).toHaveLength(before)
    // The second quarter of the first two disks is in no other.
    await remove(world, [0, 1])
    const report = await reclaim(await world.open())
    expect(report).toMatchObject({ dryRun: false, failed: [], backups: [{ purged: 2, left: [], unknown: [] }] })
    const [backup] = report.backups
    expect(backup?.packs).toBeGreaterThan(0)
    expect(backup?.storedBytes).toBeGreaterThan(0)
    expect(packsOf(world)).toHaveLength(before - (backup?.packs ?? 0))
    await expectWhole(world, disks.slice(2))
    // There is no more to do, and nothing of the epoch is left but that it was.
    expect(await reclaim(await world.open())).toMatchObject({ backups: [{ purged: 0, packs: 0, entries: 0 }] })
    expect(keysWith(world, "/condemned/")).toEqual([expect.stringMatching(/00000001\.closed$/)])
    await chainOf(world, 1)
  })

  test("waits until the undo time is over, and a removal taken back stays so", async () => {
    const world = makeWorld(options)
    await world.create()
    const disks = await chainOf(world, 4)
    await remove(world, [0, 1], 2 * DAY_MS)
    await world.clock.advance(DAY_MS)
    expect(await reclaim(await world.open())).toMatchObject({ backups: [{ purged: 0, packs: 0 }] })
    const found = await findWorkload(await world.open(), { workload: "web01" })
    await restoreRemoved(await world.open(), found, found.state.removed[1]?.point.entry as number)
    await world.clock.advance(DAY_MS)
    expect(await reclaim(await world.open())).toMatchObject({ backups: [{ purged: 1 }] })
    await expectWhole(world, disks.slice(1))
    const after = await findWorkload(await world.open(), { workload: "web01" })
    expect(after.state.removed).toEqual([])
    const gone = found.state.removed[0]?.point.entry as number
    await expect(restoreRemoved(await world.open(), after, gone)).rejects.toMatchObject({ code: "NotFound" })
  })

  test("a dry run says what would go, and writes nothing", async () => {
    const world = makeWorld(options)
    await world.create()
    await chainOf(world, 4)
    await remove(world, [0, 1, 2])
    const before = world.store.snapshot()
    const planned = await reclaim(await world.open(), { maxUnused: Number.POSITIVE_INFINITY, dryRun: true })
    expect(world.store.snapshot()).toEqual(before)
    const done = await reclaim(await world.open(), { maxUnused: Number.POSITIVE_INFINITY })
    expect({ ...done.backups[0], entries: 0 }).toEqual({ ...planned.backups[0], entries: 0 })
  })

  test("keeps what a dead session may be gone on with, and gives it back once it was shut out", async () => {
    const world = makeWorld(options)
    await world.create()
    const disks = await chainOf(world, 1)
    const next = noise(8 * MIB, 77)
    const stop = new AbortController()
    const onRead = (_disk: string, first: number) => (first >= 64 ? stop.abort() : undefined)
    const source = disksNow({ sda: next }, { identity: "now", onRead })
    await asHost(deadProcess(5), async () =>
      expect(backUp(await world.open(), { source, ...task, signal: stop.signal })).rejects.toMatchObject({
        code: "Interrupted",
      }),
    )
    const before = packsOf(world)
    await world.clock.advance(30 * DAY_MS)
    expect(await reclaim(await world.open())).toMatchObject({ backups: [{ packs: 0 }] })
    expect(packsOf(world)).toEqual(before)
    await backUp(await world.open(), { source: disksNow({ sda: disks[0] as Uint8Array }), ...task })
    await world.clock.advance(2000)
    const { backups } = await reclaim(await world.open())
    expect(backups[0]?.packs).toBeGreaterThan(0)
    await expectWhole(world, [disks[0] as Uint8Array, disks[0] as Uint8Array])
    expect(keysWith(world, "/sessions/")).toEqual([])
  })

  test("lets void entries go an epoch after the one that made them void", async () => {
    const world = makeWorld(options)
    await world.create()
    const disks = await chainOf(world, 2)
    for (let at = 0; at < 2 * CATALOGUE_EVERY; at++) {
      const found = await findWorkload(await world.open(), { workload: "web01" })
      const entry = found.state.points[0]?.entry as number
      await (at % 2 === 0
        ? pinPoint(await world.open(), found, entry, "x")
        : unpinPoint(await world.open(), found, entry))
    }
    await remove(world, [0])
    expect(await reclaim(await world.open())).toMatchObject({ backups: [{ purged: 1, entries: 0 }] })
    const floor = async () => (await findWorkload(await world.open(), { workload: "web01" })).state.floor
    expect(await floor()).toBe(CATALOGUE_EVERY)
    await chainOf(world, 2)
    await remove(world, [1])
    expect(await reclaim(await world.open())).toMatchObject({ backups: [{ purged: 1, entries: 0 }] })
    // Not before every decision has been looked at again that was made while they counted.
    expect(await reclaim(await world.open())).toMatchObject({ backups: [{ purged: 0, entries: 0 }] })
    await world.clock.advance(30 * 60_000)
    // All below the floor but the point that is still there.
    expect(await reclaim(await world.open())).toMatchObject({ backups: [{ purged: 0, entries: CATALOGUE_EVERY - 2 }] })
    expect(await pointsOf(world)).toHaveLength(2)
    await expectWhole(world, [disks[1] as Uint8Array, changed(disks[0] as Uint8Array, [{ at: 0, count: MIB / 2 }], 1)])
  })
})

test("an entry between that is missing stops reclaim of the backup, and says which", async () => {
  const world = makeWorld()
  await world.create()
  await chainOf(world, 4)
  await remove(world, [0, 1])
  const before = packsOf(world)
  const [log] = keysWith(world, "/log/").filter((key) => key.startsWith("backups/"))
  const folder = (log as string).slice(0, -14)
  const second = world.store
    .keys()
    .filter((key) => key.startsWith(folder))
    .toSorted()
    .at(-2) as string
  await world.store.remove(second as never)
  const { failed, backups } = await reclaim(await world.open())
  expect(failed).toEqual([{ job: "nightly", error: expect.objectContaining({ code: "Damaged" }) }])
  expect(backups).toEqual([])
  expect(packsOf(world)).toEqual(before)
})

test("a point whose pack table does not open holds what was stored before it, and nothing else", async () => {
  const world = makeWorld({ encrypted: false })
  await world.create()
  const disks = await chainOf(world, 3)
  const mapPacks = packsOf(world).filter((key) => key.endsWith("2"))
  const damagedAt = world.clock.now()
  await chainOf(world, 3)
  // The third point's map pack is noise from now on: what it needs cannot be known.
  const third = (await findWorkload(await world.open(), { workload: "web01" })).state.points[2]
  const pack = mapPacks.find((key) => key.includes(`/${third?.session}/`)) as string
  await world.store.remove(pack as never)
  await world.store.create(pack as never, noise(3000, 1))
  await remove(world, [0, 1, 3])
  const { backups, failed } = await reclaim(await world.open())
  expect(failed).toEqual([])
  expect(backups[0]?.unknown.map(({ entry }) => entry)).toEqual([third?.entry])
  expect(backups[0]?.packs).toBeGreaterThan(0)
  for (const key of packsOf(world)) expect(key).toBeTruthy()
  const early = (await world.store.list("backups/")).objects.filter(
    ({ key, modifiedAtMs }) => key.includes("/packs/") && modifiedAtMs < damagedAt - 60_000,
  )
  expect(early.length).toBeGreaterThan(0)
  const points = await pointsOf(world)
  expect(disks).toHaveLength(3)
  for (const point of points.slice(1)) await restoreBytes(await world.open(), { point, movers: 0 })
})

test("clocks a day apart refuse it", async () => {
  const world = makeWorld()
  await world.create()
  await chainOf(world, 2)
  const repository = await world.open()
  const clock = { ...repository.seams.clock, now: () => world.clock.now() + 2 * DAY_MS }
  await expect(reclaim({ ...repository, seams: { ...repository.seams, clock } })).rejects.toMatchObject({
    code: "Refused",
  })
})

test.each([
  ["in this thread", { movers: 0 }, { level: 0 }, makeWorld],
  ["by two threads", { movers: 2 }, { level: 1 }, makeWorld],
  ["by two threads, sealed", { movers: 2 }, { level: 1 }, () => makeWorld({ encrypted: true })],
] as const)(
  "%s sparse packs are emptied until little is unused, and every point keeps its content",
  async (...given) => {
    const [, who, level, make] = given
    const world = make()
    await world.create()
    const disks: Uint8Array[] = []
    for (let at = 0; at < 12; at++) {
      // Of four bits a byte: what is compressed takes half.
      const before = disks.at(-1) ?? noise(4 * MIB, 1).map((byte) => byte & 0xf)
      // In each eighth of the disk a block changes, here another one each time, there often the same.
      const stretches = Array.from({ length: 8 }, (_, part) => ({
        at: (part * 8 + ((at * part) % 8)) * 65_536,
        count: 65_536,
      }))
      disks.push(at === 0 ? before : changed(before, stretches, at))
      await backUp(await world.open(), { source: disksNow({ sda: disks[at] as Uint8Array }), ...task, ...level })
      await world.clock.advance(60_000)
    }
    await remove(world, [0, 1, 2, 3, 4, 5, 6, 7, 8])
    const roots = await rootsOf(world)
    const planned = await reclaim(await world.open(), { maxUnused: 0.1, dryRun: true })
    const { backups } = await reclaim(await world.open(), { maxUnused: 0.1, ...who })
    expect(planned.backups[0]?.emptied).toBeGreaterThan(0)
    expect(backups[0]?.emptied).toBeGreaterThan(0)
    expect(backups[0]?.movedBytes).toBeGreaterThan(0)
    // The three points hold the disk, and up to twice an eighth of it.
    expect(await bytesOfPacks(world)).toBeLessThan(1.35 * 5 * MIB)
    expect(await rootsOf(world)).toEqual(roots)
    await expectWhole(world, disks.slice(9))
    expect(keysWith(world, "/sessions/")).toEqual([])
    // What was moved is found again by the next backup and the next run.
    await backUp(await world.open(), { source: disksNow({ sda: disks[11] as Uint8Array }), ...task })
    expect(await reclaim(await world.open(), { maxUnused: 0.1 })).toMatchObject({ backups: [{ emptied: 0 }] })
    await expectWhole(world, [...disks.slice(9), disks[11] as Uint8Array])
  },
)

async function rootsOf(world: World): Promise<readonly unknown[]> {
  const repository = await world.open()
  const { place, state } = await findWorkload(repository, { workload: "web01" })
  const manifests = await Promise.all(state.points.map((point) => readManifest(repository.view, place, point)))
  return manifests.map(({ disks }) => disks.map(({ contentRoot }) => contentRoot))
}

async function bytesOfPacks(world: World): Promise<number> {
  const { objects } = await world.store.list("backups/")
  return objects.reduce((sum, { key, objectBytes }) => sum + (key.includes("/packs/") ? objectBytes : 0), 0)
}

test("a point that is being read for long is not purged, for a week at most", async () => {
  const world = makeWorld()
  await world.create()
  const disks = await chainOf(world, 3)
  const [first] = await pointsOf(world)
  let release: () => void = () => undefined
  const isHeld = new Promise<void>((resolve) => (release = resolve))
  let arrive: () => void = () => undefined
  const arrived = new Promise<void>((resolve) => (arrive = resolve))
  const slow = aroundRequests(world.store, async ({ method, key }, run) => {
    if (method === "read" && key.includes("/packs/")) {
      arrive()
      await isHeld
    }
    return run()
  })
  const reading = restoreBytes(await world.open(slow), { point: first as string, movers: 0 })
  await arrived
  await world.clock.advance(120_000)
  expect(keysWith(world, "/sessions/readers/")).toHaveLength(1)
  await remove(world, [0])
  expect(await reclaim(await world.open())).toMatchObject({ backups: [{ purged: 0, packs: 0 }] })
  const [space] = await explainSpace(await world.open())
  expect(space?.reading.packs).toBeGreaterThan(0)
  release()
  expect(differing(await reading, { sda: disks[0] as Uint8Array })).toEqual([])
  expect(keysWith(world, "/sessions/readers/")).toEqual([])
  expect(await reclaim(await world.open())).toMatchObject({ backups: [{ purged: 1 }] })
})

test("every byte is explained", async () => {
  const world = makeWorld()
  await world.create()
  await chainOf(world, 6)
  await remove(world, [0])
  await remove(world, [0], DAY_MS)
  const stop = new AbortController()
  const onRead = (_disk: string, first: number) => (first >= 64 ? stop.abort() : undefined)
  const source = disksNow({ sda: noise(8 * MIB, 5) }, { workload: "db", onRead })
  await expect(
    backUp(await world.open(), { source, ...task, workload: "db", signal: stop.signal }),
  ).rejects.toMatchObject({ code: "Interrupted" })
  await world.clock.advance(60_000)
  const [space] = await explainSpace(await world.open())
  const { job, sessions, unknown, overlaid, ...sums } = space as NonNullable<typeof space>
  expect({ job, unknown, overlaid }).toEqual({ job: "nightly", unknown: [], overlaid: { packs: 0, storedBytes: 0 } })
  expect(sessions).toMatchObject([{ workload: "db", ended: "interrupted" }])
  const all = Object.values(sums).reduce((sum, { storedBytes }) => sum + storedBytes, 0)
  expect(all).toBe(await bytesOfPacks(world))
  expect(sums.session.storedBytes).toBe(sessions[0]?.storedBytes)
  for (const sum of [sums.live, sums.undo, sums.session, sums.free]) expect(sum.packs).toBeGreaterThan(0)
  const { backups } = await reclaim(await world.open(), { maxUnused: Number.POSITIVE_INFINITY })
  expect(backups[0]).toMatchObject(sums.free)
})
