import { newX25519Pair } from "@bcopy/crypto"
import type { RepoStore } from "@bcopy/repo"
import type { Source, SourceDisk } from "@bcopy/source"
import { repositorySource } from "@bcopy/source-repository"
import { beforeAll, describe, expect, test } from "vitest"
import { backUp } from "./back-up.ts"
import { copy } from "./copy.ts"
import { addKeySlot } from "./key-slots.ts"
import type { Repository } from "./repository.ts"
import { countBySort, type SortCounts } from "./testing/count-by-sort.ts"
import { everyCase } from "./testing/every-case.ts"
import { disksNow } from "./testing/memory-source.ts"
import { noise } from "./testing/noise.ts"
import { restoreBytes } from "./testing/restore-bytes.ts"
import { testKey } from "./testing/test-keys.ts"
import { makeWorld, type World } from "./testing/world.ts"
import { verify } from "./verify.ts"

/** docs/design.md, Requests: what a chain of so many points in a bucket may cost. */
const POINTS = 200
const DISK_BYTES = 48 << 20
const BLOCK_BYTES = 64 << 10
const BLOCKS = DISK_BYTES / BLOCK_BYTES
const CHANGED_BLOCKS = 8
const PACK_BYTES = 8 << 20

const open = (world: World, store: RepoStore): Promise<Repository> => world.open(store, { packBytes: PACK_BYTES })
const others = ["web02", "web03", "web04"]
/** Where a shorter chain shows as much. */
const FEWER_POINTS = 90
const chains = [
  { versioning: "off", encrypted: true, points: everyCase ? POINTS : FEWER_POINTS },
  { versioning: "on", encrypted: true, points: POINTS },
  { versioning: "off", encrypted: false, points: FEWER_POINTS },
  { versioning: "on", encrypted: false, points: FEWER_POINTS },
] as const

/** A disk whose source knows which blocks have changed. */
function knowing(sda: Uint8Array, changed: readonly number[]): Source {
  const source = disksNow({ sda })
  return {
    ...source,
    async open(point, options) {
      const opened = await source.open(point, options)
      const disks = opened.disks.map((one): SourceDisk => ({
        ...one,
        async *spans(spanOptions = {}) {
          if (spanOptions.base === undefined) return yield* one.spans(spanOptions)
          let next = spanOptions.from ?? 0
          for (const block of changed.toSorted((a, b) => a - b)) {
            if (block < next) continue
            if (block > next) yield { kind: "unchanged", first: next, count: block - next }
            yield { kind: "data", first: block, count: 1 }
            next = block + 1
          }
          if (next < BLOCKS) yield { kind: "unchanged", first: next, count: BLOCKS - next }
        },
      }))
      return { ...opened, disks }
    },
  }
}

/** What was asked of the source's store and of the target's. */
interface BothCounts {
  readonly from: SortCounts
  readonly to: SortCounts
}

/** The clear ones differ by what no seal adds: they are tried with `BCOPY_TEST_ALL=1`. */
const tried = chains.filter((chain) => chain.encrypted || everyCase)

const nameOf = ({ versioning, encrypted, points }: (typeof chains)[number]) =>
  `a chain of ${points} points ${encrypted ? "encrypted" : "in the clear"} in a bucket with versioning ${versioning}`

