import {
  type BackupId,
  FormatError,
  layout,
  listFolders,
  type LogPlace,
  type LogState,
  readLog,
  type WorkloadId,
} from "@bcopy/chain-format"
import { requireAppendable } from "../append-log-entry.ts"
import { asEngineError } from "../as-engine-error.ts"
import type { Repository } from "../repository.ts"

/** A log of a backup, and when it was read, by the store's time. */
export interface BackupLog {
  readonly place: LogPlace
  readonly state: LogState
  readonly readAtMs: number
}

/**
 * All logs of a backup, one after the other. Reclaim needs every one of them: what one log does not say may be what holds a
 * pack.
 * @throws EngineError `Damaged`, `NeedsNewer` if a log does not open, has lost entries, or uses what this version does not know
 */
export async function* backupLogs(
  repository: Repository,
  backup: BackupId,
  options: { readonly signal?: AbortSignal } = {},
): AsyncIterable<BackupLog> {
  const { view, storeTime, name } = repository
  for await (const folder of listFolders(view, layout.logs(backup), options)) {
    const place: LogPlace = { backup, workload: folder as WorkloadId }
    let state: LogState | undefined
    try {
      state = await readLog(view, place, options)
    } catch (error) {
      throw asEngineError(error, `${name}: log ${folder}`)
    }
    // A folder without an entry is no log yet: whoever begins it finds the condemned lists first.
    if (state === undefined) continue
    requireAppendable(repository, state, false)
    if (state.head.number < state.floor)
      throw asEngineError(new FormatError("Inconsistent", `it ends below its floor`), `${name}: log ${folder}`)
    yield { place, state, readAtMs: storeTime.now() }
  }
}
