import { aroundRequests, type StoreMethod, withCount } from "@bcopy/repo"
import { beforeAll, describe, expect, test } from "vitest"
import { backUp } from "../back-up.ts"
import { removePoints } from "../change-points.ts"
import { findWorkload } from "../find-workloads.ts"
import { disksNow } from "../testing/memory-source.ts"
import { noise } from "../testing/noise.ts"
import { makeWorld, type World, type WorldOptions } from "../testing/world.ts"
import { type ReclaimedOfBackup, reclaim } from "./reclaim.ts"

/** A chain of so many points in a bucket, of which the oldest go. */
const POINTS = 200
const REMOVED = 150
const KEPT = POINTS - REMOVED
const BLOCK_BYTES = 64 << 10
const BLOCKS = 64
/** Blocks that change from point to point: the first one always, the others anywhere. */
const CHANGED_BLOCKS = 4

const stores: Readonly<
  Record<string, { readonly options: WorldOptions; readonly each: number; readonly lists: number }>
> = {
  "a plain store": { options: { remote: true }, each: 3.3, lists: 40 },
  // Of what is deleted the versions are asked for, session by session, which here is point by point.
  "a versioned store whose creates all win": {
    options: { remote: true, versioning: "on", createIfAbsent: "hint" },
    each: 4.4,
    lists: 40 + REMOVED,
  },
}

/** What a run of reclaim came to, and asked of the store. */
interface CountedRun extends ReclaimedOfBackup {
  readonly all: number
  /** Requests by what they were about, as the folder of a backup is called, and their method. */
  count(area: string, method?: StoreMethod): number
}

describe.each(Object.entries(stores))("reclaim of %s", (_, { options, each, lists }) => {
  const world = makeWorld(options)
  /** With nothing written anew; then with it; then with nothing to do but what was left for a later run. */
  let deleting: CountedRun
  let emptying: CountedRun
  let idle: CountedRun

  beforeAll(async () => {
    await world.create()
    await takePoints(world)
    await removeOldest(world)
    deleting = await countedReclaim(world, { maxUnused: Number.POSITIVE_INFINITY })
    emptying = await countedReclaim(world, { maxUnused: 0.1 })
    idle = await countedReclaim(world, { maxUnused: Number.POSITIVE_INFINITY })
  }, 120_000)

  test(`a point that goes takes at most ${each} requests, opening the repository and reading what stays included`, () => {
    expect(deleting).toMatchObject({ purged: REMOVED, emptied: 0, movedBytes: 0, left: [], unknown: [] })
    expect(deleting.packs).toBeGreaterThanOrEqual(REMOVED)
    expect(deleting.all / REMOVED).toBeLessThanOrEqual(each)
  })

  test("each entry of a log is read once, and a few pages of each point that stays", () => {
    expect(deleting.count("log", "read")).toBeLessThanOrEqual(POINTS + 8)
    expect(deleting.count("packs", "read")).toBeLessThanOrEqual(4 * KEPT)
  })

  test("what is written does not grow with the chain: three lists and a barrier; what goes, goes a thousand at a time", () => {
    expect(deleting.count("", "create")).toBe(4)
    expect(deleting.count("", "removeMany")).toBe(2)
    expect(deleting.count("", "remove")).toBe(0)
    expect(deleting.count("", "list") + deleting.count("", "listVersions")).toBeLessThanOrEqual(lists)
  })

  test("writing sparse packs anew takes at most 17 requests for each point that stays, and two for each pack", () => {
    expect(emptying.emptied).toBeGreaterThan(5)
    expect(emptying.all).toBeLessThanOrEqual(17 * KEPT + 2 * emptying.packs)
  })

  test("a run that finds nothing to delete reads what stays, and writes nothing", () => {
    expect(idle).toMatchObject({ purged: 0, packs: 0, emptied: 0 })
    expect(idle.count("", "create")).toBe(0)
    expect(idle.all).toBeLessThanOrEqual(6 * KEPT)
  })
})

async function takePoints(world: World): Promise<void> {
  const disk = noise(BLOCKS * BLOCK_BYTES, 1)
  for (let point = 0; point < POINTS; point++) {
    if (point > 0)
      for (let at = 0; at < CHANGED_BLOCKS; at++) {
        const block = at === 0 ? 0 : (point * 7919 + at * 104_729) % BLOCKS
        disk.set(noise(BLOCK_BYTES, point * 1000 + at), block * BLOCK_BYTES)
      }
    const task = { source: disksNow({ sda: disk }), job: "nightly", workload: "web01", level: 0, movers: 0 }
    await backUp(await world.open(), task)
    await world.clock.advance(60_000)
  }
}

async function removeOldest(world: World): Promise<void> {
  const repository = await world.open()
  const found = await findWorkload(repository, { workload: "web01" })
  const entries = found.state.points.slice(0, REMOVED).map(({ entry }) => entry)
  await removePoints(repository, found, entries, { undoMs: 0 })
  await world.clock.advance(2000)
}

async function countedReclaim(world: World, limits: { readonly maxUnused: number }): Promise<CountedRun> {
  const { store, counts } = withCount(world.store)
  const found: { area: string; method: StoreMethod }[] = []
  const counting = aroundRequests(store, ({ method, key }, run) => {
    found.push({ area: key.split("/")[2] ?? "", method })
    return run()
  })
  const { backups } = await reclaim(await world.open(counting), limits)
  return {
    ...(backups[0] as ReclaimedOfBackup),
    all: Object.values(counts.requests).reduce((sum, count) => sum + count, 0),
    count: (area, method) =>
      found.filter((one) => (area === "" || one.area === area) && (method === undefined || one.method === method))
        .length,
  }
}
