import { type Actor, backUpOnce, checker, copier, copyOnce, keeper, reclaimer, reclaimOnce, writer } from "./actors.ts"
import { lateLocks } from "./check-locks.ts"
import { brokenPromises } from "./check-promises.ts"
import { orphans } from "./orphans.ts"
import { chaos } from "./chaos.ts"
import { wastedSpace } from "./check-space.ts"
import type { SimulatedHost } from "./simulated-host.ts"
import { StepWatch } from "./step-watch.ts"
import { daily, editor, fate, pruner } from "./years.ts"
import { calm, foggy, stormy, type Weather } from "./weather.ts"
import { type StoreKind, SimulatedWorld } from "./world.ts"
import type { MemoryStore } from "@bcopy/repo"

/** A world to be simulated: who lives in it, on what kind of stores, in what weather. */
export interface Scenario {
  readonly name: string
  readonly stores: Readonly<Record<string, StoreKind>>
  readonly actors: readonly Actor[]
  readonly workloads: readonly string[]
  readonly disguise?: (store: MemoryStore) => MemoryStore
  /** For so many days what points need is locked. */
  readonly lockDays?: number
  /** Promises are checked after every event in which one was made, or after every so many of these. */
  readonly checkEvery?: number
}

export interface SimulationResult {
  readonly seed: number
  readonly problems: readonly string[]
  readonly trace: readonly string[]
  readonly events: number
  readonly promised: number
  readonly passedMs: number
}

/** Promises are checked after so many events in which none was made. */
const CHECK_EVERY = 400
const DAY_MS = 24 * 60 * 60_000

/** Simulates a scenario from a seed, and gives what was wrong at any time: the same for the same seed. */
export async function simulate(scenario: Scenario, seed: number): Promise<SimulationResult> {
  const world = new SimulatedWorld(seed, scenario)
  const { simulation, reference } = world
  const problems: string[] = []
  const problem = (text: string) => {
    simulation.note(`PROBLEM ${text}`)
    problems.push(text)
  }
  await world.begin()
  const watch = new StepWatch(world)
  let events = 0
  let checkedFor = 0
  const check = async () => {
    events++
    for (const broken of await watch.look()) problem(broken)
    const { checkEvery = 1 } = scenario
    const isNew = reference.promised.length >= checkedFor + checkEvery
    if (!isNew && events % (CHECK_EVERY * checkEvery) > 0) return
    checkedFor = reference.promised.length
    for (const broken of [...(await brokenPromises(world)), ...(await lateLocks(world))]) problem(broken)
  }
  await runAll(scenario.actors)
  world.weather = calm
  // Frozen processes wake up and late requests arrive.
  await simulation.run(() => problems.length > 0, check)
  await runAll(scenario.workloads.map((workload) => converge(workload)))
  if (scenario.stores["offsite"] !== undefined) await runAll([convergeCopy])
  await runAll(Object.keys(scenario.stores).map((store) => convergeReclaim(store)))
  if (problems.length === 0)
    for (const left of [...(await orphans(world)), ...(await wastedSpace(world))]) problem(left)
  for (const broken of await brokenPromises(world)) problem(broken)
  const { trace, passedMs } = simulation
  return { seed, problems, trace, events, promised: reference.promised.length, passedMs }

  async function runAll(actors: readonly Actor[]): Promise<void> {
    let left = problems.length > 0 ? 0 : actors.length
    if (left === 0) return
    for (const actor of actors)
      actor(world, problem).then(
        () => left--,
        (error: unknown) => problem(`an actor failed: ${(error as Error).stack}`),
      )
    await simulation.run(() => left === 0 || problems.length > 0, check)
    if (left > 0 && problems.length === 0) problem(`${left} actors wait for something that never comes`)
  }

  function converge(workload: string): Actor {
    return async () => {
      if (!(await backUpOnce(world, problem, workload, world.hosts[0] as SimulatedHost)))
        problem(`in calm weather ${workload} cannot be backed up`)
    }
  }

  /** Everything comes to rest: who was killed is shut out by now, every undo time is over. */
  function convergeReclaim(store: string): Actor {
    return async () => {
      const [host] = world.hosts
      ;(host as SimulatedHost).skewMs = 0
      await simulation.wait((8 + (scenario.lockDays ?? 0)) * DAY_MS)
      for (let round = 0; round < 3; round++)
        if ((await reclaimOnce(world, problem, store, host as SimulatedHost)) === undefined)
          return problem(`in calm weather nothing is given back of ${store}`)
    }
  }

  async function convergeCopy(): Promise<void> {
    const failed = await copyOnce(world, problem, world.hosts[0] as SimulatedHost)
    if (failed !== 0) problem(`in calm weather ${failed ?? "all"} workloads cannot be copied`)
  }
}

