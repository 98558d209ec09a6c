import { type LivePoint, layout, readLog } from "@bcopy/chain-format"
import type { SourcePoint } from "@bcopy/source"
import { StoreError } from "@bcopy/repo"
import { expect, test } from "vitest"
import { repositorySource, type RepositorySourceOptions } from "./repository-source.ts"
import { WrittenRepository } from "./testing/written-repository.ts"

const BLOCK_BYTES = 64 << 10
const block = new Uint8Array(BLOCK_BYTES).fill(7)
const disk = { name: "sda", sizeBytes: 10 * BLOCK_BYTES, blocks: new Map([[4, block]]) }

async function addPoint(repository: WrittenRepository, job: string, workload: string) {
  return repository.addPoint({ job, workload, disks: [disk] })
}

async function listed(repository: WrittenRepository, options: Omit<RepositorySourceOptions, "view"> = {}) {
  const points: SourcePoint[] = []
  const source = repositorySource({ view: repository.view, ...options })
  for await (const point of source.list()) points.push(point)
  return { source, points, names: points.map(({ job, workload, seq }) => `${job}/${workload}#${seq}`).toSorted() }
}

/** A repository of one point, listed and perhaps opened; then something happens to it. */
async function onePoint() {
  const repository = new WrittenRepository("local")
  const manifest = await addPoint(repository, "nightly", "web")
  const { source, points } = await listed(repository)
  const point = points[0] as SourcePoint
  const read = async () => {
    const open = await source.open(point, { blockBytes: BLOCK_BYTES })
    await open.disks[0]?.read(4, 1, new Uint8Array(BLOCK_BYTES))
  }
  const place = repository.placeOf("nightly", "web")
  const remove = async () => {
    const live = (await readLog(repository.view, place))?.points[0] as LivePoint
    await repository.append("nightly", "web", {
      kind: "removal",
      points: [{ entry: live.entry, point: live.point }],
      undoMs: 0,
    })
  }
  const dropPack = (number: number) => repository.objects.delete(layout.pack(place.backup, manifest.session, number))
  return { repository, manifest, source, point, read, remove, dropPack, place }
}

test("without filters every point of every job is listed, each workload's in order", async () => {
  const repository = new WrittenRepository()
  for (const [job, workload] of [
    ["nightly", "web"],
    ["nightly", "db"],
    ["weekly", "web"],
    ["nightly", "web"],
  ] as const)
    await addPoint(repository, job, workload)
  const { points, names } = await listed(repository)
  expect(names).toEqual(["nightly/db#1", "nightly/web#1", "nightly/web#2", "weekly/web#1"])
  const web = points.filter(({ job, workload }) => job === "nightly" && workload === "web")
  expect(web.map(({ seq }) => seq)).toEqual([1, 2])
})

test("a point says where it comes from, so that a copy of it can say so too", async () => {
  const { manifest, point, repository } = await onePoint()
  expect(point).toMatchObject({
    id: manifest.point,
    job: "nightly",
    workload: "web",
    platform: "generic",
    createdAtMs: 1000,
    seq: 1,
    complete: true,
    damaged: false,
    blockBytes: BLOCK_BYTES,
    origin: manifest.origin,
    copiedFrom: { repository: repository.view.repository, point: manifest.point },
    hops: 0,
  })
})

test("a point marked damaged is listed as damaged, a removed one is not listed", async () => {
  const { repository, manifest, remove } = await onePoint()
  const points = [{ entry: 2, point: manifest.point }]
  await repository.append("nightly", "web", { kind: "damaged", points, reason: "a flipped bit" })
  expect((await listed(repository)).points.map(({ damaged }) => damaged)).toEqual([true])
  await addPoint(repository, "nightly", "web")
  await remove()
  expect((await listed(repository)).names).toEqual(["nightly/web#2"])
})

test("a workload among many is found by computing its id, not by listing them", async () => {
  const repository = new WrittenRepository()
  for (let number = 0; number < 50; number++)
    await repository.append("nightly", `workload ${number}`, { kind: "opened" })
  await addPoint(repository, "nightly", "web")
  repository.requests.length = 0
  const { names } = await listed(repository, { job: "nightly", workloads: ["web", "web"] })
  expect(names).toEqual(["nightly/web#1"])
  // A listing and a read each for the job's settings and the workload's log.
  expect(repository.requests.map((request) => request.split(" ")[0])).toEqual(["list", "read", "list", "read"])
})

test("a job is found without listing the others", async () => {
  const repository = new WrittenRepository()
  for (let number = 0; number < 20; number++) await addPoint(repository, `job ${number}`, "web")
  repository.requests.length = 0
  expect((await listed(repository, { job: "job 7" })).names).toEqual(["job 7/web#1"])
  expect(repository.requests).toHaveLength(5)
})

test("a workload named without a job is found in every job that has one of that name", async () => {
  const repository = new WrittenRepository()
  for (const [job, workload] of [
    ["nightly", "web"],
    ["nightly", "db"],
    ["weekly", "web"],
  ] as const)
    await addPoint(repository, job, workload)
  expect((await listed(repository, { workloads: ["web"] })).names).toEqual(["nightly/web#1", "weekly/web#1"])
})

