import { decodePackHeader, pointReader, readManifest } from "@bcopy/chain-format"
import { aroundRequests, type RepoStore, StoreError } from "@bcopy/repo"
import { SourceError } from "@bcopy/source"
import { expect, test } from "vitest"
import { backUp } from "./back-up.ts"
import { asHost, deadProcess } from "./testing/hosts.ts"
import { logOf } from "./testing/log-of.ts"
import { disksNow } from "./testing/memory-source.ts"
import { changed, noise } from "./testing/noise.ts"
import { differing, restoreBytes } from "./testing/restore-bytes.ts"
import { storedBlocks } from "./testing/stored-blocks.ts"
import { makeWorld, type World } from "./testing/world.ts"

const MIB = 1 << 20
const BLOCK = 64 << 10
const task = { job: "nightly", workload: "web01", level: 0 }
const disk = noise(20 * MIB, 1)

/** A store whose process dies when it sends the commit, the last entry of a log. */
function dyingAt(store: RepoStore, isIt: (method: string, key: string) => boolean): RepoStore {
  let dead = false
  return aroundRequests(store, (request, run) => {
    dead ||= isIt(request.method, request.key)
    return dead ? Promise.reject(new StoreError("Unavailable", "the process died")) : run()
  })
}
/** The data pack that a session stores as its `nth`. */
const isPack = (nth: number) => (method: string, key: string) =>
  method === "create" && key.includes("/packs/") && key.endsWith(`/${(2 * nth - 1).toString(16).padStart(8, "0")}`)
const isLogEntry = (method: string, key: string) => method === "create" && key.includes("/log/")

/** Backs up as a process that does not live any more afterwards; gives its error, and the blocks it read. */
async function attempt(
  world: World,
  number: number,
  options: { store?: RepoStore; bytes?: Uint8Array; identity?: string; packBytes?: number; failsAt?: number } = {},
): Promise<{ error: unknown; read: number[]; kind?: string | undefined }> {
  const read: number[] = []
  const { store = world.store, bytes = disk, identity, packBytes, failsAt = Infinity } = options
  const onRead = (_: string, first: number, count: number) => {
    if (first >= failsAt) throw new SourceError("Unreadable", `block ${first} cannot be read`)
    read.push(...Array.from({ length: count }, (__, at) => first + at))
  }
  const source = disksNow({ sda: bytes }, { onRead, ...(identity !== undefined && { identity }) })
  try {
    const open = () => world.open(store, packBytes === undefined ? {} : { packBytes })
    const { kind } = await asHost(deadProcess(number), async () => backUp(await open(), { source, ...task }))
    return { error: undefined, read, kind }
  } catch (error) {
    return { error, read }
  }
}

async function expectWhole(world: World, bytes = disk): Promise<void> {
  const repository = await world.open()
  expect(differing(await restoreBytes(repository), { sda: bytes })).toEqual([])
  const twice = [...(await storedBlocks(repository, world.store, BLOCK))].filter(([, times]) => times > 1)
  expect(twice).toEqual([])
}

test("a run goes on behind the cursor of a dead one, for the same immutable point, and stores nothing twice", async () => {
  const world = makeWorld()
  await world.create()
  await attempt(world, 1, { store: dyingAt(world.store, isPack(18)), identity: "a" })
  const { read, kind } = await attempt(world, 2, { identity: "a" })
  expect(kind).toBe("full")
  expect(Math.min(...read)).toBeGreaterThanOrEqual(16 * 16)
  expect(world.events.find(({ type }) => type === "adopted")).toMatchObject({ cursorBytes: Math.min(...read) * BLOCK })
  await expectWhole(world)
})

test("what repeats a block from before a dead run's checkpoint is not stored again", async () => {
  const world = makeWorld()
  await world.create()
  const repeating = disk.slice()
  repeating.copyWithin(18 * MIB, MIB, 2 * MIB)
  await attempt(world, 1, { store: dyingAt(world.store, isPack(18)), bytes: repeating, identity: "a" })
  const { read } = await attempt(world, 2, { bytes: repeating, identity: "a" })
  expect(Math.min(...read)).toBeGreaterThanOrEqual(16 * 16)
  await expectWhole(world, repeating)
})

test("for a point that is not known to be the same, a dead run's work is something to deduplicate against, and all is read", async () => {
  for (const [first, second] of [
    ["a", "b"],
    [undefined, undefined],
    ["a", undefined],
  ] as const) {
    const world = makeWorld()
    await world.create()
    await attempt(world, 1, { store: dyingAt(world.store, isPack(18)), ...(first && { identity: first }) })
    const other = changed(
      disk,
      [
        { at: 100, count: 10 },
        { at: 15 * MIB, count: 10 },
      ],
      2,
    )
    const { read } = await attempt(world, 2, { bytes: other, ...(second && { identity: second }) })
    expect(new Set(read).size).toBe(20 * 16)
    await expectWhole(world, other)
  }
})

