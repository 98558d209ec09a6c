import { appendFile, cp, mkdtemp, open, rm, truncate, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { aroundRequests, StoreError } from "@bcopy/repo"
import { folderStore, prepareFolder } from "@bcopy/repo-fs"
import { diskImageSource } from "@bcopy/source-disk-image"
import { repositorySource } from "@bcopy/source-repository"
import { afterEach, beforeEach, expect, test } from "vitest"
import { adoptRepository } from "./adopt-repository.ts"
import { backUp } from "./back-up.ts"
import { copy } from "./copy.ts"
import { createRepository } from "./create-repository.ts"
import { openRepository } from "./repository.ts"
import { restore } from "./restore.ts"
import { logOf } from "./testing/log-of.ts"
import { disksNow } from "./testing/memory-source.ts"
import { noise } from "./testing/noise.ts"
import { differing, restoreBytes } from "./testing/restore-bytes.ts"
import { storedBlocks } from "./testing/stored-blocks.ts"
import { makeWorld } from "./testing/world.ts"
import { verify } from "./verify.ts"

const MIB = 1 << 20
const BLOCK = 64 << 10
const task = { job: "nightly", workload: "web01", level: 0 }
const disk = noise(12 * MIB, 1)

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "bcopy-engine-"))
})
afterEach(() => rm(folder, { recursive: true }))

test("an interrupt at any request ends as Interrupted, and the next run goes on from where it was", async () => {
  const world = makeWorld()
  await world.create()
  const start = world.store.snapshot()
  let requests = 0
  await backUp(await world.open(aroundRequests(world.store, (_, run) => (requests++, run()))), {
    source: disksNow({ sda: disk }),
    ...task,
  })
  for (let at = 1; at < requests - 2; at += 2) {
    // Threads are there now and then: each takes its time to come up.
    const movers = at % 8 === 1 ? 2 : 0
    world.store.restore(start)
    const stop = new AbortController()
    let made = 0
    const stopping = aroundRequests(world.store, (_, run) => {
      if (++made === at) stop.abort(new Error("Ctrl-C"))
      return run()
    })
    const repository = await world.open(stopping)
    let done = 0
    const source = disksNow(
      { sda: disk },
      { identity: "a", onRead: (_, from, count) => void (done = (from + count) * BLOCK) },
    )
    const outcome = await backUp(repository, { source, ...task, movers, signal: stop.signal }).catch(
      (error: unknown) => error,
    )
    const { point, code } = outcome as { point?: string; code?: string }
    expect({ at, ended: point === undefined ? code : "committed" }).toEqual({
      at,
      ended: point === undefined ? "Interrupted" : "committed",
    })
    const checkpoints = world.events.filter(({ type }) => type === "checkpoint")
    world.events.length = 0
    const read: number[] = []
    const again = disksNow({ sda: disk }, { identity: "a", onRead: (_, first) => void read.push(first) })
    await backUp(await world.open(), { source: again, ...task, movers: 0 })
    const adopted = world.events.find((event) => event.type === "adopted")
    // What had been read when it was interrupted is not read again.
    if (checkpoints.length > 0 && adopted !== undefined) {
      expect(adopted.cursorBytes).toBe(done)
      expect(Math.min(...read, Infinity)).toBeGreaterThanOrEqual(adopted.cursorBytes / BLOCK)
    }
    const later = await world.open()
    expect(await verify(later, { all: true, readData: "hash", dryRun: true, movers: 0 })).toMatchObject({
      damaged: [],
      unknown: [],
    })
    expect([...(await storedBlocks(later, world.store, BLOCK))].filter(([, times]) => times > 1)).toEqual([])
    world.events.length = 0
  }
})

test("a signal that has fired already stops a backup, a copy, a verify and a restore with Interrupted", async () => {
  const world = makeWorld()
  await world.create()
  const repository = await world.open()
  await backUp(repository, { source: disksNow({ sda: noise(1000, 1) }), ...task })
  const signal = AbortSignal.abort()
  const source = repositorySource({ view: repository.view })
  const interrupted = { code: "Interrupted" }
  await expect(backUp(repository, { source: disksNow({ sda: disk }), ...task, signal })).rejects.toMatchObject(
    interrupted,
  )
  await expect(copy(repository, { source, signal })).rejects.toMatchObject(interrupted)
  const output = join(folder, "never.raw")
  await expect(restore(repository, { workload: "web01", output, signal })).rejects.toMatchObject(interrupted)
  await expect(open(output)).rejects.toMatchObject({ code: "ENOENT" })
  await expect(verify(repository, { signal })).rejects.toMatchObject(interrupted)
})

