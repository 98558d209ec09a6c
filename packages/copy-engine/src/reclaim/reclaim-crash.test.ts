import type { MemoryStoreOptions } from "@bcopy/repo"
import { faultyStore, type StoreFault } from "@bcopy/repo/testing"
import { expect, test } from "vitest"
import { backUp } from "../back-up.ts"
import { removePoints } from "../change-points.ts"
import { findWorkload } from "../find-workloads.ts"
import { everyCase } from "../testing/every-case.ts"
import { asHost, deadProcess } from "../testing/hosts.ts"
import { disksNow } from "../testing/memory-source.ts"
import { changed, noise } from "../testing/noise.ts"
import { makeWorld, type World } from "../testing/world.ts"
import { verify } from "../verify.ts"
import { explainSpace } from "./explain-space.ts"
import { reclaim } from "./reclaim.ts"

const MIB = 1 << 20
const task = { job: "nightly", level: 0, movers: 0 } as const
const sparsely = { maxUnused: 0.05 }

/** Two workloads with points to purge, packs to empty, and what a session left that was shut out. */
async function prepare(world: World): Promise<void> {
  await world.create()
  for (const workload of ["web01", "db"]) {
    let disk = noise(2 * MIB, workload.length)
    for (let at = 0; at < 6; at++) {
      if (at > 0)
        disk = changed(
          disk,
          [1, 2].map((part) => ({ at: ((at * part) % 8) * 4 * 65_536, count: 65_536 })),
          at,
        )
      const stop = new AbortController()
      const onRead = at === 3 ? () => stop.abort() : undefined
      const source = disksNow({ sda: disk }, { workload, ...(onRead && { onRead }) })
      const work = async () => backUp(await world.open(), { source, ...task, workload, signal: stop.signal })
      if (at === 3) await asHost(deadProcess(7), async () => expect(work()).rejects.toThrow())
      else await work()
      await world.clock.advance(60_000)
    }
    const repository = await world.open()
    const found = await findWorkload(repository, { workload })
    const entries = found.state.points.slice(0, 3).map(({ entry }) => entry)
    await removePoints(repository, found, entries, { undoMs: 0 })
  }
  await world.clock.advance(5000)
}

/** What is wrong once a run of reclaim died, and another has come to its end. */
async function problemsAfter(world: World, faults: readonly StoreFault[]): Promise<readonly string[]> {
  const problems: string[] = []
  const check = async (when: string) => {
    const { damaged, unknown } = await verify(await world.open(), {
      all: true,
      readData: "hash",
      dryRun: true,
      movers: 0,
    })
    for (const { message } of [...damaged, ...unknown]) problems.push(`${when}: ${message}`)
    for (const workload of ["web01", "db"])
      if ((await findWorkload(await world.open(), { workload })).state.points.length < 2)
        problems.push(`${when}: ${workload} has lost points`)
  }
  const dying = faultyStore(world.store, { faults })
  await openHastily(world, dying)
    .then((repository) => reclaim(repository, sparsely))
    .catch(() => undefined)
  await dying.land()
  await check("after the crash")
  // Signs of life of the dead one are honoured for an hour.
  await world.clock.advance(2 * 3_600_000)
  const source = disksNow({ sda: noise(MIB, 99) }, { workload: "web01" })
  await backUp(await world.open(), { source, ...task, workload: "web01" })
  await world.clock.advance(5000)
  const { failed, backups } = await reclaim(await openHastily(world, world.store), sparsely)
  for (const { error } of failed) problems.push(`the next run failed: ${error.message}`)
  for (const { left } of backups) if (left.length > 0) problems.push(`packs are left: ${JSON.stringify(left)}`)
  await check("after the next run")
  const [space] = await explainSpace(await world.open())
  if (space === undefined || space.free.packs > 0 || space.session.packs > 0 || space.undo.packs > 0)
    problems.push(`something is left: ${JSON.stringify(space)}`)
  for (const key of world.store.keys())
    if (key.includes("/sessions/") || (key.includes("/condemned/") && !key.endsWith(".closed")))
      problems.push(`left: ${key}`)
  return problems
}

/** What a run waits for at its end passes at once: nobody else is there. */
async function openHastily(world: World, store: Parameters<World["open"]>[0]) {
  const repository = await world.open(store)
  return {
    ...repository,
    seams: { ...repository.seams, clock: { ...repository.seams.clock, sleep: async () => undefined } },
  }
}

const faults: Readonly<Record<string, (at: number) => readonly StoreFault[]>> = {
  "the process dies before": (at) => [{ kind: "stop-before", at }],
  "the process dies after": (at) => [{ kind: "stop-after", at }],
  "the answer is lost of": (at) => [{ kind: "fail-after", at }],
  "the bytes arrive late of": (at) => [{ kind: "land-late", at, landsAfter: 5 }],
}
const stores: Readonly<Record<string, Omit<MemoryStoreOptions, "clock">>> = {
  "a plain store": {},
  "a versioned store whose creates all win": { versioning: "on", createIfAbsent: "hint" },
}
/** Every so many requests are tried, each time others. */
const STEP = everyCase ? 3 : 29

for (const [storeName, options] of Object.entries(stores))
  for (const [index, [what, faultsAt]] of Object.entries(faults).entries())
    test(`reclaim on ${storeName}: whenever ${what} request k, every point stays whole and the next run ends it`, async () => {
      const world = makeWorld(options)
      await prepare(world)
      const start = world.store.snapshot()
      const counting = faultyStore(world.store, { faults: [] })
      const { backups } = await reclaim(await openHastily(world, counting), sparsely)
      expect(backups[0]).toMatchObject({ purged: 6 })
      expect(backups[0]?.emptied).toBeGreaterThan(0)
      for (let at = 1 + index; at <= counting.requests; at += STEP) {
        world.store.restore(start)
        expect({ at, of: counting.requests, problems: await problemsAfter(world, faultsAt(at)) }).toEqual({
          at,
          of: counting.requests,
          problems: [],
        })
      }
    })