test("who adopts a dead session and dies before a checkpoint of its own leaves what it adopted to the next", async () => {
  const world = makeWorld()
  await world.create()
  await attempt(world, 1, { store: dyingAt(world.store, isPack(18)), identity: "a" })
  // Dies at the first pack, just after its fence was written.
  await attempt(world, 2, { store: dyingAt(world.store, isPack(1)), identity: "a" })
  await attempt(world, 3, { store: dyingAt(world.store, isPack(1)), identity: "a" })
  const { read } = await attempt(world, 4, { identity: "a" })
  expect(Math.min(...read)).toBeGreaterThanOrEqual(16 * 16)
  const { bodies } = await logOf(await world.open())
  expect(bodies.map((body) => (body.kind === "fence" ? body.outcome : body.kind))).toEqual([
    "opened",
    "adopted",
    "adopted",
    "adopted",
    "point",
  ])
  await expectWhole(world)
})

test("of an adopted pack that the adopter's checkpoint has in its maps in part, nothing is stored again", async () => {
  const world = makeWorld()
  await world.create()
  const packBytes = 8 * MIB
  // Two packs and no checkpoint, adopted by one that comes to the middle of the first and makes a checkpoint there; twice.
  await attempt(world, 1, { store: dyingAt(world.store, isPack(3)), packBytes, identity: "a" })
  await attempt(world, 2, { packBytes, failsAt: 3 * 16, identity: "a" })
  await attempt(world, 3, { packBytes, failsAt: 5 * 16, identity: "a" })
  const { read } = await attempt(world, 4, { packBytes, identity: "a" })
  expect(Math.min(...read)).toBeLessThan(7 * 16)
  await expectWhole(world)
})

test("a session whose answer to the commit was lost for good has committed, and is not fenced", async () => {
  const world = makeWorld()
  await world.create()
  await attempt(world, 1, { bytes: noise(MIB, 5) })
  let entry = 0
  const cut = aroundRequests(world.store, async (request, run) => {
    const isCommit = isLogEntry(request.method, request.key)
    if (entry > 0) throw new StoreError("Unavailable", "the process died")
    const result = await run()
    if (isCommit) {
      entry++
      throw new StoreError("Unavailable", "the answer was lost")
    }
    return result
  })
  const { error } = await attempt(world, 2, { store: cut })
  expect(error).toMatchObject({ code: "Unavailable" })
  await attempt(world, 3, {})
  const { bodies } = await logOf(await world.open())
  expect(bodies.map(({ kind }) => kind)).toEqual(["opened", "point", "point", "point"])
  await expectWhole(world)
})

test("what dead sessions left is adopted once: the better one, and the others are abandoned", async () => {
  const world = makeWorld()
  await world.create()
  // Two sessions that died without knowing of each other: the second one's store hides the first one's beats.
  await attempt(world, 1, { store: dyingAt(world.store, isPack(18)), identity: "a" })
  const blind = aroundRequests(world.store, async (request, run) => {
    const result = await run()
    const isBeats = request.method === "list" && request.key.includes("/sessions/")
    return isBeats ? { ...result, objects: [] } : result
  })
  await attempt(world, 2, { store: dyingAt(blind, isPack(3)), identity: "a" })
  const { read } = await attempt(world, 3, { identity: "a" })
  expect(Math.min(...read)).toBeGreaterThanOrEqual(16 * 16)
  const { bodies } = await logOf(await world.open())
  expect(bodies.map((body) => (body.kind === "fence" ? body.outcome : body.kind))).toEqual([
    "opened",
    "abandoned",
    "adopted",
    "point",
  ])
  const repository = await world.open()
  expect(differing(await restoreBytes(repository), { sda: disk })).toEqual([])
})

test("a checkpoint that was damaged meanwhile does not keep the workload from going on", async () => {
  const world = makeWorld()
  await world.create()
  await attempt(world, 1, { store: dyingAt(world.store, isPack(18)), identity: "a" })
  for (const key of world.store.keys().filter((each) => each.includes("/packs/")))
    if (decodePackHeader((await world.store.read(key))?.bytes ?? new Uint8Array()).kind === "mapPack")
      world.store.tamper(key, (bytes) => bytes.fill(0, 40))
  await attempt(world, 2, { identity: "a" })
  const { error } = await attempt(world, 3, { identity: "a" })
  expect(error).toBeUndefined()
  const repository = await world.open()
  expect(differing(await restoreBytes(repository), { sda: disk })).toEqual([])
})

test("a disk that goes while a session is cut short is let go of: its blocks do not stay in use", async () => {
  const world = makeWorld()
  await world.create()
  const extra = noise(3 * MIB, 8)
  const both = disksNow({ sda: noise(MIB, 7), gone: extra })
  await asHost(deadProcess(9), async () => backUp(await world.open(), { source: both, ...task }))
  await attempt(world, 1, { store: dyingAt(world.store, isPack(18)), identity: "a" })
  await attempt(world, 2, { identity: "a" })
  const repository = await world.open()
  const { place, state } = await logOf(repository)
  const manifest = await readManifest(repository.view, place, state.points.at(-1) as never)
  let used = 0
  for await (const { record } of pointReader(repository.view, place.backup, manifest).table.records())
    used += record.live.reduce((sum, { count }) => sum + count, 0)
  expect(used).toBe(disk.length / BLOCK)
})
