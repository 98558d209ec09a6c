import { ascendingNumber, type BackupId, layout, type LogPlace, readLog, type SessionId } from "@bcopy/chain-format"
import type { Repository } from "../repository.ts"
import { backupLogs } from "./backup-logs.ts"
import type { DuePoints } from "./due-points.ts"
import { HeldPacks } from "./held-packs.ts"
import type { Holder } from "./pack-tally.ts"
import { reclaimers } from "./reclaimers.ts"
import { workloadRoots } from "./workload-roots.ts"

/** Packs counted at once, at most: beyond, the backup is gone through part by part. */
const MAX_COUNTED = 1_500_000
const SECOND_MS = 1000
const HEX = [..."0123456789abcdef"]

/** A pack that is stored, and what holds it. */
export interface SurveyedPack {
  readonly session: SessionId
  readonly number: number
  readonly storedBytes: number
  /** When the store took it. */
  readonly storedAtMs: number
  /** Nothing: it can go. `young`: it was stored while the logs were being read. */
  readonly holder: Holder | "damage" | "young" | undefined
  /** The share of it that is in use, 0 to 1. */
  readonly share: number
  /** Until when pack tables say that it is locked, to the hour; 0 if they do not. */
  readonly lockedUntilMs: number
}

export interface SurveyOptions {
  readonly due: DuePoints
  /** Told of points whose needs are not known: packs stored before them are held. */
  readonly onUnknown?: (place: LogPlace, entry: number, error: unknown) => void
  /** Packs counted at once, at most. */
  readonly maxCounted?: number
  readonly signal?: AbortSignal
}

/**
 * Goes through all packs of a backup and says what holds each. Logs are taken at their word (who deletes proves them), pack tables read page by page;
 * memory is that of the packs of one part, some 20 bytes each.
 * @throws EngineError, StoreError, FormatError where anything is not known
 */
export async function* surveyPacks(
  repository: Repository,
  backup: BackupId,
  options: SurveyOptions,
): AsyncIterable<SurveyedPack> {
  const { signal, maxCounted = MAX_COUNTED } = options
  const abortable = signal === undefined ? {} : { signal }
  let parts: readonly string[] = [""]
  for (let at = 0; at < parts.length;) {
    const part = parts[at] as string
    const beganAtMs = repository.storeTime.now()
    const held = await countHeld(repository, backup, part, { ...options, maxCounted })
    if (held === undefined) {
      parts = [...parts.slice(0, at), ...HEX.map((digit) => part + digit), ...parts.slice(at + 1)]
      continue
    }
    if (at === 0)
      for (const { place, entry, error } of held.unknown)
        // One that somebody else purged meanwhile needs nothing any more.
        if (await isThere(repository, place, entry, abortable)) options.onUnknown?.(place, entry, error)
    yield* listPacks(part, held, beganAtMs)
    at++
  }

  async function* listPacks(part: string, held: HeldPacks, beganAtMs: number): AsyncIterable<SurveyedPack> {
    const prefix = layout.allPacks(backup)
    for (let after: string | undefined; ;) {
      const page = await repository.store.list(prefix + part, { ...(after !== undefined && { after }), ...abortable })
      repository.storeTime.observe(page.dateMs)
      for (const { key, objectBytes: storedBytes, modifiedAtMs: storedAtMs } of page.objects) {
        const session = key.slice(prefix.length, prefix.length + 32) as SessionId
        const number = ascendingNumber(layout.packs(backup, session), key)
        // What has another name is no pack, and nobody's but who put it there.
        if (number === undefined) continue
        // It may be of a session that began while the logs were being read.
        const isYoung = latestOf(storedAtMs) > beganAtMs
        const holder = held.holderOf(session, number, storedAtMs) ?? (isYoung ? "young" : undefined)
        const share = held.tally.shareOf(session, number)
        const lockedUntilMs = held.tally.lockedUntil(session, number)
        yield { session, number, storedBytes, storedAtMs, holder, share, lockedUntilMs }
      }
      if (page.next === undefined) return
      after = page.next
    }
  }
}

/** The latest moment that a store can mean, which may tell whole seconds only. */
function latestOf(ms: number): number {
  return ms % SECOND_MS === 0 ? ms + SECOND_MS : ms
}

async function isThere(
  { view }: Repository,
  place: LogPlace,
  entry: number,
  options: { readonly signal?: AbortSignal },
): Promise<boolean> {
  const state = await readLog(view, place, options)
  return [...(state?.points ?? []), ...(state?.removed ?? []).map(({ point }) => point)].some(
    (one) => one.entry === entry,
  )
}

/** What is held of the sessions whose ids begin so; `undefined` if that is too much to count. */
async function countHeld(
  repository: Repository,
  backup: BackupId,
  part: string,
  { due, maxCounted, signal }: SurveyOptions & { readonly maxCounted: number },
): Promise<HeldPacks | undefined> {
  const abortable = signal === undefined ? {} : { signal }
  const held = new HeldPacks(repository, { wants: (session) => session.startsWith(part) })
  for await (const { place, state } of backupLogs(repository, backup, abortable)) {
    await held.addWorkload(place, workloadRoots(repository, place, [state], { due, ...abortable }), signal)
    if (held.tally.size > maxCounted) return undefined
  }
  for await (const session of reclaimers(repository, backup, abortable)) held.sessions.add(session)
  return held
}
