import { acceptPolicy, extendLocks, reclaim, removeExpired } from "@bcopy/copy-engine"
import type { RetentionPolicy } from "@bcopy/retention-gfs"
import { type Actor, backUpOnce, excuse, JOB } from "./actors.ts"
import type { SimulatedHost } from "./simulated-host.ts"
import type { SimulatedWorld } from "./world.ts"
import { calm, stormy } from "./weather.ts"

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const YEAR_MS = 365 * DAY_MS

const policies: readonly RetentionPolicy[] = [
  { zone: "UTC", days: 7 },
  { zone: "UTC", count: 10 },
  { zone: "Europe/Berlin", days: 5, weekly: { keep: 4, day: "saturday" } },
  { zone: "UTC", days: 3, weekly: { keep: 4, day: "sunday" }, monthly: { keep: 12, week: "first" } },
  {
    zone: "America/New_York",
    count: 5,
    monthly: { keep: 6, week: "last" },
    yearly: { keep: 2, month: "january" },
  },
]

/** A workload that is backed up once a day, or so many times. */
export function daily(
  workload: string,
  options: { readonly host: number; readonly days: number; readonly times?: number },
): Actor {
  const { host, days, times = 1 } = options
  return async (world, problem) => {
    const { simulation } = world
    for (let turn = 0; turn < days * times; turn++) {
      await simulation.wait(DAY_MS / times)
      // A machine that is off, now and then.
      if (simulation.chance(0.1)) continue
      await backUpOnce(world, problem, workload, world.hosts[host] as SimulatedHost, { isDated: true })
    }
  }
}

/** Prunes every so many days: removes by policy, keeps locks up, gives space back. */
export function pruner(options: { readonly host: number; readonly days: number; readonly every: number }): Actor {
  const { days, every } = options
  return async (world, problem) => {
    const { simulation, reference } = world
    const host = world.hosts[options.host] as SimulatedHost
    for (let turn = 0; turn < days / every; turn++) {
      await simulation.wait(every * DAY_MS)
      const undoMs = simulation.pick([0, DAY_MS, 7 * DAY_MS])
      for (const { point } of reference.promised) reference.removalOf(point).allow(simulation.nowMs + undoMs)
      const outcome = await world.runProcess("prune", host, async (process) => {
        const repository = await world.open("primary", process)
        const { failed } = await removeExpired(repository, { undoMs, confirmed: true })
        const extended = await extendLocks(repository)
        const reclaimed = await reclaim(repository)
        for (const { error } of [...failed, ...extended.failed, ...reclaimed.failed]) excuse(error, "prune", problem)
        for (const { unknown } of reclaimed.backups) for (const { message } of unknown) problem(`prune: ${message}`)
      })
      if (outcome?.error !== undefined) excuse(outcome.error, "prune", problem, ["Refused"])
    }
  }
}

/** Changes the policy every month or two. */
export function editor(options: { readonly host: number; readonly days: number }): Actor {
  return async (world, problem) => {
    const { simulation } = world
    for (let day = 0; day < options.days;) {
      const days = simulation.draw(10, 60)
      day += days
      const outcome = await world.runProcess("edit", world.hosts[options.host] as SimulatedHost, async (process) =>
        acceptPolicy(await world.open("primary", process), { job: JOB, policy: simulation.pick(policies) }),
      )
      if (outcome?.error !== undefined) excuse(outcome.error, "edit", problem)
      await simulation.wait(days * DAY_MS)
    }
  }
}

/** What happens to machines over the years: kills, days of sleep, clocks that jump by years, bad weather. */
export function fate(options: { readonly days: number }): Actor {
  return async (world) => {
    const { simulation } = world
    for (let day = 0; day < options.days; day++) {
      await simulation.wait(simulation.draw(0, 2 * DAY_MS) / 2 + simulation.draw(0, 120_000))
      world.weather = simulation.chance(0.3) ? stormy : calm
      for (const host of world.hosts) host.skewMs = 0
      if (simulation.chance(0.05)) simulation.pick(world.hosts).skewMs = simulation.draw(-3 * YEAR_MS, 3 * YEAR_MS)
      await strikeSomebody(world)
    }
    world.weather = calm
  }
}

/** Waits until somebody is at work, and strikes in the midst of that. */
async function strikeSomebody({ simulation, processes }: SimulatedWorld): Promise<void> {
  if (!simulation.chance(0.5)) return
  for (let look = 0; look < 200; look++) {
    const process = simulation.pick([...processes])
    if (process !== undefined) {
      await simulation.wait(simulation.draw(0, 30_000))
      if (simulation.chance(0.6)) simulation.kill(process)
      else simulation.freeze(process, simulation.draw(0, 3 * DAY_MS))
      return
    }
    await simulation.wait(simulation.draw(60_000, HOUR_MS))
  }
}
