import { type BackupId, layout, type LogPlace, type SessionId } from "@bcopy/chain-format"
import { interruptible } from "../interruptible.ts"
import type { Repository } from "../repository.ts"
import { beatOf, listSessions } from "../session-list.ts"
import { settledSessions } from "../session-marks.ts"
import { backupLogs } from "./backup-logs.ts"
import { CondemnedPacks } from "./condemned-packs.ts"
import { DuePoints } from "./due-points.ts"
import { findBackups } from "./find-backups.ts"
import { isKept } from "./is-kept.ts"
import { readEpochs } from "./read-epochs.ts"
import { surveyPacks } from "./survey-packs.ts"

/** Packs, and their bytes. */
export interface PackSum {
  readonly packs: number
  readonly storedBytes: number
}

/** What the packs of one backup are held by; every pack is counted once, under what holds it longest. */
export interface SpaceOfBackup {
  readonly job: string
  /** Living points need something of them. Of their bytes `unusedBytes` lie unused, since packs go whole. */
  readonly live: PackSum & { readonly unusedBytes: number }
  /** Only removed points that can still be brought back need them. */
  readonly undo: PackSum
  /** Only removed points that somebody is reading need them. */
  readonly reading: PackSum
  /** Of sessions at work, paused or cut short, which the next run goes on from. */
  readonly session: PackSum
  /** Stored before a point of which it is not known what it needs. */
  readonly damage: PackSum
  /** Nothing needs them, and the store keeps them for a reason of its own: a lock, a right that is missing. */
  readonly kept: PackSum
  /** Stored while this was being found out. */
  readonly young: PackSum
  /** Nothing needs them: the next reclaim deletes them. */
  readonly free: PackSum
  /** Newer versions and delete markers that lie over objects: nobody reads them. */
  readonly overlaid: PackSum
  readonly sessions: readonly HoldingSession[]
  /** Points of which it is not known what they need. */
  readonly unknown: readonly { readonly workload: string; readonly entry: number; readonly message: string }[]
}

/** A session that has neither committed nor been shut out. */
export interface HoldingSession extends PackSum {
  readonly workload: string
  readonly session: string
  /** How it ended; absent if it may be at work. */
  readonly ended?: string
  /** Its last sign of life, by its own clock. */
  readonly atMs?: number
}

/**
 * Says of every stored byte of the backups what holds it. Reads logs, pack tables and lists; nothing is changed.
 * @throws EngineError `NotFound`, `Damaged` where a log does not open, `Interrupted`
 */
export async function explainSpace(
  repository: Repository,
  options: { readonly job?: string; readonly signal?: AbortSignal } = {},
): Promise<readonly SpaceOfBackup[]> {
  return interruptible(options.signal, "it was interrupted", async () => {
    const found: SpaceOfBackup[] = []
    for await (const { job, backup } of findBackups(repository, options))
      found.push(await explainBackup(repository, job, backup, options.signal))
    return found
  })
}

async function explainBackup(
  repository: Repository,
  job: string,
  backup: BackupId,
  signal: AbortSignal | undefined,
): Promise<SpaceOfBackup> {
  const abortable = signal === undefined ? {} : { signal }
  const due = new DuePoints()
  await due.findReaders(repository, backup, abortable)
  const sessions = new Map<SessionId, HoldingSession & { packs: number; storedBytes: number }>()
  const names = new Map<string, string>()
  for await (const { place, state } of backupLogs(repository, backup, abortable)) {
    names.set(place.workload, state.workload.name)
    await due.find(repository, place, state, abortable)
    const settled = settledSessions(state)
    for (const listed of await listSessions(repository, place, abortable)) {
      if (settled.has(listed.session)) continue
      const beat = await beatOf(repository, place, listed, abortable)
      const known = beat === "unopenable" ? undefined : beat
      sessions.set(listed.session, {
        workload: state.workload.name,
        session: listed.session,
        packs: 0,
        storedBytes: 0,
        ...(known?.ended !== undefined && { ended: known.ended }),
        ...(known !== undefined && { atMs: known.atMs }),
      })
    }
  }
  const { left } = await readEpochs(repository.view, backup, abortable)
  const wasLeft = new CondemnedPacks([left])
  const holders = ["live", "undo", "reading", "session", "damage", "kept", "young", "free"] as const
  const sums = Object.fromEntries(holders.map((holder) => [holder, { packs: 0, storedBytes: 0 }])) as Record<
    (typeof holders)[number],
    { packs: number; storedBytes: number }
  >
  let unused = 0
  const unknown: SpaceOfBackup["unknown"][number][] = []
  const onUnknown = ({ workload }: LogPlace, entry: number, error: unknown) =>
    unknown.push({ workload: names.get(workload) ?? workload, entry, message: (error as Error).message })
  for await (const pack of surveyPacks(repository, backup, { due, onUnknown, ...abortable })) {
    const { session, storedBytes, holder, share } = pack
    const sum = sums[holder ?? ((await isKept(repository, backup, pack, wasLeft, abortable)) ? "kept" : "free")]
    sum.packs++
    sum.storedBytes += storedBytes
    if (holder === "live") unused += (1 - share) * storedBytes
    const own = holder === "session" ? sessions.get(session) : undefined
    if (own === undefined) continue
    own.packs++
    own.storedBytes += storedBytes
  }
  const overlaid = { packs: 0, storedBytes: 0 }
  for await (const { objectBytes } of repository.store.listOverlaid(layout.backup(backup), abortable)) {
    overlaid.packs++
    overlaid.storedBytes += objectBytes
  }
  const { live, ...rest } = sums
  const held = { ...live, unusedBytes: Math.round(unused) }
  return { job, live: held, ...rest, overlaid, sessions: [...sessions.values()], unknown }
}
