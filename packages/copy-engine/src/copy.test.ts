import { hash } from "node:crypto"
import { repositorySource } from "@bcopy/source-repository"
import { aroundRequests, StoreError } from "@bcopy/repo"
import { SourceError } from "@bcopy/source"
import { syntheticSource } from "@bcopy/source/testing"
import { expect, test } from "vitest"
import { backUp } from "./back-up.ts"
import { bringPoint } from "./bring-point.ts"
import { withMovers } from "./data-movers.ts"
import { ensureBackup } from "./ensure-backup.ts"
import { memoryPlan } from "./memory-budget.ts"
import { pinPoint, removePoints, restoreRemoved, unpinPoint } from "./change-points.ts"
import { copy } from "./copy.ts"
import { findWorkload } from "./find-workloads.ts"
import { listPoints } from "./list-points.ts"
import type { Repository } from "./repository.ts"
import { contentRoot } from "./testing/content-root.ts"
import { logOf } from "./testing/log-of.ts"
import { disksNow, memorySource } from "./testing/memory-source.ts"
import { changed, noise } from "./testing/noise.ts"
import { differing, restoreBytes } from "./testing/restore-bytes.ts"
import { makeWorld, type World } from "./testing/world.ts"
import { verify } from "./verify.ts"

const KIB = 1 << 10
const MIB = 1 << 20
const generations = [noise(3 * MIB + 9, 1)]
for (let step = 1; step < 4; step++) {
  const last = generations.at(-1) as Uint8Array
  generations.push(changed(last, [{ at: step * 500_000, count: 100 }], step))
}
const newest = generations.at(-1) as Uint8Array

/** A repository with four points of one workload. */
async function primary(platform = "generic"): Promise<{ world: World; repository: Repository; ids: string[] }> {
  const world = makeWorld({ id: "primary" })
  await world.create()
  const repository = await world.open()
  const ids: string[] = []
  for (const bytes of generations) {
    const { point } = await backUp(repository, {
      source: disksNow({ sda: bytes }, { platform }),
      job: "nightly",
      workload: "web01",
    })
    ids.push(point as string)
  }
  return { world, repository, ids }
}

async function target(
  id: string,
  options: { blockBytes?: number } = {},
): Promise<{ world: World; repository: Repository }> {
  const world = makeWorld({ id })
  await world.create(options)
  return { world, repository: await world.open() }
}

async function rootsOf(repository: Repository): Promise<(string | undefined)[]> {
  const roots = []
  for await (const { manifest } of listPoints(repository)) roots.push(manifest?.disks[0]?.contentRoot)
  return roots
}

const viewOf = ({ view }: Repository) => repositorySource({ view })

test("the newest point is copied first, the others when all are asked for, each equal to its source", async () => {
  const { repository, ids } = await primary()
  const { repository: offsite } = await target("offsite")
  const first = await copy(offsite, { source: viewOf(repository) })
  expect(first.copied.map(({ from, kind, workload, job }) => [from, kind, workload, job])).toEqual([
    [ids[3], "full", "web01", "nightly"],
  ])
  expect(first.skipped.map(({ point }) => point)).toEqual(ids.slice(0, 3))
  expect(first.copied[0]?.contentRoots).toEqual({ sda: contentRoot(newest, 64 * KIB) })
  const rest = await copy(offsite, { source: viewOf(repository), select: "all" })
  expect(rest.copied.map(({ from, kind }) => [from, kind])).toEqual(ids.slice(0, 3).map((id) => [id, "increment"]))
  expect(rest.skipped).toMatchObject([{ point: ids[3], reason: "already copied" }])
  expect(await rootsOf(offsite)).toEqual(await rootsOf(repository))
  expect(differing(await restoreBytes(offsite), { sda: newest })).toEqual([])
  expect(await verify(offsite, { all: true, readData: "hash" })).toMatchObject({ points: 4, damaged: [], unknown: [] })
})