/** Machines that share a workload, copies, removals, checks, and whatever can go wrong meanwhile. */
function busyWorld(name: string, store: StoreKind, weather: Weather): Scenario {
  const workloads = ["web", "db"]
  return {
    name,
    stores: { primary: store, offsite: store },
    workloads,
    actors: [
      writer("web", { host: 0, turns: 5 }),
      writer("db", { host: 1, turns: 4 }),
      writer("db", { host: 2, turns: 4 }),
      copier({ host: 1, turns: 3 }),
      copier({ host: 2, turns: 3 }),
      keeper({ host: 0, turns: 10, workloads }),
      keeper({ host: 1, turns: 10, workloads }),
      checker({ host: 2, turns: 2 }),
      reclaimer({ host: 0, turns: 6 }),
      reclaimer({ host: 2, turns: 6 }),
      chaos({ turns: 25, weather, strangers: true }),
    ],
  }
}

/** Space is given back all the time, while clones share blocks, points come and go at once, and windows close. */
function hungryWorld(name: string, store: StoreKind, weather: Weather): Scenario {
  const clones = ["clone-1", "clone-2", "clone-3", "clone-4"]
  const workloads = ["web", ...clones]
  return {
    name,
    stores: { primary: store },
    workloads,
    actors: [
      writer("web", { host: 0, turns: 10, interrupts: 0.4, every: 2 }),
      ...clones.map((clone, at) =>
        writer(clone, { host: at % 3, turns: 2, cloneOf: "web", interrupts: 0.3, every: 12 }),
      ),
      keeper({ host: 1, turns: 20, workloads, undoMs: [0] }),
      keeper({ host: 2, turns: 20, workloads, undoMs: [0, 3 * 60_000] }),
      reclaimer({ host: 0, turns: 12, every: 2 }),
      reclaimer({ host: 1, turns: 12, every: 2 }),
      reclaimer({ host: 2, turns: 12, every: 2 }),
      chaos({ turns: 20, weather, strangers: false }),
    ],
  }
}

/** So many days of dailies and hourlies, policies that change, two who prune, and what machines meet over the years. */
export function longWorld(
  name: string,
  store: StoreKind,
  { days, ...rest }: { readonly days: number; readonly checkEvery: number; readonly lockDays?: number },
): Scenario {
  return {
    name,
    stores: { primary: store },
    workloads: ["web", "db"],
    actors: [
      daily("web", { host: 0, days }),
      daily("web", { host: 1, days }),
      daily("db", { host: 1, days: Math.ceil(days / 10), times: 24 }),
      pruner({ host: 0, days, every: 1 }),
      pruner({ host: 2, days, every: 3 }),
      editor({ host: 2, days }),
      keeper({ host: 2, turns: Math.ceil(days / 3), workloads: ["web", "db"], everyMinutes: 3 * 24 * 60 }),
      fate({ days }),
    ],
    ...rest,
  }
}

const locking = { versioning: "lock", createIfAbsent: "hint" } as const

/** Three years of it, for who has minutes. */
export const longScenarios: readonly Scenario[] = [
  longWorld("three years on a plain store", {}, { days: 3 * 365, checkEvery: 20 }),
  longWorld("three years on a store with locks", locking, { days: 3 * 365, checkEvery: 20, lockDays: 14 }),
]

export const scenarios: readonly Scenario[] = [
  longWorld("three weeks on a plain store", {}, { days: 21, checkEvery: 20 }),
  longWorld("three weeks on a store with locks", locking, { days: 21, checkEvery: 20, lockDays: 5 }),
  hungryWorld("space given back in haste", {}, stormy),
  hungryWorld("space given back in haste, late lists", {}, foggy),
  hungryWorld("space given back in haste, versions", { versioning: "on", createIfAbsent: "hint" }, stormy),
  busyWorld("a plain store", {}, stormy),
  busyWorld("a plain store with late lists", {}, foggy),
  busyWorld("versions, and creates that all win", { versioning: "on", createIfAbsent: "hint" }, stormy),
  busyWorld("versions, and creates that race", { versioning: "on", createIfAbsent: "racy" }, stormy),
  busyWorld("versions with locks, and late lists", { versioning: "lock", createIfAbsent: "hint" }, foggy),
]
