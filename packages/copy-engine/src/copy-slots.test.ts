import type { SealedDisk, Source } from "@bcopy/source"
import { decodePackHeader, openDataPack } from "@bcopy/chain-format"
import { repositorySource } from "@bcopy/source-repository"
import { expect, test } from "vitest"
import { backUp } from "./back-up.ts"
import { copy } from "./copy.ts"
import type { Repository } from "./repository.ts"
import { findWorkload } from "./find-workloads.ts"
import { reclaim } from "./reclaim/reclaim.ts"
import { removePoints } from "./change-points.ts"
import { disksNow } from "./testing/memory-source.ts"
import { noise } from "./testing/noise.ts"
import { restoreBytes } from "./testing/restore-bytes.ts"
import { slotBodies } from "./testing/slot-bodies.ts"
import { storedBlocks } from "./testing/stored-blocks.ts"
import { makeWorld, type World } from "./testing/world.ts"
import { verify } from "./verify.ts"

const BLOCK_BYTES = 64 << 10
const SLOT_BLOCKS = 16

/** Blocks that compress by half, each another one. */
function textBlocks(count: number, seed: number): Uint8Array {
  return new TextEncoder().encode(Buffer.from(noise((count * BLOCK_BYTES) / 2, seed)).toString("hex"))
}

async function begin(id: string): Promise<{ world: World; repository: Repository }> {
  const world = makeWorld({ id })
  await world.create()
  return { world, repository: await world.open() }
}

async function primaryOf(...generations: readonly Uint8Array[]) {
  return madeOf("primary", generations)
}

async function madeOf(id: string, generations: readonly Uint8Array[], workload = "web") {
  const primary = await begin(id)
  for (const sda of generations)
    await backUp(primary.repository, { source: disksNow({ sda }), job: "nightly", workload, level: 1 })
  return primary
}

function sourceOf({ repository }: { repository: Repository }): Source {
  return repositorySource({ view: repository.view })
}

async function restored(repository: Repository, workload = "web"): Promise<Uint8Array> {
  return (await restoreBytes(repository, { workload })).sda as Uint8Array
}

test("a copy that is told no level keeps what the source compressed, one that is told compresses anew", async () => {
  const disk = textBlocks(75, 1)
  disk.fill(0, 5 * BLOCK_BYTES, 12 * BLOCK_BYTES)
  const primary = await primaryOf(disk)
  const [kept, anew] = [await begin("kept"), await begin("anew")]
  await copy(kept.repository, { source: sourceOf(primary) })
  await copy(anew.repository, { source: sourceOf(primary), level: 9 })
  const bodies = await slotBodies(primary)
  expect(bodies.length).toBeGreaterThan(3)
  expect(await slotBodies(kept)).toEqual(bodies)
  const others = await slotBodies(anew)
  expect(bodies.filter((body) => others.includes(body))).toEqual([])
  for (const { repository } of [kept, anew]) {
    expect(Buffer.compare(await restored(repository), disk)).toBe(0)
    expect(await verify(repository, { readData: "hash" })).toMatchObject({ points: 1, damaged: [], unknown: [] })
  }
})

test("only what the point needs is copied of a slot whose other blocks it has no more", async () => {
  const before = textBlocks(3 * SLOT_BLOCKS, 1)
  const after = before.slice()
  after.set(textBlocks(1, 2), 20 * BLOCK_BYTES)
  const primary = await primaryOf(before, after)
  const { world, repository } = await begin("target")
  await copy(repository, { source: sourceOf(primary) })
  const stored = await storedBlocks(repository, world.store, BLOCK_BYTES)
  expect([stored.size, ...new Set(stored.values())]).toEqual([3 * SLOT_BLOCKS, 1])
  const bodies = await slotBodies(primary)
  expect((await slotBodies({ world, repository })).filter((body) => bodies.includes(body))).toHaveLength(2)
  expect(Buffer.compare(await restored(repository), after)).toBe(0)
})

