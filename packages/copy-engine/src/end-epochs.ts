import {
  type BackupId,
  isDamage,
  isFormatError,
  layout,
  listFolders,
  type LogPlace,
  randomId,
  readEntry,
  readLog,
  readSettings,
  type RepositoryView,
  type WorkloadId,
} from "@bcopy/chain-format"
import { appendLogEntry } from "./append-log-entry.ts"
import { appendSettings } from "./append-settings.ts"
import { isEngineError } from "./engine-error.ts"
import { requireRoot, rootInForce } from "./key-slots.ts"
import type { Repository } from "./repository.ts"
import { sealedMeans } from "./repository-view.ts"

interface Abortable {
  readonly signal?: AbortSignal
}

/** What a rotation has come to. */
export interface EndedEpochs {
  /** Logs that took no entry, and why: until they do, who holds an earlier key may write what is believed. */
  readonly open: readonly { readonly log: string; readonly reason: string }[]
}

/**
 * Ends all earlier epochs: every log is given an entry under the epoch in force, and when none is left the settings say
 * so. Whoever holds an earlier key, and appends behind, has made a forgery. Logs that have such an entry already are left
 * alone, so that a run which died is gone on with. docs/design.md, Encryption
 */
export async function endEarlierEpochs(repository: Repository, options: Abortable = {}): Promise<EndedEpochs> {
  const { ring } = requireRoot(repository)
  const { birth, view, seams } = repository
  const inForce = rootInForce(repository)
  const session = randomId<"session">(seams.random(16))
  const { strictSuite = view.suite } = sealedMeans(birth, ring, inForce, inForce.generation)
  const strict: RepositoryView = { ...view, strictSuite }
  const done = new Set<string>()
  const open = new Map<string, string>()
  // A writer from before may begin a log meanwhile; one that begins it behind the last listing finds the new root first.
  for (let before = -1; before < done.size + open.size;) {
    before = done.size + open.size
    for await (const folder of listFolders(view, layout.backups, options)) {
      const backup = folder as BackupId
      await once(layout.backupSettings(backup), () => closeSettings(backup))
      for await (const workload of listFolders(view, layout.logs(backup), options))
        await once(layout.log(backup, workload as WorkloadId), () =>
          closeLog({ backup, workload: workload as WorkloadId }),
        )
    }
  }
  if (open.size === 0)
    await appendSettings(repository, layout.repositorySettings, repository.settings, {
      session,
      records: [{ type: "ended", below: inForce.generation }],
      ...options,
    })
  return { open: [...open].map(([log, reason]) => ({ log, reason })) }

  async function once(prefix: string, close: () => Promise<void>): Promise<void> {
    if (done.has(prefix) || open.has(prefix)) return
    try {
      await close()
      done.add(prefix)
    } catch (error) {
      // What is damaged takes nothing before it is repaired; what is not known stops everything.
      if (!isFormatError(error) && !isEngineError(error)) throw error
      open.set(prefix, error.message)
    }
  }

  async function closeLog(place: LogPlace): Promise<void> {
    const state = await readLog(view, place, options).catch((error: unknown) => {
      // Since an earlier rotation nobody has sealed any of it: nothing of such a log is believed, now or later.
      if (view.strictSuite !== undefined && isDamage(error)) return undefined
      throw error
    })
    if (state === undefined) return
    const { number } = state.head
    if (await opensStrictly(() => readEntry(strict, place, number, { ...options, strict: true }))) return
    const readAtMs = repository.storeTime.now()
    await appendLogEntry(repository, {
      place,
      state,
      readAtMs,
      session,
      decide: () => ({ kind: "rotated" }),
      ...options,
    })
  }

  async function closeSettings(backup: BackupId): Promise<void> {
    const prefix = layout.backupSettings(backup)
    const known = await readSettings(view, prefix, options)
    if (known === undefined || (await opensStrictly(() => readSettings(strict, prefix, options)))) return
    await appendSettings(repository, prefix, known, { session, records: [], ...options })
  }
}

/**
 * Logs of which nothing is believed since an earlier rotation, since their newest entry does not open, and why. Another rotation
 * passes them over, and what lies there is not believed even when that entry is back. A log that holds nothing but what
 * opens under earlier keys is not among them: that is what somebody would make up.
 */
export async function unbelievedLogs(
  { view }: Repository,
  options: Abortable = {},
): Promise<readonly { readonly log: string; readonly reason: string }[]> {
  const found: { readonly log: string; readonly reason: string }[] = []
  const { strictSuite, ...lax } = view
  if (strictSuite === undefined) return found
  for await (const folder of listFolders(view, layout.backups, options))
    for await (const workload of listFolders(view, layout.logs(folder as BackupId), options)) {
      const place: LogPlace = { backup: folder as BackupId, workload: workload as WorkloadId }
      try {
        await readLog(view, place, options)
      } catch (error) {
        if (!isDamage(error)) throw error
        const said = await readLog(lax, place, options).catch(unlessDamaged)
        if (said === undefined || said.broken.length > 0)
          found.push({ log: layout.log(place.backup, place.workload), reason: error.message })
      }
    }
  return found
}

function unlessDamaged(error: unknown): undefined {
  if (!isDamage(error)) throw error
}

async function opensStrictly(read: () => Promise<unknown>): Promise<boolean> {
  try {
    await read()
    return true
  } catch (error) {
    if (isDamage(error)) return false
    throw error
  }
}