test("a copy of increments reads and stores what changed, and a run with nothing new stores nothing", async () => {
  const { repository } = await primary()
  const { repository: offsite, world } = await target("offsite")
  const { copied } = await copy(offsite, { source: viewOf(repository), select: "all" })
  expect(copied.map(({ counts }) => counts.newBytes)).toEqual([generations[0]?.length, 64 * KIB, 64 * KIB, 64 * KIB])
  expect(copied.slice(1).every(({ counts }) => counts.readBytes === 64 * KIB)).toBe(true)
  const keys = world.store.keys()
  const again = await copy(offsite, { source: viewOf(repository), select: "all" })
  expect([again.copied, again.failed]).toEqual([[], []])
  expect(again.skipped.map(({ reason }) => reason)).toEqual(Array(4).fill("already copied"))
  expect(world.store.keys()).toEqual(keys)
})

test("a copy of a copy is the same point, and none is copied back or twice", async () => {
  const { repository: a } = await primary("vsphere")
  const { repository: b } = await target("b")
  const { repository: c } = await target("c")
  await copy(b, { source: viewOf(a), select: "all" })
  const third = await copy(c, { source: viewOf(b), select: "all" })
  expect([third.copied.length, third.failed]).toEqual([4, []])
  expect(await rootsOf(c)).toEqual(await rootsOf(a))
  const [fromA, fromB, fromC] = await Promise.all([a, b, c].map(async (one) => (await logOf(one)).state.points))
  expect(fromC?.map(({ origin }) => origin)).toEqual(fromA?.map(({ origin }) => origin))
  expect([fromA?.[0]?.hops, fromB?.[0]?.hops, fromC?.[0]?.hops]).toEqual([0, 1, 2])
  for (const [to, from] of [
    [a, b],
    [a, c],
    [c, a],
    [b, c],
  ] as const) {
    const { copied, failed, skipped } = await copy(to, { source: viewOf(from), select: "all" })
    expect([copied, failed]).toEqual([[], []])
    expect(skipped).toHaveLength(4)
  }
  const self = await copy(a, { source: viewOf(a), select: "all", as: "elsewhere" })
  expect(self.copied).toEqual([])
  expect(self.skipped.map(({ reason }) => reason)).toEqual(Array(4).fill("lies in the target repository itself"))
})

for (const platform of ["vsphere", "hyper-v", "generic", "agent-linux", "proxmox", "ec2"])
  test(`a workload of platform ${platform} may be copied once, and once more only where the rules allow`, async () => {
    const { repository: a } = await primary(platform)
    const { repository: b } = await target("b")
    const { repository: c, world } = await target("c")
    const once = await copy(b, { source: viewOf(a) })
    expect({ failed: once.failed, copied: once.copied.length }).toEqual({ failed: [], copied: 1 })
    const keys = world.store.keys()
    const twice = await copy(c, { source: viewOf(b) })
    if (["vsphere", "hyper-v", "generic"].includes(platform))
      expect([twice.failed, twice.copied.length]).toEqual([[], 1])
    else {
      expect(twice.copied).toEqual([])
      expect(twice.failed).toMatchObject([
        { workload: "web01", error: { code: "Refused", message: expect.stringContaining(platform) } },
      ])
      expect(world.store.keys()).toEqual(keys)
    }
  })

test("objects that are no machine images are backed up, and never copied", async () => {
  const { repository: a } = await primary("rds")
  const { repository: b } = await target("b")
  const { copied, failed } = await copy(b, { source: viewOf(a) })
  expect(copied).toEqual([])
  expect(failed).toMatchObject([{ error: { code: "Refused" } }])
})

