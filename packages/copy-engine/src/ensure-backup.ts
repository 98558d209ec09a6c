import {
  backupIdOf,
  findSetting,
  isDamage,
  isName,
  layout,
  randomId,
  readSettings,
  settingsAgainstWriting,
  type SettingsEntry,
  type SettingsRecord,
} from "@bcopy/chain-format"
import { appendSettings } from "./append-settings.ts"
import { asEngineError } from "./as-engine-error.ts"
import { EngineError } from "./engine-error.ts"
import { type Repository, requireWritable } from "./repository.ts"
import type { StoredSettings } from "./settings-in-force.ts"

/**
 * Makes sure that a backup of this name is known to the repository, and that this version may write to it; gives its
 * settings.
 * @throws EngineError `BadArgument` for a name that is none, `NeedsNewer`, `NotWritable`
 */
export async function ensureBackup(
  repository: Repository,
  job: string,
  options: {
    readonly records?: readonly SettingsRecord[]
    /** The settings, where they were just read. */
    readonly known?: StoredSettings
    readonly signal?: AbortSignal
  } = {},
): Promise<SettingsEntry> {
  requireWritable(repository)
  requireName("job", job)
  const abortable = options.signal === undefined ? {} : { signal: options.signal }
  const prefix = layout.backupSettings(backupIdOf(repository.view.idMac, job))
  const known = options.known ?? (await readBackupSettings(repository, job, abortable))
  const unknown = settingsAgainstWriting(known?.entry)
  if (unknown.length > 0)
    throw new EngineError(
      "NeedsNewer",
      `${repository.name}: this repository needs a newer bcopy: job ${job} uses ${unknown.join(", ")}`,
    )
  if (known !== undefined && findSetting(known.entry, "name") !== undefined) return known.entry
  const { entry: made } = await appendSettings(repository, prefix, known, {
    session: randomId(repository.seams.random(16)),
    records: [
      { type: "name", name: job },
      { type: "blockSize", bytes: repository.blockBytes },
      ...(options.records ?? []),
    ],
    unless: (entry) => findSetting(entry, "name") !== undefined,
    ...abortable,
  })
  return made
}

/** A backup's settings; `undefined` if there are none, or none that open. @throws EngineError */
export async function readBackupSettings(
  repository: Repository,
  job: string,
  options: { readonly signal?: AbortSignal } = {},
): Promise<StoredSettings | undefined> {
  const prefix = layout.backupSettings(backupIdOf(repository.view.idMac, job))
  try {
    return await readSettings(repository.view, prefix, options)
  } catch (error) {
    // All that a backup needs of its settings is said again by its next run, behind the damage.
    if (isDamage(error)) return undefined
    throw asEngineError(error, `${repository.name}: settings of job ${job}`)
  }
}

/** @throws EngineError `BadArgument` unless the text may name a job, a workload or a disk */
export function requireName(what: string, text: string): void {
  if (!isName(text))
    throw new EngineError(
      "BadArgument",
      `${what} name ${JSON.stringify(text)} must have 1 to 255 bytes and no control characters`,
    )
}
