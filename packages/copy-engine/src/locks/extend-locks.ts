import { entryKey, isDamage, layout, type LivePoint, type LogState, randomId, readManifest } from "@bcopy/chain-format"
import { type ObjectKey, parseObjectKey } from "@bcopy/repo"
import { planPrune, type PolicyInForce } from "@bcopy/retention-gfs"
import { appendLogEntry } from "../append-log-entry.ts"
import { asEngineError } from "../as-engine-error.ts"
import { isEngineError } from "../engine-error.ts"
import { readBackupSettings } from "../ensure-backup.ts"
import { findWorkloads, type FoundWorkload } from "../find-workloads.ts"
import { interruptible } from "../interruptible.ts"
import { type Repository, requireWritable } from "../repository.ts"
import { requireClock } from "../require-clock.ts"
import { retentionPoint, retentionPoints } from "../retention-points.ts"
import { policyInForce } from "../retention-policy.ts"
import { horizonNeeded, type Immutability, immutabilityIn, wholeSecond } from "./immutability.ts"
import { lockObjects, lockRoots } from "./lock-roots.ts"
import { lockTree } from "./lock-tree.ts"

export interface ExtendLocksOptions {
  readonly job?: string
  readonly workload?: string
  readonly dryRun?: boolean
  readonly signal?: AbortSignal
}

/** Points whose locks had to reach further. */
export interface ExtendedOfWorkload {
  readonly job: string
  readonly workload: string
  readonly points: readonly { readonly point: string; readonly beforeMs: number; readonly untilMs: number }[]
  /** Objects that were extended, or would be: a request each, and a list for each session's folder. */
  readonly objects: number
}

export interface ExtendLocksReport {
  readonly dryRun: boolean
  /** How long what points need is locked; `undefined` if it is not: then nothing was done. */
  readonly immutability: Immutability | undefined
  readonly workloads: readonly ExtendedOfWorkload[]
  readonly failed: readonly { readonly job: string; readonly workload: string; readonly error: Error }[]
}

/**
 * Sees to it that every living point is locked for as long as it has to be: what the settings and flags of today ask for, and,
 * for points that stay whatever the date (the newest, those that retention keeps without one, pinned ones), for as long as
 * they stay, a generation at a time. States the new horizons in the log. No lock becomes shorter.
 * @throws EngineError `Refused` if clocks disagree by more than a day; `NotWritable`, `Interrupted`
 */
export async function extendLocks(
  repository: Repository,
  options: ExtendLocksOptions = {},
): Promise<ExtendLocksReport> {
  return interruptible(options.signal, "extending locks was interrupted; the next run goes on", () =>
    extendAll(repository, options),
  )
}

async function extendAll(
  repository: Repository,
  { dryRun = false, signal, ...filter }: ExtendLocksOptions,
): Promise<ExtendLocksReport> {
  const immutability = immutabilityIn(repository)
  const workloads: ExtendedOfWorkload[] = []
  const failed: ExtendLocksReport["failed"][number][] = []
  if (immutability === undefined) return { dryRun, immutability, workloads, failed }
  if (!dryRun) requireWritable(repository)
  const abortable = signal === undefined ? {} : { signal }
  const done = new Map<ObjectKey, number>()
  const onUnreadable = (job: string, workload: string, error: Error) => failed.push({ job, workload, error })
  for await (const found of findWorkloads(repository, { ...filter, onUnreadable, ...abortable })) {
    requireClock(repository, "nothing is locked")
    const { job, state } = found
    const what = { job, workload: state.workload.name }
    try {
      const extended = await extendWorkload(repository, found, { immutability, done, dryRun, ...abortable })
      if (extended.points.length > 0) workloads.push({ ...what, ...extended })
    } catch (caught) {
      const error = asEngineError(caught, `${repository.name}: ${job}/${what.workload}`) as Error
      if (signal?.aborted === true || !(isEngineError(error) || isDamage(caught))) throw caught
      failed.push({ ...what, error })
    }
  }
  return { dryRun, immutability, workloads, failed }
}

interface ExtendOptions {
  readonly immutability: Immutability
  readonly done: Map<ObjectKey, number>
  readonly dryRun: boolean
  readonly signal?: AbortSignal
}

