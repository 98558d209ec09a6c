import {
  backUp,
  copy,
  findWorkload,
  pinPoint,
  reclaim,
  removePoints,
  type Repository,
  restoreRemoved,
  unpinPoint,
  verify,
} from "@bcopy/copy-engine"
import { repositorySource } from "@bcopy/source-repository"
import { disksNow } from "../../packages/copy-engine/src/testing/memory-source.ts"
import type { SimulatedHost } from "./simulated-host.ts"
import { messageOf, type SimulatedWorld } from "./world.ts"

/** Who does something in a world, over and over, until it has had its turns. Problems are what must never happen. */
export type Actor = (world: SimulatedWorld, problem: (text: string) => void) => Promise<void>

export const JOB = "nightly"
const MINUTE_MS = 60_000

/** Errors that a bad day explains. */
const excused = new Set(["Busy", "Fenced", "Unavailable", "Throttled", "Interrupted"])

/** Backs up a workload whose disk changes all the time. */
export function writer(
  workload: string,
  options: {
    readonly host: number
    readonly turns: number
    /** Whose disk it begins with. */
    readonly cloneOf?: string
    /** The share of runs that a window's end interrupts. */
    readonly interrupts?: number
    readonly every?: number
  },
): Actor {
  const { every = 5 } = options
  return async (world, problem) => {
    const { simulation } = world
    for (let turn = 0; turn < options.turns; turn++) {
      await simulation.chime(every)
      await backUpOnce(world, problem, workload, world.hosts[options.host] as SimulatedHost, options)
    }
  }
}

/** One backup, by a process of its own. Gives whether there is a new point. */
export async function backUpOnce(
  world: SimulatedWorld,
  problem: (text: string) => void,
  workload: string,
  host: SimulatedHost,
  {
    cloneOf,
    interrupts = 0,
    isDated = false,
  }: { readonly cloneOf?: string; readonly interrupts?: number; readonly isDated?: boolean } = {},
): Promise<boolean> {
  const { simulation, reference } = world
  const moment = reference.next(workload, cloneOf)
  const identity = simulation.chance(0.5) ? moment.contentRoot : undefined
  const takeOver = simulation.chance(0.1)
  const name = `backup ${workload}`
  for (let attempt = 1; attempt <= 3; attempt++) {
    const stop = new AbortController()
    const cancel =
      simulation.chance(interrupts) &&
      simulation.after(simulation.draw(1000, 60_000), () => stop.abort(new Error("the window has closed")))
    const outcome = await world.runProcess(name, host, async (process) => {
      const repository = await world.open("primary", process)
      const { signal } = stop
      const createdAtMs = isDated ? Math.floor(simulation.nowMs + host.skewMs) : 0
      const given = { workload, createdAtMs, ...(identity !== undefined && { identity }) }
      const source = disksNow({ sda: moment.bytes }, given)
      const report = await backUp(repository, { source, job: JOB, workload, level: 0, movers: 0, takeOver, signal })
      if (report.point === undefined) return problem(`${name}: a backup ended well and brought no point`)
      if (report.contentRoots["sda"] !== moment.contentRoot) problem(`${name}: the receipt has another content root`)
      const { contentRoot } = moment
      reference.promised.push({
        repository: "primary",
        workload,
        point: report.point,
        contentRoot,
      })
    })
    if (cancel !== false) cancel()
    if (outcome !== undefined && outcome.error === undefined) return true
    // Where points are locked, a clock that is days off is refused.
    if (outcome !== undefined) excuse(outcome.error, name, problem, host.skewMs === 0 ? [] : ["Refused"])
    await simulation.chime(3)
  }
  return false
}

/** Copies all points from the primary repository to the one offsite. */
export function copier(options: { readonly host: number; readonly turns: number }): Actor {
  return async (world, problem) => {
    const { simulation } = world
    for (let turn = 0; turn < options.turns; turn++) {
      await simulation.chime(10)
      await copyOnce(world, problem, world.hosts[options.host] as SimulatedHost)
    }
  }
}

/** One run of a copy job. Gives how many workloads failed; `undefined` if it did not come to an end. */
export async function copyOnce(
  world: SimulatedWorld,
  problem: (text: string) => void,
  host: SimulatedHost,
): Promise<number | undefined> {
  const outcome = await world.runProcess("copy", host, async (process) => {
    const target = await world.open("offsite", process)
    const { view } = await world.open("primary", process)
    const options = { select: "all", level: 0, movers: 0, takeOver: world.simulation.chance(0.1) } as const
    const { copied, failed } = await copy(target, { source: repositorySource({ view }), ...options })
    for (const { workload, point, contentRoots } of copied) {
      const contentRoot = contentRoots["sda"] ?? ""
      if (!world.reference.had(workload, contentRoot))
        problem(`copy ${workload}: its content was never that of the workload`)
      if (point !== undefined) world.reference.promised.push({ repository: "offsite", workload, point, contentRoot })
    }
    for (const { workload, error } of failed) excuse(error, `copy ${workload}`, problem)
    return failed.length
  })
  if (outcome?.error !== undefined) excuse(outcome.error, "copy", problem)
  return outcome?.result
}