test("points that are incomplete, damaged or removed from the target are skipped with their reasons", async () => {
  const { repository, ids, world } = await primary()
  const { repository: offsite } = await target("offsite")
  await copy(offsite, { source: viewOf(repository), select: "all" })
  const found = await findWorkload(offsite, { workload: "web01" })
  await removePoints(offsite, found, [found.state.points[1]?.entry as number], { undoMs: 1000 })
  const second = await copy(offsite, { source: viewOf(repository), select: "all" })
  expect(second.skipped.find(({ point }) => point === ids[1])?.reason).toBe("was removed from the target")
  // Of the newest point all that its own session stored goes.
  const { bodies } = await logOf(repository)
  const last = bodies.findLast((body) => body.kind === "point")
  const session = last?.kind === "point" ? last.manifest.session : ""
  for (const key of world.store.keys().filter((each) => each.includes(`/packs/${session}/`))) world.store.hide(key)
  await verify(repository, { all: true })
  const { repository: third } = await target("third")
  const report = await copy(third, { source: viewOf(repository) })
  expect(report.copied.map(({ from }) => from)).toEqual([ids[2]])
  expect(report.skipped.find(({ point }) => point === ids[3])?.reason).toBe("damaged")
  const partial = memorySource({ points: [{ id: "x", complete: false, disks: [] }] })
  expect((await copy(third, { source: partial })).skipped).toMatchObject([{ point: "x", reason: "incomplete" }])
})

test("points that are damaged in the target are copied again, and nobody is told that they are there", async () => {
  const { repository, ids } = await primary()
  const { repository: offsite, world } = await target("offsite")
  await copy(offsite, { source: viewOf(repository), select: "all" })
  const { bodies } = await logOf(offsite)
  const [first] = bodies.flatMap((body) => (body.kind === "point" ? [body.manifest.session] : []))
  const isData = (key: string) => key.includes(`/packs/${first}/`) && key.endsWith("1")
  for (const key of world.store.keys().filter(isData)) world.store.hide(key)
  expect((await verify(offsite, { all: true })).damaged).toHaveLength(4)
  const latest = await copy(offsite, { source: viewOf(repository) })
  expect(latest.copied.map(({ from, kind }) => [from, kind])).toEqual([[ids[3], "full"]])
  expect(differing(await restoreBytes(offsite), { sda: newest })).toEqual([])
  // Removed by hand, as somebody would who makes room for better ones.
  const found = await findWorkload(offsite, { workload: "web01" })
  await removePoints(offsite, found, [found.state.points[1]?.entry as number], { undoMs: 1000 })
  const rest = await copy(offsite, { source: viewOf(repository), select: "all" })
  expect(rest.copied.map(({ from, kind }) => [from, kind])).toEqual(ids.slice(0, 3).map((id) => [id, "increment"]))
  const again = await copy(offsite, { source: viewOf(repository), select: "all" })
  expect(again.skipped.map(({ reason }) => reason)).toEqual(Array(4).fill("already copied"))
  const { points, damaged } = await verify(offsite, { all: true, readData: "hash" })
  expect([points, damaged.length]).toEqual([7, 3])
})

test("points of another block size are refused, with both sizes, and start a chain of their own under another name", async () => {
  const { repository } = await primary()
  const { repository: offsite, world } = await target("offsite")
  const small = makeWorld({ id: "small" })
  await small.create({ blockBytes: 32 * KIB })
  const other = await small.open()
  await backUp(other, { source: disksNow({ sda: newest }), job: "nightly", workload: "web01" })
  await copy(offsite, { source: viewOf(repository) })
  const before = world.store.keys()
  const { failed } = await copy(offsite, { source: viewOf(other) })
  expect(failed).toMatchObject([{ error: { code: "Refused", message: expect.stringMatching(/32768.*65536/) } }])
  expect(world.store.keys()).toEqual(before)
  const apart = await copy(offsite, { source: viewOf(other), as: "nightly small" })
  expect(apart.failed).toEqual([])
  expect(differing(await restoreBytes(offsite, { job: "nightly small" }), { sda: newest })).toEqual([])
})

