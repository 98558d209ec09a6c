import { BIRTH_KEY, layout } from "@bcopy/chain-format"
import { aroundRequests, type ObjectKey, StoreError } from "@bcopy/repo"
import { describe, expect, test } from "vitest"
import { acceptPolicy } from "../accept-policy.ts"
import { backUp } from "../back-up.ts"
import { pinPoint, removePoints } from "../change-points.ts"
import { findWorkload } from "../find-workloads.ts"
import { reclaim } from "../reclaim/reclaim.ts"
import type { Repository } from "../repository.ts"
import { disksNow } from "../testing/memory-source.ts"
import { changed, noise } from "../testing/noise.ts"
import { differing, restoreBytes } from "../testing/restore-bytes.ts"
import { makeWorld, type World } from "../testing/world.ts"
import { verify } from "../verify.ts"
import { acceptImmutability } from "./accept-immutability.ts"
import { extendLocks } from "./extend-locks.ts"

const MIB = 1 << 20
const DAY_MS = 24 * 60 * 60_000
const task = { job: "nightly", workload: "web01", level: 0, movers: 0 } as const

async function lockingWorld(days = 30): Promise<World> {
  const world = makeWorld({ versioning: "lock", createIfAbsent: "hint" })
  await world.create()
  await acceptImmutability(await world.open(), { days })
  return world
}

/** A point a day, of a disk of which an eighth changes. */
async function dailies(world: World, days: number, before?: Uint8Array): Promise<readonly Uint8Array[]> {
  const disks: Uint8Array[] = []
  for (let day = 0; day < days; day++) {
    const last = disks.at(-1) ?? before
    disks.push(
      last === undefined ? noise(2 * MIB, 1) : changed(last, [{ at: (day % 8) * 4 * 65_536, count: 262_144 }], day),
    )
    await backUp(await world.open(), { source: disksNow({ sda: disks[day] as Uint8Array }), ...task })
    await world.clock.advance(DAY_MS)
  }
  return disks
}

async function pointsOf(world: World) {
  return (await findWorkload(await world.open(), { workload: "web01" })).state.points
}

/** Until when each object is locked that is. */
async function locksOf(world: World): Promise<ReadonlyMap<ObjectKey, number>> {
  const locks = new Map<ObjectKey, number>()
  for (const key of world.store.keys()) locks.set(key, (await world.store.head(key))?.retainUntilMs ?? 0)
  return locks
}

/** Deletes every version that the store lets go: what somebody with all rights can do. */
async function deleteAll(world: World): Promise<void> {
  const { versions } = await world.store.listVersions("")
  for (const { key, version } of versions) await world.store.remove(key, { version }).catch(() => undefined)
}

