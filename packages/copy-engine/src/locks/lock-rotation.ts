import {
  type BackupId,
  entryKey,
  findHead,
  findSetting,
  layout,
  listFolders,
  type WorkloadId,
} from "@bcopy/chain-format"
import { type ObjectKey, parseObjectKey } from "@bcopy/repo"
import type { Repository } from "../repository.ts"
import { lockObjects } from "./lock-roots.ts"

interface Abortable {
  readonly signal?: AbortSignal
}

/**
 * Locks key slots as long as any slot is that is there: what is new must not be easier to take away than what it is there
 * for, also where nothing more is locked from now on. Nothing is done where no slot is locked.
 */
export async function lockNewSlots(
  repository: Repository,
  keys: readonly string[],
  options: Abortable = {},
): Promise<void> {
  const untilMs = await slotsLockedUntil(repository, options)
  await lockLike(repository, keys, untilMs, options)
}

/**
 * Locks what a rotation has made as long as the slots are that it supersedes: key slots, the newest settings, and the entry by
 * which each log says that earlier epochs have ended, without which nobody believes the log.
 */
export async function lockRotation(repository: Repository, options: Abortable = {}): Promise<void> {
  const { view, store } = repository
  const untilMs = await slotsLockedUntil(repository, options)
  if (untilMs === 0) return
  const prefixes: string[] = [layout.repositorySettings]
  for await (const folder of listFolders(view, layout.backups, options)) {
    const backup = folder as BackupId
    prefixes.push(layout.backupSettings(backup))
    for await (const workload of listFolders(view, layout.logs(backup), options))
      prefixes.push(layout.log(backup, workload as WorkloadId))
  }
  const keys: string[] = []
  for (const { key } of (await store.list(layout.keys, options)).objects) keys.push(key)
  for (const prefix of prefixes) {
    const newest = await findHead(view, prefix, options)
    if (newest !== undefined) keys.push(entryKey(prefix, newest, view.entryTag))
  }
  await lockLike(repository, keys, untilMs, options)
}

async function slotsLockedUntil({ store }: Repository, options: Abortable): Promise<number> {
  if (!store.capabilities.objectLock) return 0
  let untilMs = 0
  for (const { key } of (await store.list(layout.keys, options)).objects)
    untilMs = Math.max(untilMs, (await store.head(key, options))?.retainUntilMs ?? 0)
  return untilMs
}

/** In the mode that was in force last, and no further than need be: settings may have been switched off. */
async function lockLike(
  repository: Repository,
  keys: readonly string[],
  untilMs: number,
  options: Abortable,
): Promise<void> {
  if (untilMs <= repository.storeTime.now()) return
  const lockMode = findSetting(repository.settings.entry, "immutability")?.mode ?? "compliance"
  const immutability = { followsRetention: false, lockMode, generationMs: 0, stayMs: 0 }
  await lockObjects(
    repository,
    keys.map((key): ObjectKey => parseObjectKey(key)),
    { untilMs, immutability },
    options,
  )
}
