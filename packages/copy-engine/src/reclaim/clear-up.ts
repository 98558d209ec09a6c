import {
  type BackupId,
  condemnedStage,
  entryKey,
  entryNumber,
  layout,
  type LogPlace,
  type LogState,
} from "@bcopy/chain-format"
import { type ObjectKey, parseObjectKey } from "@bcopy/repo"
import { STALE_AFTER_MS } from "../append-log-entry.ts"
import type { Repository } from "../repository.ts"
import { settledSessions } from "../session-marks.ts"
import { removeKeys } from "./epoch.ts"
import type { Epochs } from "./read-epochs.ts"
import { reclaimers } from "./reclaimers.ts"

interface Abortable {
  readonly signal?: AbortSignal
}

/** Entries are deleted that were void for twice as long as a decision holds without being looked at again. */
const VOID_FOR_MS = 2 * STALE_AFTER_MS

/** Deletes the beats of sessions of which the log knows what became: nobody reads them any more. Gives how many. */
export async function clearBeats(
  repository: Repository,
  place: LogPlace,
  state: LogState,
  options: Abortable,
): Promise<number> {
  const settled = settledSessions(state)
  const prefix = layout.sessions(place.backup, place.workload)
  const keys: ObjectKey[] = []
  for await (const { key } of objectsUnder(repository, prefix, options))
    if (settled.has(key.slice(prefix.length, prefix.length + 32) as never)) keys.push(key)
  return keys.length - (await removeKeys(repository, keys, options.signal)).length
}

/** Deletes entries of a log that no longer mean anything. Gives how many. */
export async function clearEntries(
  repository: Repository,
  place: LogPlace,
  state: LogState,
  options: Abortable,
): Promise<number> {
  const keys = await voidEntries(repository, place, state, options)
  return keys.length - (await removeKeys(repository, keys, options.signal)).length
}

/** Deletes lists of epochs that are over, all but that the newest one is closed. */
export async function clearEpochs(
  repository: Repository,
  backup: BackupId,
  { closed, keys }: Epochs,
  options: Abortable,
): Promise<void> {
  const over = keys.filter((key) => {
    const found = condemnedStage(backup, key)
    return found !== undefined && (found.epoch < closed || (found.epoch === closed && found.stage !== "closed"))
  })
  await removeKeys(repository, over.map(parseObjectKey), options.signal)
}

/** Deletes signs of life of who emptied sparse packs and can not be alive. */
export async function clearReclaimers(repository: Repository, backup: BackupId, options: Abortable): Promise<void> {
  const alive = new Set<string>()
  for await (const session of reclaimers(repository, backup, options)) alive.add(session)
  const prefix = layout.reclaimers(backup)
  const dead: ObjectKey[] = []
  for await (const { key } of objectsUnder(repository, prefix, options))
    if (!alive.has(key.slice(prefix.length, prefix.length + 32))) dead.push(key)
  await removeKeys(repository, dead, options.signal)
}

/** Entries below the floor of the barrier before the newest one, which nothing names. */
async function voidEntries(
  repository: Repository,
  place: LogPlace,
  { barrier, points, removed, adoption }: LogState,
  options: Abortable,
): Promise<readonly ObjectKey[]> {
  if (barrier === undefined || barrier.voidBelow <= 1) return []
  const { entryTag } = repository.view
  const named = new Set<number>()
  for (const { entry, home } of [...points, ...removed.map(({ point }) => point)]) {
    named.add(entry)
    if (home !== undefined) named.add(home.entry)
  }
  for (const { removal } of removed) named.add(removal)
  if (adoption !== undefined) named.add(adoption.entry)
  const prefix = layout.log(place.backup, place.workload)
  const keys: ObjectKey[] = []
  // The newest lists first: what comes behind the floor lies below it.
  const after = entryKey(prefix, barrier.voidBelow, entryTag)
  for await (const { key } of objectsUnder(repository, prefix, { ...options, after })) {
    const number = entryNumber(prefix, key, entryTag)
    if (number !== undefined && number < barrier.voidBelow && !named.has(number)) keys.push(key)
  }
  if (keys.length === 0) return []
  // Who decided on such a number a moment ago would find it free, and take its decision for young.
  const head = await repository.store.head(parseObjectKey(entryKey(prefix, barrier.entry, entryTag)), options)
  const ageMs = repository.storeTime.now() - (head?.modifiedAtMs ?? Number.MAX_SAFE_INTEGER)
  return ageMs > VOID_FOR_MS ? keys : []
}

async function* objectsUnder(
  { store, storeTime }: Repository,
  prefix: string,
  { after: first, ...options }: Abortable & { readonly after?: string },
) {
  for (let after = first; ;) {
    const page = await store.list(prefix, { ...(after !== undefined && { after }), ...options })
    storeTime.observe(page.dateMs)
    yield* page.objects
    if (page.next === undefined) return
    after = page.next
  }
}