test("a point that goes while it is listed or read ends its task cleanly, and the next one is copied", async () => {
  const { repository, ids } = await primary()
  const { repository: offsite } = await target("offsite")
  const source = viewOf(repository)
  let removed = false
  const hasty = {
    ...source,
    async open(...args: Parameters<typeof source.open>) {
      if (!removed) {
        removed = true
        const found = await findWorkload(repository, { workload: "web01" })
        await removePoints(repository, found, [found.state.points[0]?.entry as number], { undoMs: 1000 })
      }
      return source.open(...args)
    },
  }
  const { copied, skipped, failed } = await copy(offsite, { source: hasty, select: "all" })
  expect(failed).toEqual([])
  expect(skipped).toMatchObject([{ point: ids[0], reason: "was removed from the source meanwhile" }])
  expect(copied.map(({ from }) => from)).toEqual(ids.slice(1))
  const going = syntheticSource({
    disks: [{ name: "sda", sizeBytes: 20 * MIB, zeroShare: 0 }],
    workload: "w",
    job: "j",
    fail: { removedAfterReads: 2 },
  })
  const report = await copy(offsite, { source: going })
  expect(report.failed).toEqual([])
  expect(report.skipped).toMatchObject([{ workload: "w", reason: "was removed from the source meanwhile" }])
})

test("one workload's failure does not stop the others, on whichever side it is", async () => {
  const { repository } = await primary()
  for (const workload of ["web02", "web03", "web04"])
    await backUp(repository, { source: disksNow({ sda: newest }), job: "nightly", workload })
  const { repository: offsite, world } = await target("offsite")
  await copy(offsite, { source: viewOf(repository), select: "all" })
  for (const workload of ["web01", "web02", "web03", "web04"])
    await backUp(repository, { source: disksNow({ sda: generations[0] as Uint8Array }), job: "nightly", workload })
  // A log of the target that needs a newer version, and a disk of the source that cannot be read.
  const { place } = await logOf(offsite, "web02")
  const head = world.store.keys().find((key) => key.includes(`/log/${place.workload}/`))
  world.store.tamper(head as never, (bytes) => bytes.with(16, 1).fill(1, bytes.length - 16))
  const source = viewOf(repository)
  const failing = {
    ...source,
    async open(...args: Parameters<typeof source.open>) {
      if (args[0].workload === "web03") throw new SourceError("Unreadable", "the disk of web03 cannot be read")
      return source.open(...args)
    },
  }
  const { copied, failed } = await copy(await world.open(), { source: failing })
  expect(copied.map(({ workload }) => workload).toSorted()).toEqual(["web01", "web04"])
  const codes = Object.fromEntries(failed.map(({ workload, error }) => [workload, (error as { code?: string }).code]))
  expect(codes).toEqual({ web02: "NeedsNewer", web03: "Unreadable" })
})

test("pins and removals appended a hundred times during a copy do not stop it", async () => {
  const { repository } = await primary()
  const { repository: plain, world } = await target("offsite")
  await copy(plain, { source: viewOf(repository), select: "all" })
  await backUp(repository, { source: disksNow({ sda: noise(9 * MIB, 77) }), job: "nightly", workload: "web01" })
  let changes = 0
  let busy = false
  const meddled = aroundRequests(world.store, async (request, run) => {
    if (!busy && changes < 100) {
      busy = true
      const others = await world.open()
      for (let more = 0; more < 5; more++) {
        const found = await findWorkload(others, { workload: "web01" })
        const [oldest] = found.state.points
        const [removed] = found.state.removed
        if (changes % 4 === 0) await pinPoint(others, found, oldest?.entry as number, "meanwhile")
        else if (changes % 4 === 1) await unpinPoint(others, found, oldest?.entry as number)
        else if (changes % 4 === 2) await removePoints(others, found, [oldest?.entry as number], { undoMs: 1000 })
        else await restoreRemoved(others, found, removed?.point.entry as number)
        changes++
      }
      busy = false
    }
    return run()
  })
  const { copied, failed } = await copy(await world.open(meddled), { source: viewOf(repository) })
  expect([changes, failed, copied.length]).toEqual([100, [], 1])
  expect(differing(await restoreBytes(await world.open()), { sda: noise(9 * MIB, 77) })).toEqual([])
  expect((await logOf(plain)).state.points).toHaveLength(5)
})

