import type { MemorySnapshot, RepoStore } from "@bcopy/repo"
import { faultyStore, type StoreFault } from "@bcopy/repo/testing"
import { LATE_MS } from "../settle-repeats.ts"
import { verify } from "../verify.ts"
import type { CrashWork, DiskRoots } from "./crash-work.ts"
import { asHost, deadProcess } from "./hosts.ts"
import { logOf } from "./log-of.ts"
import { storedBlocks } from "./stored-blocks.ts"
import type { World } from "./world.ts"

const BLOCK = 64 << 10
/** Time that passes whenever somebody looks: there is a checkpoint after every stretch with a pack. */
const TICK_MS = 40_000

/** How a process of its own ended. */
export interface CrashRun {
  /** Requests that it made, or tried to. */
  readonly requests: number
  readonly error: unknown
}

/** Does the work as a process that is gone afterwards, on a store with faults. */
export async function crashRun(
  world: World,
  work: CrashWork,
  faults: readonly StoreFault[],
  process: number,
): Promise<CrashRun> {
  const faulty = faultyStore(world.store, { faults })
  let error: unknown
  try {
    await asHost(deadProcess(process), async () => work.run(await openHastily(world, faulty)))
  } catch (caught) {
    error = caught
  }
  return { requests: faulty.requests, error }
}

/** A repository whose time passes with every look at it. */
async function openHastily(world: World, store: RepoStore) {
  const repository = await world.open(store)
  let looks = 0
  const { clock: slow } = repository.seams
  const clock = {
    ...slow,
    monotonic: () => TICK_MS * ++looks,
    // What a run waits for at its end passes at once: nobody else is there.
    sleep: async (ms: number, signal?: AbortSignal) => (ms === LATE_MS ? undefined : slow.sleep(ms, signal)),
  }
  return { ...repository, seams: { ...repository.seams, clock } }
}

/**
 * Runs the work into one list of faults after another, each time as another process, then without any. Gives what is wrong
 * afterwards, in words: nothing, if every point restores, the last run ended well and no block is stored twice.
 */
export async function crashAndGoOn(
  world: World,
  work: CrashWork,
  start: MemorySnapshot,
  ...runs: readonly (readonly StoreFault[])[]
): Promise<readonly string[]> {
  world.store.restore(start)
  const problems: string[] = []
  const before = await committed(world)
  for (const [process, faults] of runs.entries()) {
    const { error } = await crashRun(world, work, faults, process + 1)
    const now = await committed(world)
    // Who is told that it failed may find the point there all the same, never the other way round.
    if (error === undefined && now === before) problems.push(`run ${process + 1} ended well and committed nothing`)
  }
  const last = await crashRun(world, work, [], runs.length + 1)
  if (last.error !== undefined) problems.push(`the last run failed: ${(last.error as Error).message}`)
  return [...problems, ...(await problemsOf(world, work))]
}

async function committed(world: World): Promise<number> {
  try {
    return (await logOf(await world.open())).state.points.length
  } catch {
    return 0
  }
}

/** What does not hold of a repository in which the work has been done. */
async function problemsOf(world: World, work: CrashWork): Promise<readonly string[]> {
  const repository = await world.open()
  const { damaged, unknown } = await verify(repository, { all: true, readData: "hash", dryRun: true, movers: 0 })
  const problems = [...damaged, ...unknown].map(({ message }) => `verify: ${message}`)
  const { state, bodies } = await logOf(repository)
  const points = bodies.flatMap((body): DiskRoots[] =>
    body.kind === "point"
      ? [Object.fromEntries(body.manifest.disks.map(({ name, contentRoot }) => [name, contentRoot]))]
      : [],
  )
  if (!work.areRight(points)) problems.push(`these are not the points: ${JSON.stringify(points)}`)
  const twice = [...(await storedBlocks(repository, world.store, BLOCK)).values()].filter((times) => times > 1)
  if (twice.length > 0) problems.push(`${twice.length} blocks are stored more than once`)
  // Every session is settled: it committed, or a fence names it, once.
  const settled = [...state.points.map(({ session }) => session), ...state.fenced.map(({ session }) => session)]
  if (new Set(settled).size < settled.length) problems.push("a session is settled twice")
  for (const key of world.store.keys())
    if (key.includes("/sessions/") && !settled.includes(key.split("/").at(-2) as never))
      problems.push(`nobody has settled the session of ${key}`)
  return problems
}