describe("a repository that locks for 30 days", () => {
  test("states in each point's entry until when it is locked, and everything that reading it needs is at least as long", async () => {
    const world = await lockingWorld()
    const disks = await dailies(world, 4)
    const nowMs = world.clock.now()
    const points = await pointsOf(world)
    for (const [day, point] of points.entries()) {
      const committedAtMs = nowMs - (4 - day) * DAY_MS
      expect(point.lockedUntilMs).toBeGreaterThanOrEqual(committedAtMs + 30 * DAY_MS)
      expect(point.lockedUntilMs).toBeLessThan(committedAtMs + 30 * DAY_MS + 60_000)
    }
    const newest = points.at(-1)?.lockedUntilMs ?? 0
    const locks = await locksOf(world)
    for (const [key, untilMs] of locks)
      if (key.includes("/packs/"))
        expect([key, untilMs]).toEqual([key, expect.toSatisfy((ms) => ms >= newest - 4 * DAY_MS)])
    expect(locks.get(BIRTH_KEY as ObjectKey)).toBeGreaterThanOrEqual(newest)
    expect(locks.size).toBeGreaterThan(8)
    // Who has every right deletes all that can be deleted: every point is there, and restores.
    await deleteAll(world)
    expect(await pointsOf(world)).toHaveLength(4)
    for (const [day, point] of points.entries()) {
      const found = await restoreBytes(await world.open(), { point: point.point, movers: 0 })
      expect(differing(found, { sda: disks[day] as Uint8Array })).toEqual([])
    }
    const { damaged, unknown } = await verify(await world.open(), {
      all: true,
      readData: "hash",
      dryRun: true,
      movers: 0,
    })
    expect([...damaged, ...unknown]).toEqual([])
  })

  test("a point is locked from the very moment that its entry calls its commit, however long locking takes", async () => {
    const world = await lockingWorld()
    const slow = aroundRequests(world.store, async ({ method }, run) => {
      if (method === "extend") await world.clock.advance(1700)
      return run()
    })
    for (let point = 0; point < 2; point++)
      await backUp(await world.open(slow), { source: disksNow({ sda: noise(MIB, point) }), ...task })
    // What is locked for less than it must be would be extended here.
    expect(await extendLocks(await world.open())).toMatchObject({ workloads: [], failed: [] })
  })

  test("extends a shared pack once in a generation", async () => {
    const world = await lockingWorld()
    await dailies(world, 2)
    let extended = 0
    const counting = aroundRequests(world.store, async ({ method, key }, run) => {
      if (method === "extend" && key.includes("/packs/")) extended++
      return run()
    })
    const perDay: number[] = []
    for (let day = 0; day < 22; day++) {
      extended = 0
      const bytes = changed(noise(2 * MIB, 1), [{ at: 0, count: 65_536 }], 100 + day)
      await backUp(await world.open(counting), { source: disksNow({ sda: bytes }), ...task })
      perDay.push(extended)
      await world.clock.advance(DAY_MS)
    }
    const busy = perDay.filter((count) => count > 0).length
    expect(busy).toBeGreaterThanOrEqual(2)
    expect(busy).toBeLessThanOrEqual(8)
    const locks = await locksOf(world)
    const points = await pointsOf(world)
    const { place } = await findWorkload(await world.open(), { workload: "web01" })
    expect(points.at(-1)?.lockedUntilMs).toBeGreaterThan(world.clock.now() + 28 * DAY_MS)
    for (const [key, untilMs] of locks)
      if (key.startsWith(layout.allPacks(place.backup))) expect(untilMs).toBeGreaterThan(world.clock.now())
  })

  test("writes no entry if an extension fails", async () => {
    const world = await lockingWorld()
    const disks = await dailies(world, 1)
    await world.clock.advance(12 * DAY_MS)
    const denying = aroundRequests(world.store, async ({ method, key }, run) => {
      if (method === "extend") throw new StoreError("Denied", `extend ${key} is denied`)
      return run()
    })
    const source = disksNow({ sda: disks[0] as Uint8Array })
    await expect(backUp(await world.open(denying), { source, ...task })).rejects.toMatchObject({ code: "Denied" })
    expect(await pointsOf(world)).toHaveLength(1)
    await backUp(await world.open(), { source, ...task })
    expect(await pointsOf(world)).toHaveLength(2)
  })

  test("keeps a removed point until its lock is over, whatever its undo time, then gives its space back", async () => {
    const world = await lockingWorld()
    const disks = await dailies(world, 4)
    const repository = await world.open()
    const found = await findWorkload(repository, { workload: "web01" })
    const [first] = found.state.points
    await removePoints(repository, found, [first?.entry as number], { undoMs: 0 })
    await world.clock.advance(5000)
    expect(await reclaim(await world.open())).toMatchObject({
      backups: [{ purged: 0, packs: 0, lockedPoints: 1, left: [] }],
    })
    // Until then it is restored without being brought back.
    const restored = await restoreBytes(await world.open(), { point: first?.point as string, removed: true, movers: 0 })
    expect(differing(restored, { sda: disks[0] as Uint8Array })).toEqual([])
    await dailies(world, 30, disks.at(-1))
    const done = await reclaim(await world.open())
    expect(done).toMatchObject({ backups: [{ purged: 1, left: [] }] })
    await dailies(world, 15, disks.at(-1))
    const later = await reclaim(await world.open())
    expect((done.backups[0]?.packs ?? 0) + (later.backups[0]?.packs ?? 0)).toBeGreaterThan(0)
    const { damaged, unknown } = await verify(await world.open(), {
      all: true,
      readData: "hash",
      dryRun: true,
      movers: 0,
    })
    expect([...damaged, ...unknown]).toEqual([])
  })

  test("keeps the newest and pinned points locked for as long as they stay", async () => {
    const world = await lockingWorld()
    await dailies(world, 3)
    const repository = await world.open()
    const found = await findWorkload(repository, { workload: "web01" })
    await pinPoint(repository, found, found.state.points[0]?.entry as number, "audit")
    for (let day = 0; day < 60; day++) {
      await extendLocks(await world.open())
      await world.clock.advance(DAY_MS)
      const nowMs = world.clock.now()
      const [first, second, newest] = await pointsOf(world)
      expect(first?.lockedUntilMs).toBeGreaterThan(nowMs)
      expect(newest?.lockedUntilMs).toBeGreaterThan(nowMs)
      if (day > 40) expect(second?.lockedUntilMs).toBeLessThan(nowMs)
    }
    await deleteAll(world)
    const points = await pointsOf(world)
    expect(points.map(({ pin }) => pin)).toContain("audit")
    await restoreBytes(await world.open(), { point: points[0]?.point as string, movers: 0 })
  })
})