test("slots whose blocks lie in turns all over the disk are kept, and each is read once", async () => {
  const first = textBlocks(12 * 32, 1)
  const primary = await primaryOf(first)
  const target = await begin("target")
  await copy(target.repository, { source: sourceOf(primary) })
  const before = await slotBodies(primary)
  // Less than half a slot of changes to each stretch: with two movers a slot is filled from every other stretch.
  const second = first.slice()
  for (let stretch = 0; stretch < 12; stretch++)
    second.set(textBlocks(5, 100 + stretch), (stretch * 32 + 3) * BLOCK_BYTES)
  const task = { source: disksNow({ sda: second }), job: "nightly", workload: "web", level: 1 }
  await backUp(primary.repository, { ...task, movers: 2 })
  const made = (await slotBodies(primary)).filter((body) => !before.includes(body))
  let slots = 0
  const counted = (read: SealedDisk["read"]): SealedDisk["read"] => {
    return async (...asked) => {
      const packs = await read(...asked)
      for (const pack of packs ?? []) slots += pack.slots.length / 3
      return packs
    }
  }
  await copy(target.repository, { source: withSealed(sourceOf(primary), counted) })
  expect(slots).toBe(made.length)
  const bodies = await slotBodies(target)
  // What each of the two movers had last may be too small to be kept.
  expect(made.filter((body) => bodies.includes(body)).length).toBeGreaterThanOrEqual(made.length - 2)
  expect(Buffer.compare(await restored(target.repository), second)).toBe(0)
})

test("a slot filled from slots that lie in turns all over the disk can be opened as what its footer says", async () => {
  // Points of five blocks each, here and there: what the newest needs of each slot is in no order.
  const generations = [textBlocks(512, 1)]
  for (let point = 1; point < 8; point++) {
    const next = (generations.at(-1) as Uint8Array).slice()
    for (const [at, place] of noise(5, point).entries())
      next.set(textBlocks(1, point * 100 + at), (2 * place + (at % 2)) * BLOCK_BYTES)
    generations.push(next)
  }
  const primary = await primaryOf(...generations)
  const { world, repository } = await begin("target")
  await copy(repository, { source: sourceOf(primary) })
  let descending = 0
  for (const key of world.store.keys()) {
    const bytes = (await world.store.read(key))?.bytes as Uint8Array
    if (!key.includes("/packs/") || decodePackHeader(bytes).kind !== "dataPack") continue
    for (const { disk, runs, offset } of openDataPack(bytes, { ...repository.view, objectKey: key }).slots) {
      expect([disk, offset > 0]).toEqual([0, true])
      if (runs.some(({ first }, at) => first < (runs[at - 1]?.first ?? 0))) descending++
    }
  }
  expect(descending).toBeGreaterThan(0)
  expect(Buffer.compare(await restored(repository), generations.at(-1) as Uint8Array)).toBe(0)
  // What is needed of packs in part is written anew, by their footers.
  const small = (generations.at(-1) as Uint8Array).slice().fill(0, 0, 400 * BLOCK_BYTES)
  await backUp(repository, { source: disksNow({ sda: small }), job: "nightly", workload: "web", level: 1 })
  const found = await findWorkload(repository, { workload: "web" })
  await removePoints(repository, found, [found.state.points[0]?.entry as number], { undoMs: 0 })
  await world.clock.advance(60_000)
  const { backups, failed } = await reclaim(await world.open(), { maxUnused: 0 })
  expect([failed, backups[0]?.unknown, (backups[0]?.emptied ?? 0) > 0]).toEqual([[], [], true])
  expect(await verify(repository, { readData: "hash" })).toMatchObject({ points: 1, damaged: [], unknown: [] })
})

test("a slot is not kept for blocks that another workload has stored already", async () => {
  const first = textBlocks(2 * SLOT_BLOCKS, 1)
  const second = textBlocks(2 * SLOT_BLOCKS, 2)
  // A block of the one comes again in the other, which is stored elsewhere: so it is stored twice.
  second.set(first.subarray(0, BLOCK_BYTES), 3 * BLOCK_BYTES)
  const one = await madeOf("one", [first])
  const other = await madeOf("other", [second], "db")
  const { world, repository } = await begin("target")
  await copy(repository, { source: sourceOf(one) })
  await copy(repository, { source: sourceOf(other) })
  const stored = await storedBlocks(repository, world.store, BLOCK_BYTES)
  expect([stored.size, ...new Set(stored.values())]).toEqual([4 * SLOT_BLOCKS - 1, 1])
  expect(Buffer.compare(await restored(repository, "db"), second)).toBe(0)
})

