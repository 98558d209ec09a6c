import { layout, type LivePoint } from "@bcopy/chain-format"
import { parseObjectKey } from "@bcopy/repo"
import { findWorkloads } from "../find-workloads.ts"
import { interruptible } from "../interruptible.ts"
import { DuePoints } from "../reclaim/due-points.ts"
import type { PackSum } from "../reclaim/explain-space.ts"
import { findBackups } from "../reclaim/find-backups.ts"
import { surveyPacks } from "../reclaim/survey-packs.ts"
import type { Repository } from "../repository.ts"
import { type Immutability, immutabilityIn } from "./immutability.ts"

/** A point, and until when everything that it needs is locked. */
export interface LockedPoint {
  readonly job: string
  readonly workload: string
  readonly point: LivePoint
  /** 0 if it is not. */
  readonly untilMs: number
  /** Whether it was removed: then it goes when the lock is over. */
  readonly removed: boolean
}

/** Packs whose lock ends in a month. */
export interface LockedInMonth extends PackSum {
  /** `2027-03`, in UTC. */
  readonly month: string
}

export interface LocksOfRepository {
  /** `undefined` if nothing is locked from now on. */
  readonly immutability: Immutability | undefined
  readonly points: readonly LockedPoint[]
  /** By the month in which their lock ends; of the packs that points need, as pack tables know it. */
  readonly months: readonly LockedInMonth[]
  /** Packs that living points need: each is extended once in a generation, with a request of its own. */
  readonly extendedPerGeneration: number
  /** Locked packs that no living point needs: they go when that is over. */
  readonly dead: PackSum
}

/**
 * Says of points and packs until when they are locked, what keeping it so asks for, and what is dead under lock. Reads logs, pack
 * tables and lists, and asks for the lock of each pack that nothing needs.
 * @throws EngineError `NotFound`, `Damaged`, `Interrupted`
 */
export async function explainLocks(
  repository: Repository,
  options: { readonly job?: string; readonly signal?: AbortSignal } = {},
): Promise<LocksOfRepository> {
  return interruptible(options.signal, "it was interrupted", () => explain(repository, options))
}

async function explain(
  repository: Repository,
  { job, signal }: { readonly job?: string; readonly signal?: AbortSignal },
): Promise<LocksOfRepository> {
  const abortable = signal === undefined ? {} : { signal }
  const { store, storeTime } = repository
  const points: LockedPoint[] = []
  const only = job === undefined ? {} : { job }
  for await (const { job: of, state } of findWorkloads(repository, { ...only, ...abortable })) {
    const what = { job: of, workload: state.workload.name }
    const note = (point: LivePoint, removed: boolean) =>
      points.push({ ...what, point, removed, untilMs: point.lockedUntilMs ?? 0 })
    for (const point of state.points) note(point, false)
    for (const { point } of state.removed) note(point, true)
  }
  const months = new Map<string, { packs: number; storedBytes: number }>()
  const dead = { packs: 0, storedBytes: 0 }
  let living = 0
  for await (const { backup } of findBackups(repository, { ...only, ...abortable }))
    for await (const pack of surveyPacks(repository, backup, { due: new DuePoints(), ...abortable })) {
      const { session, number, storedBytes, holder, lockedUntilMs } = pack
      if (holder === "live") living++
      const untilMs =
        holder === undefined && store.capabilities.objectLock
          ? ((await store.head(parseObjectKey(layout.pack(backup, session, number)), abortable))?.retainUntilMs ?? 0)
          : lockedUntilMs
      if (untilMs <= storeTime.now()) continue
      if (holder === undefined || holder === "undo") add(dead, storedBytes)
      const month = new Date(untilMs).toISOString().slice(0, 7)
      const sum = months.get(month) ?? { packs: 0, storedBytes: 0 }
      months.set(month, sum)
      add(sum, storedBytes)
    }
  const immutability = immutabilityIn(repository)
  return {
    immutability,
    points,
    months: [...months].map(([month, sum]) => ({ month, ...sum })).toSorted((a, b) => (a.month < b.month ? -1 : 1)),
    extendedPerGeneration: immutability === undefined ? 0 : living,
    dead,
  }
}

function add(sum: { packs: number; storedBytes: number }, storedBytes: number): void {
  sum.packs++
  sum.storedBytes += storedBytes
}