test("locks that follow retention reach as far as the flags of each point", async () => {
  const world = makeWorld({ versioning: "lock", createIfAbsent: "hint" })
  await world.create()
  let repository: Repository = await world.open()
  ;({ repository } = await acceptImmutability(repository, { followsRetention: true, lockMode: "governance" }))
  await backUp(repository, { source: disksNow({ sda: noise(MIB, 1) }, { createdAtMs: world.clock.now() }), ...task })
  await acceptPolicy(await world.open(), {
    job: "nightly",
    policy: { zone: "UTC", days: 7, monthly: { keep: 12, week: "first" } },
    fromFirstPoint: true,
  })
  const { workloads } = await extendLocks(await world.open(), { dryRun: true })
  expect(workloads[0]?.points).toHaveLength(1)
  expect((await extendLocks(await world.open())).workloads[0]?.points).toHaveLength(1)
  await backUp(await world.open(), {
    source: disksNow({ sda: noise(MIB, 2) }, { createdAtMs: world.clock.now() }),
    ...task,
  })
  const points = await pointsOf(world)
  const days = points.map(({ lockedUntilMs = 0 }) => Math.round((lockedUntilMs - world.clock.now()) / DAY_MS))
  expect(Math.max(...days)).toBeGreaterThan(300)
  // Its rule says a week; as the newest it is locked a generation ahead, for as long as it is that.
  expect(days.at(-1)).toBe(10)
  expect((await extendLocks(await world.open())).workloads).toEqual([])
  await world.clock.advance(DAY_MS)
  expect((await extendLocks(await world.open())).workloads[0]?.points).toMatchObject([{ point: points.at(-1)?.point }])
})

test("a store that locks nothing is refused, and so are clocks a day apart", async () => {
  const plain = makeWorld()
  await plain.create()
  await expect(acceptImmutability(await plain.open(), { days: 7 })).rejects.toMatchObject({ code: "Refused" })
  const world = await lockingWorld()
  await dailies(world, 1)
  const repository = await world.open()
  const clock = { ...repository.seams.clock, now: () => world.clock.now() + 400 * DAY_MS }
  const astray = { ...repository, seams: { ...repository.seams, clock } }
  await expect(backUp(astray, { source: disksNow({ sda: noise(MIB, 3) }), ...task })).rejects.toMatchObject({
    code: "Refused",
  })
  await expect(extendLocks(astray)).rejects.toMatchObject({ code: "Refused" })
  for (const options of [{ days: 0 }, { days: 1000 }, { days: 7, generationDays: 0 }])
    await expect(acceptImmutability(await world.open(), options)).rejects.toMatchObject({ code: "BadArgument" })
})