/** Pins points, lets them go, removes them and takes that back. */
export function keeper(options: {
  readonly host: number
  readonly turns: number
  readonly workloads: readonly string[]
  /** How long removed points come back. */
  readonly undoMs?: readonly number[]
  readonly everyMinutes?: number
}): Actor {
  const { undoMs = [0, 0, 5 * MINUTE_MS, 24 * 60 * MINUTE_MS], everyMinutes = 3 } = options
  return async (world, problem) => {
    const { simulation } = world
    for (let turn = 0; turn < options.turns; turn++) {
      await simulation.chime(everyMinutes)
      const repository = simulation.pick(Object.keys(world.stores))
      const workload = simulation.pick(options.workloads)
      const outcome = await world.runProcess("keep", world.hosts[options.host] as SimulatedHost, async (process) =>
        changeSomething(world, await world.open(repository, process), workload, undoMs),
      )
      if (outcome?.error !== undefined) excuse(outcome.error, `keep ${workload}`, problem, ["NotFound", "Refused"])
    }
  }
}

async function changeSomething(
  { simulation, reference }: SimulatedWorld,
  repository: Repository,
  workload: string,
  undoTimes: readonly number[],
): Promise<void> {
  const found = await findWorkload(repository, { job: JOB, workload })
  const live = simulation.pick(found.state.points)
  const gone = simulation.pick(found.state.removed)
  const what = simulation.draw(1, 4)
  if (what === 1 && live !== undefined) await pinPoint(repository, found, live.entry, "kept")
  else if (what === 2 && live !== undefined) await unpinPoint(repository, found, live.entry)
  else if (what === 3 && live !== undefined) {
    const undoMs = simulation.pick(undoTimes)
    await reference
      .removalOf(live.point)
      .settle("removed", () => removePoints(repository, found, [live.entry], { undoMs }), simulation.nowMs + undoMs)
  } else if (what === 4 && gone !== undefined)
    await reference
      .removalOf(gone.point.point)
      .settle("none", () => restoreRemoved(repository, found, gone.point.entry))
}

/** Gives space back, in a process of its own, over and over. */
export function reclaimer(options: { readonly host: number; readonly turns: number; readonly every?: number }): Actor {
  const { every = 5 } = options
  return async (world, problem) => {
    const { simulation } = world
    for (let turn = 0; turn < options.turns; turn++) {
      await simulation.chime(every)
      const repository = simulation.pick(Object.keys(world.stores))
      await reclaimOnce(world, problem, repository, world.hosts[options.host] as SimulatedHost)
    }
  }
}

/** One run of reclaim. Gives how many packs went; `undefined` if it did not come to an end. */
export async function reclaimOnce(
  world: SimulatedWorld,
  problem: (text: string) => void,
  repository: string,
  host: SimulatedHost,
): Promise<number | undefined> {
  const outcome = await world.runProcess(`reclaim ${repository}`, host, async (process) => {
    const maxUnused = world.simulation.pick([0.02, 0.25])
    const { backups, failed } = await reclaim(await world.open(repository, process), { maxUnused })
    for (const { error } of failed) excuse(error, `reclaim ${repository}`, problem)
    for (const { unknown } of backups) for (const { message } of unknown) problem(`reclaim ${repository}: ${message}`)
    return failed.length > 0 ? undefined : backups.reduce((sum, { packs }) => sum + packs, 0)
  })
  // A clock that is days off is refused.
  if (outcome?.error !== undefined) excuse(outcome.error, `reclaim ${repository}`, problem, ["Refused"])
  return outcome?.result
}

/** Verifies all there is, and may mark what it finds: nothing is damaged here, so it must not find anything. */
export function checker(options: { readonly host: number; readonly turns: number }): Actor {
  return async (world, problem) => {
    const { simulation } = world
    for (let turn = 0; turn < options.turns; turn++) {
      await simulation.chime(15)
      const repository = simulation.pick(Object.keys(world.stores))
      const outcome = await world.runProcess("verify", world.hosts[options.host] as SimulatedHost, async (process) => {
        const { damaged } = await verify(await world.open(repository, process), {
          all: true,
          readData: "hash",
          movers: 0,
        })
        for (const { message } of damaged) problem(`verify of ${repository}: ${message}`)
      })
      if (outcome?.error !== undefined) excuse(outcome.error, "verify", problem)
    }
  }
}

/** Takes an error for a problem, unless a bad day explains it. */
export function excuse(
  error: unknown,
  what: string,
  problem: (text: string) => void,
  also: readonly string[] = [],
): void {
  const { code, cause } = error as { readonly code?: string; readonly cause?: unknown }
  // A source's word for what its store could not say: the store's own word counts.
  if (code === "Unreadable" && cause !== undefined) return excuse(cause, what, problem, also)
  if (code === undefined || !(excused.has(code) || also.includes(code))) problem(`${what}: ${messageOf(error)}`)
}
