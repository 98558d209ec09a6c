import { randomId } from "@bcopy/chain-format"
import { aroundRequests, type RepoStore } from "@bcopy/repo"
import { expect, test } from "vitest"
import { appendLogEntry } from "./append-log-entry.ts"
import { backUp } from "./back-up.ts"
import { placeOf } from "./bring-point.ts"
import { pinPoint } from "./change-points.ts"
import { ensureBackup } from "./ensure-backup.ts"
import { findWorkload } from "./find-workloads.ts"
import { disksNow } from "./testing/memory-source.ts"
import { changed, noise } from "./testing/noise.ts"
import { makeWorld } from "./testing/world.ts"
import { emptyLog } from "@bcopy/chain-format"

const task = { job: "nightly", workload: "web01", level: 0 }

/** A store, and what it was asked for beside packs and beats. */
function noting(store: RepoStore): { readonly store: RepoStore; readonly asked: string[] } {
  const asked: string[] = []
  const noted = aroundRequests(store, ({ method, key }, run) => {
    const isBeat = key.includes("/sessions/") && method !== "list"
    if (!key.includes("/packs/") && !isBeat) asked.push(`${method} ${key}`)
    return run()
  })
  return { store: noted, asked }
}

test("an increment takes at most 12 requests beside packs, map pages and beats, and one more than that to open the repository, however long the chain", async () => {
  const world = makeWorld()
  await world.create()
  let bytes = noise(200_000, 1)
  const counts = new Set<number>()
  for (let step = 0; step < 140; step++) {
    bytes = changed(bytes, [{ at: (step * 7919) % 190_000, count: 10 }], step)
    const { store, asked } = noting(world.store)
    const { kind } = await backUp(await world.open(store), { source: disksNow({ sda: bytes }), ...task })
    if (kind === "increment" && step > 70) counts.add(asked.length)
    // Telling this place from a copy of it is asked of the machine on a folder, and needs no request on a bucket.
    if (step > 70) expect(asked.filter((request) => !request.startsWith("instance")).length).toBeLessThanOrEqual(12)
  }
  expect(Math.max(...counts)).toBeLessThanOrEqual(13)
})

test("among 10 000 workloads of a job one is found in at most three requests", async () => {
  const world = makeWorld()
  await world.create()
  const repository = await world.open()
  await ensureBackup(repository, "nightly")
  const body = { kind: "opened" } as const
  for (let number = 0; number < 10_000; number++) {
    const name = `machine ${number}`
    const place = placeOf(repository, "nightly", name)
    const state = emptyLog({ id: place.workload, name })
    const session = randomId<"session">(repository.seams.random(16))
    await appendLogEntry(repository, { place, state, readAtMs: 0, session, decide: () => body })
  }
  await backUp(repository, { source: disksNow({ sda: noise(1000, 1) }), ...task, workload: "machine 4711" })
  for (let step = 0; step < 65; step++)
    await pinPoint(repository, await findWorkload(repository, { job: "nightly", workload: "machine 4711" }), 2, "kept")
  const { store, asked } = noting(world.store)
  const later = await world.open(store)
  asked.length = 0
  const { state } = await findWorkload(later, { job: "nightly", workload: "machine 4711" })
  expect(state.points).toHaveLength(1)
  expect(asked.length).toBeLessThanOrEqual(3)
})