test("a renamed job is found by its first name and listed under its present one", async () => {
  const repository = new WrittenRepository()
  await addPoint(repository, "nightly", "web")
  repository.openJob("nightly", "each night")
  expect((await listed(repository, { job: "nightly" })).names).toEqual(["each night/web#1"])
})

test.each<[string, Omit<RepositorySourceOptions, "view">, RegExp]>([
  ["a job", { job: "weekly" }, /local has no job weekly/],
  ["a workload of a job", { job: "nightly", workloads: ["web", "db"] }, /job nightly in local has no workload db$/],
  ["a workload", { workloads: ["db", "mail", "web"] }, /local has no workload db, mail$/],
])("%s that is not there is NotFound, not an empty list", async (_, options, message) => {
  const { repository } = await onePoint()
  await expect(listed(repository, options)).rejects.toMatchObject({
    code: "NotFound",
    message: expect.stringMatching(message),
  })
})

test("a point removed between listing and opening is PointRemoved", async () => {
  const { read, remove } = await onePoint()
  await remove()
  await expect(read()).rejects.toMatchObject({ code: "PointRemoved" })
})

test("a point that was removed while it was open is read on, as long as its packs are there", async () => {
  const { source, point, remove } = await onePoint()
  const open = await source.open(point, { blockBytes: BLOCK_BYTES })
  await remove()
  const bytes = new Uint8Array(BLOCK_BYTES)
  await open.disks[0]?.read(4, 1, bytes)
  expect(bytes).toEqual(block)
  expect(await open.finish()).toBe("crash")
})

test.each([
  ["data", 1],
  ["map", 2],
])("a %s pack missing under a living point is Damaged, under a removed one PointRemoved", async (_, number) => {
  const { source, point, read, remove, dropPack } = await onePoint()
  const open = await source.open(point, { blockBytes: BLOCK_BYTES })
  dropPack(number)
  await expect(read()).rejects.toMatchObject({ code: "Damaged", message: expect.stringMatching(/^local: .*missing/) })
  await remove()
  const into = new Uint8Array(BLOCK_BYTES)
  await expect(open.disks[0]?.read(4, 1, into)).rejects.toMatchObject({ code: "PointRemoved" })
})

test("a pack that lost bytes is Damaged, and no wrong byte is given out", async () => {
  const { repository, manifest, place, read } = await onePoint()
  const key = layout.pack(place.backup, manifest.session, 1)
  const bytes = (repository.objects.get(key) as Uint8Array).slice()
  bytes[60] = (bytes[60] as number) ^ 1
  repository.objects.set(key, bytes)
  await expect(read()).rejects.toMatchObject({ code: "Damaged" })
})

test("a store that does not answer makes a read Unreadable, which says nothing of damage", async () => {
  const { repository, source, point } = await onePoint()
  const open = await source.open(point, { blockBytes: BLOCK_BYTES })
  repository.onRequest = () => {
    throw new StoreError("Unavailable", "no answer")
  }
  const into = new Uint8Array(BLOCK_BYTES)
  await expect(open.disks[0]?.read(4, 1, into)).rejects.toMatchObject({ code: "Unreadable", message: "no answer" })
  await expect(source.open(point, { blockBytes: BLOCK_BYTES })).rejects.toMatchObject({ code: "Unreadable" })
  await expect(listed(repository)).rejects.toMatchObject({ code: "Unreadable" })
})

test("whether a missing pack is damage is Unreadable while the log cannot be asked", async () => {
  const { repository, source, point, dropPack } = await onePoint()
  const open = await source.open(point, { blockBytes: BLOCK_BYTES })
  dropPack(1)
  repository.onRequest = (request) => {
    if (request.startsWith("list")) throw new StoreError("Unavailable", "no answer")
  }
  const into = new Uint8Array(BLOCK_BYTES)
  await expect(open.disks[0]?.read(4, 1, into)).rejects.toMatchObject({ code: "Unreadable" })
})

test("another block size than the point's is refused, with both sizes", async () => {
  const { source, point } = await onePoint()
  await expect(source.open(point, { blockBytes: 32 << 10 })).rejects.toMatchObject({
    code: "Refused",
    message: expect.stringMatching(/65536 bytes, asked for 32768/),
  })
})

test("reading neighbouring blocks of one slot costs one request", async () => {
  const repository = new WrittenRepository()
  const blocks = new Map(Array.from({ length: 8 }, (_, at) => [at, new Uint8Array(BLOCK_BYTES).fill(at + 1)]))
  await repository.addPoint({
    job: "nightly",
    workload: "web",
    disks: [{ name: "sda", sizeBytes: 8 * BLOCK_BYTES, blocks }],
  })
  const { source, points } = await listed(repository)
  const open = await source.open(points[0] as SourcePoint, { blockBytes: BLOCK_BYTES })
  repository.requests.length = 0
  await open.disks[0]?.read(0, 4, new Uint8Array(4 * BLOCK_BYTES))
  await open.disks[0]?.read(4, 4, new Uint8Array(4 * BLOCK_BYTES))
  // The leaf, the pack table's page, the slot.
  expect(repository.requests).toHaveLength(3)
})