describe.for(tried.map((chain) => [nameOf(chain), chain] as const))("%s", ([, { versioning, encrypted, points }]) => {
  const primary = makeWorld({ id: "primary", remote: true, versioning, encrypted })
  const offsite = makeWorld({ id: "offsite", remote: true, versioning, encrypted })
  const from = countBySort(primary.store)
  const to = countBySort(offsite.store)
  const disk = noise(DISK_BYTES, 1)
  let opening: BothCounts
  /** What copying one more point cost, by how many there were. */
  const increments = new Map<number, BothCounts>()

  const take = (): BothCounts => ({ from: from.take(), to: to.take() })

  async function backUpTo(store: RepoStore, workload: string, source: Source): Promise<void> {
    const repository = await open(primary, store)
    await backUp(repository, { source, job: "nightly", workload, level: 0, movers: 0 })
  }

  /** Copies what is new, and gives what the copy alone cost. */
  async function copyOver(workload: string): Promise<BothCounts> {
    const [origin, target] = [await open(primary, from.store), await open(offsite, to.store)]
    take()
    const source = repositorySource({ view: origin.view, job: "nightly", workloads: [workload] })
    const { failed } = await copy(target, { source, select: "latest", movers: 0 })
    expect(failed).toEqual([])
    return take()
  }

  beforeAll(async () => {
    await primary.create()
    await offsite.create()
    for (let point = 1; point <= points; point++) {
      const blocks = Array.from({ length: CHANGED_BLOCKS }, (_, at) => (point * 7919 + at * 104_729) % BLOCKS)
      for (const block of blocks) disk.set(noise(300, point * 1000 + block), block * BLOCK_BYTES)
      await backUpTo(from.store, "web01", knowing(disk, blocks))
      const counts = await copyOver("web01")
      increments.set(point, counts)
    }
    for (const workload of others) await backUpTo(from.store, workload, disksNow({ sda: noise(1_000_000, 7) }))
    take()
    await open(primary, from.store)
    await open(offsite, to.store)
    opening = take()
  }, 120_000)

  test("a repository is opened by its certificate and its settings, an encrypted one by a slot too; one list shows settings and slots", () => {
    const lists = versioning === "on" ? 2 : 1
    for (const cost of [opening.from, opening.to]) expect([cost.others, cost.lists]).toEqual([encrypted ? 3 : 2, lists])
  })

  test("an increment takes at most 12 requests of the target beside packs, map pages and beats, one more for each entry where versions are kept", () => {
    const appends = versioning === "on" ? 2 : 0
    for (const [point, { to: asked }] of increments)
      if (point > 70) expect(asked.others + asked.lists, `point ${point}`).toBeLessThanOrEqual(12 + appends)
  })

  test("an increment is sent as one pack and at most two of map pages, and reads no data of the target", () => {
    for (const [point, { to: asked }] of increments)
      if (point > 1) {
        expect(asked.packsWritten, `point ${point}`).toBe(1)
        expect(asked.mapsWritten, `point ${point}`).toBeLessThanOrEqual(2)
        expect(asked.packReads, `point ${point}`).toBe(0)
      }
  })

  test("what an increment asks of the source does not grow: its log, pages that changed, a read per pack", () => {
    for (const [point, { from: asked }] of increments)
      if (point > 1) {
        expect(asked.others + asked.lists, `point ${point}`).toBeLessThanOrEqual(9)
        expect(asked.packReads, `point ${point}`).toBeLessThanOrEqual(asked.packsRead)
      }
  })

  test("a full is read of the source a pack at a time, before it is needed", () => {
    const { packReads, packsRead } = (increments.get(1) as BothCounts).from
    expect(packsRead).toBeGreaterThan(5)
    expect(packReads / packsRead).toBeLessThanOrEqual(1.3)
  })

  test("no list grows with the chain", () => {
    const listed = [...increments].filter(([point]) => point > 70).map(([, { from: a, to: b }]) => a.listed + b.listed)
    expect(Math.max(...listed)).toBeLessThanOrEqual(140)
  })

  test("a workload of which nothing is new takes at most 10 requests of both sides", async () => {
    const { from: a, to: b } = await copyOver("web01")
    expect(a.others + a.lists + b.others + b.lists).toBeLessThanOrEqual(10)
    expect(a.packReads + a.mapReads + b.packReads + b.mapReads).toBe(0)
  })

  test("a restore reads each pack that the point touches at most 1.3 times", async () => {
    const repository = await open(offsite, to.store)
    take()
    const restored = await restoreBytes(repository, { workload: "web01" })
    const { packReads, packsRead, mapReads } = take().to
    expect(Buffer.compare(restored["sda"] as Uint8Array, disk)).toBe(0)
    expect(packsRead).toBeGreaterThan(40)
    expect(packReads / packsRead).toBeLessThanOrEqual(1.3)
    expect(mapReads).toBeLessThanOrEqual(30)
  })

  test("a verification that reads all data reads each pack at most 1.3 times, and asks for sizes session by session", async () => {
    const repository = await open(offsite, to.store)
    take()
    await verify(repository, { workload: "web01", readData: "hash" })
    const { packReads, packsRead, others: entries, lists } = take().to
    expect(packReads / packsRead).toBeLessThanOrEqual(1.3)
    // A session a point here, since every point was copied by itself.
    expect(lists).toBeLessThanOrEqual(packsRead + 10)
    expect(entries).toBeLessThanOrEqual(10)
  })
})

test("each further slot of the kind that is tried takes a request more, those of other kinds none", async () => {
  const world = makeWorld({ remote: true, encrypted: true })
  await world.create()
  const counted = countBySort(world.store)
  const cost = async () => {
    counted.take()
    await open(world, counted.store)
    const { others: reads, lists } = counted.take()
    return reads + lists
  }
  expect(await cost()).toBe(4)
  const repository = await world.open()
  const { publicKey } = newX25519Pair()
  for (let slot = 0; slot < 3; slot++) await addKeySlot(repository, { holder: { type: "recovery", publicKey } })
  expect(await cost()).toBe(4)
  for (let slot = 0; slot < 3; slot++) await addKeySlot(repository, { holder: { type: "external", key: testKey } })
  expect(await cost()).toBe(7)
})