test("of two who each remove one of the last two points, one is refused; an undo brings a point back", async () => {
  const { repository } = await primary()
  const stale = await findWorkload(repository, { workload: "web01" })
  const [one, two, three, four] = stale.state.points.map(({ entry }) => entry) as [number, number, number, number]
  await removePoints(repository, stale, [one, two], { undoMs: 5000 })
  const now = await findWorkload(repository, { workload: "web01" })
  const both = await Promise.allSettled(
    [three, four].map((entry) => removePoints(repository, now, [entry], { undoMs: 5000 })),
  )
  expect(both.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"])
  expect(both.find(({ status }) => status === "rejected")).toMatchObject({ reason: { code: "Refused" } })
  await restoreRemoved(repository, await findWorkload(repository, { workload: "web01" }), one)
  expect(
    differing(await restoreBytes(repository), {
      sda: both[0]?.status === "fulfilled" ? newest : (generations[2] as Uint8Array),
    }),
  ).toEqual([])
  const { state } = await findWorkload(repository, { workload: "web01" })
  expect(state.points.map(({ entry }) => entry)).toContain(one)
  const again = restoreRemoved(repository, await findWorkload(repository, { workload: "web01" }), one)
  await expect(again).rejects.toMatchObject({ code: "NotFound" })
})

test("a dedup table that is full never makes one block pass for another", async () => {
  const blockBytes = 32 * KIB
  const { world } = await target("full", { blockBytes })
  // Large packs: a checkpoint would seal what waits.
  const repository = await world.open(world.store, { packBytes: 64 * MIB })
  // More blocks than the least table takes. Then a block that still waits for its slot to be sealed when a stretch ends,
  // and that comes again behind the blocks that seal it; a block of zeros keeps slots and stretches out of step.
  const filler = 3200
  const bytes = noise((filler + 256) * blockBytes, 5)
  const repeated = noise(blockBytes, 6)
  bytes.fill(0, 3 * blockBytes, 4 * blockBytes)
  for (const at of [127, 128 + 10, 128 + 50, 128 + 127]) bytes.set(repeated, (filler + at) * blockBytes)
  const ids = Buffer.concat(
    Array.from({ length: bytes.length / blockBytes }, (_, at) => {
      const block = bytes.subarray(at * blockBytes, (at + 1) * blockBytes)
      return block.every((byte) => byte === 0) ? Buffer.alloc(32) : hash("sha256", block, "buffer")
    }),
  )
  const plain = disksNow({ sda: bytes })
  const knowing = {
    ...plain,
    async open(...args: Parameters<typeof plain.open>) {
      const opened = await plain.open(...args)
      const [disk] = opened.disks
      if (disk === undefined) throw new Error("no disk")
      const spans = async function* () {
        yield { kind: "data" as const, first: 0, count: ids.length / 32, ids }
      }
      return { ...opened, disks: [{ ...disk, spans }] }
    },
  }
  const points = []
  for await (const point of plain.list()) points.push(point)
  const task = {
    source: knowing,
    policy: undefined,
    point: points[0] as never,
    job: "j",
    workload: "web01",
    level: 0,
    takeOver: false,
  }
  const plan = { ...memoryPlan({ movers: 0 }, repository.packBytes), dedupBytes: 0 }
  await ensureBackup(repository, "j")
  await withMovers({ plan, packBytes: repository.packBytes }, (movers) =>
    bringPoint(repository, { ...task, dedupBytes: 0, movers }),
  )
  expect(await verify(repository, { readData: "hash" })).toMatchObject({ damaged: [], unknown: [] })
})

test("a store that fails under a copy says so for that workload, and the next run goes on", async () => {
  const { repository } = await primary()
  const { repository: offsite, world } = await target("offsite")
  for (const code of ["NoSpace", "Denied", "ReadOnly", "Unavailable"] as const) {
    const failing = aroundRequests(world.store, (request, run) => {
      if (request.method === "create" && request.key.includes("/packs/")) throw new StoreError(code, `refused: ${code}`)
      return run()
    })
    const { failed, copied } = await copy(await world.open(failing), { source: viewOf(repository) })
    expect(copied).toEqual([])
    expect(failed).toMatchObject([{ workload: "web01", error: { code, message: expect.stringContaining(code) } }])
  }
  expect((await copy(offsite, { source: viewOf(repository) })).copied).toHaveLength(1)
})
