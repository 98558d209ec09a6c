import fc from "fast-check"
import { expect, test } from "vitest"
import { backUp } from "../back-up.ts"
import { removePoints, restoreRemoved } from "../change-points.ts"
import { findWorkload, findWorkloads } from "../find-workloads.ts"
import { ChainModel, type ModelPoint } from "../testing/chain-model.ts"
import { asHost, deadProcess } from "../testing/hosts.ts"
import { disksNow } from "../testing/memory-source.ts"
import { changed, noise } from "../testing/noise.ts"
import { differing, restoreBytes } from "../testing/restore-bytes.ts"
import { makeWorld, type World, type WorldOptions } from "../testing/world.ts"
import { verify } from "../verify.ts"
import { reclaim } from "./reclaim.ts"

/** `BCOPY_MODEL_RUNS` plays more lives than a test has time for, and `BCOPY_MODEL_SEED` the same ones again. */
const RUNS = Number(process.env["BCOPY_MODEL_RUNS"] ?? 2)
const SEED = Number(process.env["BCOPY_MODEL_SEED"] ?? 7)
const BLOCK_BYTES = 64 << 10
const DAY_MS = 24 * 60 * 60_000
const job = "nightly"

const open = (world: World) => world.open(undefined, { packBytes: 2 * BLOCK_BYTES })

type Command = fc.AsyncCommand<ChainModel, World>

/** A command that is always allowed: what it does, and then everything must be as the model says. */
function command(name: string, run: (model: ChainModel, world: World) => Promise<void>): Command {
  return {
    check: () => true,
    async run(model, world) {
      await run(model, world)
      await world.clock.advance(2000)
      await expectAsModelled(model, world)
    },
    toString: () => name,
  }
}

interface Change {
  readonly at: number
  readonly count: number
  readonly seed: number
}

/** Brings a point of a disk that changed since the last; with `diesAt` the process is gone when it reads that block. */
const bringPoint = (workload: string, { at, count, seed }: Change, diesAt?: number): Command =>
  command(
    `backUp(${workload}, ${at}+${count}, ${seed}${diesAt === undefined ? "" : `, dies at ${diesAt}`})`,
    async (model, world) => {
      const last = model.kept(workload).at(-1)?.bytes ?? noise(24 * BLOCK_BYTES, workload.length)
      const bytes = changed(last, [{ at: at * BLOCK_BYTES, count: count * BLOCK_BYTES - 1 }], seed)
      const stop = new AbortController()
      const onRead = (_disk: string, first: number, blocks: number) =>
        diesAt !== undefined && first + blocks > diesAt ? stop.abort() : undefined
      const source = disksNow({ sda: bytes }, { workload, onRead })
      const task = { source, job, workload, level: 0, movers: 0, signal: stop.signal } as const
      const repository = await open(world)
      const work = () => backUp(repository, task)
      const brought = await (diesAt === undefined ? work() : asHost(deadProcess(seed), work)).then(
        () => true,
        (error: { readonly code?: string }) => {
          if (diesAt === undefined || error.code !== "Interrupted") throw error
          return false
        },
      )
      if (!brought) return
      const { state } = await findWorkload(await open(world), { workload })
      model.add(workload, { point: state.points.at(-1)?.point as string, bytes })
    },
  )

const removePoint = (workload: string, draw: number, undoDays: number): Command =>
  command(`remove(${workload}, ${draw}, ${undoDays} days)`, async (model, world) => {
    const kept = model.kept(workload)
    const chosen = kept[draw % Math.max(1, kept.length)]
    if (chosen === undefined) return
    const found = await findWorkload(await open(world), { workload })
    const entry = found.state.points.find(({ point }) => point === chosen.point)?.entry as number
    const removal = removePoints(await open(world), found, [entry], { undoMs: undoDays * DAY_MS })
    if (kept.length === 1) return expect(removal).rejects.toMatchObject({ code: "Refused" })
    await removal
    chosen.undoUntilMs = world.clock.now() + undoDays * DAY_MS
  })

const takeBack = (workload: string, draw: number): Command =>
  command(`takeBack(${workload}, ${draw})`, async (model, world) => {
    const removed = model.removed(workload)
    const chosen = removed[draw % Math.max(1, removed.length)]
    if (chosen === undefined) return
    const found = await findWorkload(await open(world), { workload })
    const entry = found.state.removed.find(({ point }) => point.point === chosen.point)?.point.entry as number
    await restoreRemoved(await open(world), found, entry)
    chosen.undoUntilMs = undefined
  })