test("the small slots of many increments are put together", async () => {
  const generations = [textBlocks(2 * SLOT_BLOCKS, 1)]
  for (let step = 0; step < SLOT_BLOCKS; step++) {
    const next = (generations.at(-1) as Uint8Array).slice()
    next.set(textBlocks(1, 100 + step), step * BLOCK_BYTES)
    generations.push(next)
  }
  const primary = await primaryOf(...generations)
  const target = await begin("target")
  await copy(target.repository, { source: sourceOf(primary) })
  expect(await slotBodies(primary)).toHaveLength(2 + SLOT_BLOCKS)
  expect(await slotBodies(target)).toHaveLength(2)
  expect(Buffer.compare(await restored(target.repository), generations.at(-1) as Uint8Array)).toBe(0)
})

/** The same source, but for what its slots are when they are read as they are stored. */
function withSealed(source: Source, change: (read: SealedDisk["read"]) => SealedDisk["read"]): Source {
  return {
    ...source,
    async open(point, options) {
      const opened = await source.open(point, options)
      const disks = opened.disks.map((disk) => {
        const sealed = disk.sealed as SealedDisk
        return { ...disk, sealed: { ...sealed, read: change(sealed.read) } }
      })
      return { ...opened, disks }
    },
  }
}

test.for<[string, (read: SealedDisk["read"]) => SealedDisk["read"]]>([
  [
    "do not open",
    (read) => async (blocks, into, options) => {
      const slots = await read(blocks, into, options)
      for (const { bytes } of slots ?? []) bytes[1000] = (bytes[1000] as number) ^ 1
      return slots
    },
  ],
  [
    "are others than were asked for",
    (read) => async (blocks, into, options) => read(blocks.toReversed(), into, options),
  ],
  ["lack some blocks", (read) => async (blocks, into, options) => read(blocks.slice(1), into, options)],
  ["take too much room", () => async () => undefined],
])("slots that %s are read as blocks instead", async ([, change]) => {
  const disk = textBlocks(3 * SLOT_BLOCKS, 1)
  const primary = await primaryOf(disk)
  const { repository } = await begin("target")
  const { copied, failed } = await copy(repository, { source: withSealed(sourceOf(primary), change) })
  expect([copied.length, failed]).toEqual([1, []])
  expect(Buffer.compare(await restored(repository), disk)).toBe(0)
})

test("what comes behind a piece that the source gave wrong does not take its place", async () => {
  const disk = textBlocks(8 * 32, 1)
  const primary = await primaryOf(disk)
  const { repository } = await begin("target")
  const source = sourceOf(primary)
  const wrong: Source = {
    ...source,
    async open(point, options) {
      const opened = await source.open(point, options)
      const disks = opened.disks.map(({ sealed: _, ...rest }) => ({
        ...rest,
        async read(...[first, count, into, more]: Parameters<typeof rest.read>) {
          await rest.read(first, count, into, more)
          if (first <= 40 && first + count > 40) into.fill(7, (40 - first) * BLOCK_BYTES, (41 - first) * BLOCK_BYTES)
        },
      }))
      return { ...opened, disks }
    },
  }
  const { failed } = await copy(repository, { source: wrong, movers: 0 })
  expect(failed.map(({ error }) => error.message)).toEqual([expect.stringContaining("not what its id says")])
  expect((await copy(repository, { source, movers: 0 })).failed).toEqual([])
  expect(Buffer.compare(await restored(repository), disk)).toBe(0)
})

test("no slot is asked for that is sealed with what movers cannot open", async () => {
  const disk = textBlocks(SLOT_BLOCKS, 1)
  const source = sourceOf(await primaryOf(disk))
  const other: Source = {
    ...source,
    async open(point, options) {
      const opened = await source.open(point, options)
      const read = () => Promise.reject(new Error("asked for"))
      return { ...opened, disks: opened.disks.map((one) => ({ ...one, sealed: { suite: 1, read } })) }
    },
  }
  const { repository } = await begin("target")
  expect((await copy(repository, { source: other })).failed).toEqual([])
  expect(Buffer.compare(await restored(repository), disk)).toBe(0)
})
