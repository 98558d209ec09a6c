import {
  type BackupId,
  backupIdOf,
  findSetting,
  isDamage,
  layout,
  listFolders,
  readSettings,
  settingsAgainstWriting,
} from "@bcopy/chain-format"
import { asEngineError } from "../as-engine-error.ts"
import { EngineError } from "../engine-error.ts"
import type { Repository } from "../repository.ts"

/**
 * The backups of a repository, or the one of a job, with their names; one whose settings do not open is called by its id.
 * @throws EngineError `NotFound`; `NeedsNewer` if a setting is unknown to this version
 */
export async function* findBackups(
  repository: Repository,
  options: { readonly job?: string; readonly signal?: AbortSignal } = {},
): AsyncIterable<{ readonly job: string; readonly backup: BackupId }> {
  const { job, signal } = options
  const { view, name } = repository
  const abortable = signal === undefined ? {} : { signal }
  if (job === undefined) {
    for await (const folder of listFolders(view, layout.backups, abortable))
      yield { backup: folder as BackupId, job: await nameOf(folder as BackupId, folder) }
    return
  }
  const only = backupIdOf(view.idMac, job)
  if ((await view.list(layout.backup(only), { limit: 1, ...abortable })).keys.length === 0)
    throw new EngineError("NotFound", `${name} has no job ${job}`)
  yield { backup: only, job: await nameOf(only, job) }

  async function nameOf(backup: BackupId, otherwise: string): Promise<string> {
    try {
      const settings = await readSettings(view, layout.backupSettings(backup), abortable)
      const unknown = settingsAgainstWriting(settings?.entry)
      if (unknown.length > 0)
        throw new EngineError(
          "NeedsNewer",
          `${name}: this repository needs a newer bcopy: job ${otherwise} uses ${unknown.join(", ")}`,
        )
      return (settings && findSetting(settings.entry, "name")?.name) ?? otherwise
    } catch (error) {
      if (!isDamage(error)) throw asEngineError(error, `${name}: settings of job ${otherwise}`)
      return otherwise
    }
  }
}