const giveBack = (maxUnused: number): Command =>
  command(`reclaim(${maxUnused})`, async (model, world) => {
    const { failed, backups } = await reclaim(await open(world), { maxUnused })
    expect([...failed, ...backups.flatMap(({ unknown }) => unknown)]).toEqual([])
    model.purge(world.clock.now())
    const options = { all: true, readData: "hash", dryRun: true, movers: 0 } as const
    const { damaged, unknown } = await verify(await open(world), options)
    expect([...damaged, ...unknown]).toEqual([])
  })

const letPass = (days: number): Command =>
  command(`letPass(${days} days)`, async (_, world) => {
    await world.clock.advance(days * DAY_MS)
  })

/** The points are those of the model, and the first and the last of each chain restore to their bytes. */
async function expectAsModelled(model: ChainModel, world: World): Promise<void> {
  const repository = await open(world)
  const ids = (points: readonly ModelPoint[]) => points.map(({ point }) => point)
  for (const workload of model.workloads) {
    const kept = model.kept(workload)
    if (kept.length === 0) continue
    const { state } = await findWorkload(repository, { workload })
    expect(state.points.map(({ point }) => point)).toEqual(ids(kept))
    expect(state.removed.map(({ point }) => point.point).toSorted()).toEqual(ids(model.removed(workload)).toSorted())
    for (const { point, bytes } of new Set([kept[0], kept.at(-1)] as ModelPoint[]))
      expect(differing(await restoreBytes(repository, { workload, point, movers: 0 }), { sda: bytes })).toEqual([])
  }
}

/** When all is quiet and only the newest points are left, little more is stored than they need. */
async function expectLittleStored(model: ChainModel, world: World): Promise<void> {
  for (const workload of model.workloads) {
    await bringPoint(workload, { at: 0, count: 1, seed: 999 }).run(model, world)
    while (model.kept(workload).length > 1) await removePoint(workload, 0, 0).run(model, world)
  }
  for (const _ of [1, 2, 3]) {
    await letPass(10).run(model, world)
    await giveBack(0.25).run(model, world)
  }
  let [usedBytes, storedBytes] = [0, 0]
  for await (const { state } of findWorkloads(await open(world))) {
    expect([state.points.length, state.removed.length]).toEqual([1, 0])
    usedBytes += 24 * BLOCK_BYTES
  }
  for (const key of world.store.keys())
    if (key.includes("/packs/")) storedBytes += (await world.store.head(key))?.objectBytes ?? 0
  expect(storedBytes).toBeLessThanOrEqual(1.35 * usedBytes)
  expect(world.store.keys().filter((key) => key.includes("/sessions/"))).toEqual([])
}

const stores: Readonly<Record<string, WorldOptions>> = {
  "a plain store": {},
  "a versioned store whose creates all win": { versioning: "on", createIfAbsent: "hint" },
}

test.each(Object.entries(stores))(
  "whatever is done on %s, chains are what the model says",
  async (_, options) => {
    const workload = fc.constantFrom("web01", "db02")
    const change = fc
      .record({ at: fc.nat(23), count: fc.integer({ min: 1, max: 12 }), seed: fc.integer({ min: 1, max: 1 << 20 }) })
      .map(({ at, count, seed }) => ({ at, count: Math.min(count, 24 - at), seed }))
    const commands = fc.commands(
      [
        fc.tuple(workload, change).map((given) => bringPoint(...given)),
        fc.tuple(workload, change).map((given) => bringPoint(...given)),
        fc.tuple(workload, change, fc.nat(23)).map((given) => bringPoint(...given)),
        fc.tuple(workload, fc.nat(20), fc.constantFrom(0, 1, 5)).map((given) => removePoint(...given)),
        fc.tuple(workload, fc.nat(20), fc.constantFrom(0, 1, 5)).map((given) => removePoint(...given)),
        fc.tuple(workload, fc.nat(20)).map((given) => takeBack(...given)),
        fc.constantFrom(0, 0.25, 2).map(giveBack),
        fc.integer({ min: 1, max: 12 }).map(letPass),
      ],
      { maxCommands: 25, size: "max" },
    )
    await fc.assert(
      fc.asyncProperty(commands, async (sequence) => {
        const world = makeWorld(options)
        await world.create({ blockBytes: BLOCK_BYTES })
        const model = new ChainModel()
        await fc.asyncModelRun(() => ({ model, real: world }), sequence)
        await expectLittleStored(model, world)
      }),
      { numRuns: RUNS, seed: SEED },
    )
  },
  RUNS * 60_000,
)
