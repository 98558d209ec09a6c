import { type BackupId, BIRTH_KEY, entryKey, findHead, layout, type LogPlace, type LogState } from "@bcopy/chain-format"
import { type ObjectKey, parseObjectKey } from "@bcopy/repo"
import { EngineError } from "../engine-error.ts"
import type { Repository } from "../repository.ts"
import type { Immutability } from "./immutability.ts"

interface Abortable {
  readonly signal?: AbortSignal
}

/** Until when objects are known to be locked in this run, by repository: what all its workloads share is asked for once. */
const known = new WeakMap<object, Map<ObjectKey, number>>()

/**
 * Locks what reading any point needs beside its own packs and entry: birth certificate, key slots, the newest settings of the
 * repository and of the backup, and the catalogue that the next entry names.
 * @throws StoreError, EngineError: then no entry may say that the point is locked
 */
export async function lockRoots(
  repository: Repository,
  place: LogPlace,
  { catalogue }: Pick<LogState, "catalogue">,
  needed: { readonly untilMs: number; readonly immutability: Immutability },
  options: Abortable,
): Promise<number> {
  const { view } = repository
  const keys = [...(await sharedRoots(repository, place.backup, options))]
  if (catalogue.number > 0)
    keys.push(parseObjectKey(entryKey(layout.log(place.backup, place.workload), catalogue.number, view.entryTag)))
  return lockObjects(repository, keys, needed, options)
}

/**
 * Locks objects at least until then, those that are not by a generation more. Gives how many were extended.
 * @throws EngineError `Damaged` if one of them is not there
 */
export async function lockObjects(
  { store }: Pick<Repository, "store">,
  keys: readonly ObjectKey[],
  { untilMs, immutability }: { readonly untilMs: number; readonly immutability: Immutability },
  options: Abortable,
): Promise<number> {
  const locked = known.get(store) ?? new Map<ObjectKey, number>()
  known.set(store, locked)
  const short: ObjectKey[] = []
  for (const key of keys) {
    if ((locked.get(key) ?? 0) >= untilMs) continue
    const head = await store.head(key, options)
    if (head === undefined) throw new EngineError("Damaged", `${store.name}: ${key} is to be locked and is missing`)
    if ((head.retainUntilMs ?? 0) >= untilMs) locked.set(key, head.retainUntilMs ?? 0)
    else short.push(key)
  }
  const further = untilMs + immutability.generationMs
  if (short.length > 0) await store.extendAll(short, further, { lockMode: immutability.lockMode, ...options })
  for (const key of short) locked.set(key, further)
  return short.length
}

async function sharedRoots(
  repository: Repository,
  backup: BackupId,
  options: Abortable,
): Promise<readonly ObjectKey[]> {
  const { view, store } = repository
  const keys: string[] = [BIRTH_KEY]
  if (repository.keys !== undefined)
    for (let after: string | undefined; ;) {
      const page = await store.list(layout.keys, { ...(after !== undefined && { after }), ...options })
      keys.push(...page.objects.map(({ key }) => key))
      if (page.next === undefined) break
      after = page.next
    }
  for (const prefix of [layout.repositorySettings, layout.backupSettings(backup)]) {
    const newest = await findHead(view, prefix, options)
    if (newest !== undefined) keys.push(entryKey(prefix, newest, view.entryTag))
  }
  return keys.map(parseObjectKey)
}