for (const code of ["NoSpace", "Denied", "ReadOnly"] as const)
  test(`a store that answers ${code} says so, loses nothing, and the next run goes on`, async () => {
    const world = makeWorld()
    await world.create()
    await backUp(await world.open(), { source: disksNow({ sda: noise(1000, 1) }), ...task })
    let creates = 0
    const failing = aroundRequests(world.store, (request, run) => {
      if (request.method === "create" && ++creates > 5) throw new StoreError(code, `refused: ${code}`)
      return run()
    })
    const failed = backUp(await world.open(failing), { source: disksNow({ sda: disk }), ...task, takeOver: true })
    await expect(failed).rejects.toMatchObject({ code, message: `refused: ${code}` })
    const { counts } = await backUp(await world.open(), { source: disksNow({ sda: disk }), ...task, takeOver: true })
    expect(counts.deduplicatedBytes).toBeGreaterThanOrEqual(2 * MIB)
    expect(await verify(await world.open(), { all: true, readData: "hash" })).toMatchObject({
      points: 2,
      damaged: [],
      unknown: [],
    })
  })

test("an image that shrinks, grows or changes while it is read is told, nothing is committed, and changes may be allowed", async () => {
  const changes: Readonly<Record<string, (path: string) => Promise<void>>> = {
    shrinks: (path) => truncate(path, MIB),
    grows: (path) => appendFile(path, "more"),
    changes: async (path) => {
      const file = await open(path, "r+")
      await file.write(Uint8Array.of(1, 2, 3), 0, 3, 5 * MIB)
      await file.sync()
      await file.close()
    },
  }
  for (const [name, change] of Object.entries(changes)) {
    let world = makeWorld()
    await world.create()
    const path = join(folder, `${name}.raw`)
    await writeFile(path, disk)
    let done = false
    const changing = () =>
      aroundRequests(world.store, async (request, run) => {
        if (!done && request.method === "create" && request.key.includes("/packs/")) {
          done = true
          await change(path)
        }
        return run()
      })
    const source = (allowChanging: boolean) =>
      diskImageSource({
        workload: "web01",
        platform: "generic",
        disks: [{ name: "sda", path }],
        clock: world.clock,
        allowChanging,
      })
    const failed = backUp(await world.open(changing()), { source: source(false), ...task })
    await expect(failed).rejects.toMatchObject({ code: "Changed", message: expect.stringContaining(path) })
    expect((await logOf(await world.open())).state.points).toEqual([])
    done = false
    world = makeWorld()
    await world.create()
    await writeFile(path, disk)
    const { point } = await backUp(await world.open(changing()), { source: source(true), ...task })
    expect(point).toBeDefined()
    const { bodies } = await logOf(await world.open())
    expect(bodies.at(-1)).toMatchObject({ kind: "point", manifest: { consistency: "fuzzy" } })
    expect(await verify(await world.open(), { readData: "hash" })).toMatchObject({ damaged: [], unknown: [] })
  }
})

test("a repository in a folder that was copied with cp -a is read-only until it is adopted", async () => {
  const world = makeWorld()
  const place = join(folder, "repository")
  await prepareFolder(place)
  const repository = await createRepository(folderStore({ path: place }), world.seams(), { encryption: "none" })
  await backUp(repository, { source: disksNow({ sda: disk, sdb: noise(99, 2) }), ...task })
  const copied = join(folder, "copied")
  await cp(place, copied, { recursive: true, preserveTimestamps: true })
  const there = () => openRepository(folderStore({ path: copied }), world.seams())
  await expect(backUp(await there(), { source: disksNow({ sda: disk }), ...task })).rejects.toMatchObject({
    code: "NotWritable",
  })
  expect(differing(await restoreBytes(await there()), { sda: disk, sdb: noise(99, 2) })).toEqual([])
  expect(await adoptRepository(await there())).toMatchObject({ adopted: true, points: 1 })
  expect((await backUp(await there(), { source: disksNow({ sda: disk }), ...task })).kind).toBe("increment")
  expect((await openRepository(folderStore({ path: place }), world.seams())).notWritable).toBeUndefined()
})

test("disks whose names would be one file in a folder are not written over each other", async () => {
  const world = makeWorld()
  await world.create()
  const repository = await world.open()
  const disks = { sda: noise(1000, 1), "sda.raw": noise(2000, 2), "a/b": noise(10, 3) }
  await backUp(repository, { source: disksNow(disks), ...task })
  expect(differing(await restoreBytes(repository), disks)).toEqual([])
})