async function extendWorkload(
  repository: Repository,
  { job, place, state }: FoundWorkload,
  { immutability, done, dryRun, signal }: ExtendOptions,
): Promise<Pick<ExtendedOfWorkload, "points" | "objects">> {
  const abortable = signal === undefined ? {} : { signal }
  const { view, storeTime, seams } = repository
  const settings = await readBackupSettings(repository, job, abortable)
  const policy = policyInForce(settings?.entry, job)
  const due = pointsToExtend(state, { immutability, policy, nowMs: storeTime.now() })
  let objects = 0
  let current = state
  const points: ExtendedOfWorkload["points"][number][] = []
  for (const [untilMs, group] of Map.groupBy(due, (one) => one.untilMs)) {
    for (const { point, beforeMs } of group) {
      signal?.throwIfAborted()
      const manifest = await readManifest(view, place, point, abortable)
      const asked = { untilMs, immutability, done, dryRun, ...abortable }
      objects += await lockTree(repository, place, manifest, asked)
      points.push({ point: point.point, beforeMs, untilMs })
    }
    const prefix = layout.log(place.backup, place.workload)
    const entries = group.flatMap(({ point }) => [point.entry, ...(point.home === undefined ? [] : [point.home.entry])])
    const keys = [...new Set(entries)].map((entry) => parseObjectKey(entryKey(prefix, entry, view.entryTag)))
    if (dryRun) {
      objects += keys.length
      continue
    }
    objects += await lockObjects(repository, keys, { untilMs, immutability }, abortable)
    const named = new Map(group.map(({ point }) => [point.entry, point.point]))
    const appended = await appendLogEntry(repository, {
      place,
      state: current,
      readAtMs: storeTime.now(),
      session: randomId(seams.random(16)),
      async decide(log) {
        objects += await lockRoots(repository, place, log, { untilMs, immutability }, abortable)
        const living = [...log.points, ...log.removed.map((one) => one.point)]
        const refs = living.filter(({ entry, point }) => named.get(entry) === point)
        if (refs.length === 0) return undefined
        return { kind: "locked", untilMs, points: refs.map(({ entry, point }) => ({ entry, point })) }
      },
      lockOf: () => ({
        retainUntilMs: wholeSecond(untilMs + immutability.generationMs),
        lockMode: immutability.lockMode,
      }),
      ...abortable,
    })
    current = appended.state
  }
  return { points, objects }
}

/** Living points whose locks do not reach as far as they must, and how far that is. */
export function pointsToExtend(
  state: Pick<LogState, "points">,
  {
    immutability,
    policy,
    nowMs,
  }: { readonly immutability: Immutability; readonly policy: PolicyInForce | undefined; readonly nowMs: number },
): readonly { readonly point: LivePoint; readonly beforeMs: number; readonly untilMs: number }[] {
  const staying = pointsThatStay(state, policy, nowMs)
  return state.points.flatMap((point) => {
    const beforeMs = point.lockedUntilMs ?? 0
    const byRule = horizonNeeded(retentionPoint(point), immutability, policy)
    const needed = Math.max(byRule, staying.has(point.point) ? wholeSecond(nowMs + immutability.stayMs) : 0)
    // What is over anyway needs no lock any more.
    if (beforeMs >= needed || needed <= nowMs) return []
    const untilMs = byRule >= needed ? byRule : wholeSecond(nowMs + 2 * immutability.stayMs)
    return [{ point, beforeMs, untilMs }]
  })
}

/** Rules by which a point stays for as long as they hold, and nobody knows how long that is. A count is none of them: any point ends it. */
const dateless = new Set<string>(["newest", "pin", "floor", "nothing good"])

/** Points that are kept whatever the date: pinned ones, and those that no rule with a date keeps and that stay all the same. */
function pointsThatStay(
  { points }: Pick<LogState, "points">,
  policy: PolicyInForce | undefined,
  nowMs: number,
): ReadonlySet<string> {
  const newest = points.findLast(({ damaged }) => damaged !== true)
  const pinned = points.filter(({ pin }) => pin !== undefined)
  const always = new Set<string>([...pinned, ...(newest === undefined ? [] : [newest])].map(({ point }) => point))
  if (policy === undefined) return always
  const { keep } = planPrune(retentionPoints({ points }), policy, nowMs)
  for (const { id, reasons } of keep) if (reasons.some(({ rule }) => dateless.has(rule))) always.add(id)
  return always
}
