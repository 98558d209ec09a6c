import {
  backupIdOf,
  findSetting,
  isDamage,
  isName,
  layout,
  randomId,
  readSettings,
  settingsAgainstWriting,
  type SettingsRecord,
} from "@bcopy/chain-format"
import { appendSettings } from "./append-settings.ts"
import { asEngineError } from "./as-engine-error.ts"
import { EngineError } from "./engine-error.ts"
import { type Repository, requireWritable } from "./repository.ts"

/**
 * Makes sure that a backup of this name is known to the repository, and that this version may write to it.
 * @throws EngineError `BadArgument` for a name that is none, `NeedsNewer`, `NotWritable`
 */
export async function ensureBackup(
  repository: Repository,
  job: string,
  options: { readonly records?: readonly SettingsRecord[]; readonly signal?: AbortSignal } = {},
): Promise<void> {
  requireWritable(repository)
  requireName("job", job)
  const abortable = options.signal === undefined ? {} : { signal: options.signal }
  const prefix = layout.backupSettings(backupIdOf(repository.view.idMac, job))
  const known = await readSettings(repository.view, prefix, abortable).catch((error: unknown) => {
    // All that a backup's settings say is said again here, so damaged ones are written anew behind the damage.
    if (isDamage(error)) return undefined
    throw asEngineError(error, `${repository.name}: settings of job ${job}`)
  })
  const unknown = settingsAgainstWriting(known?.entry)
  if (unknown.length > 0)
    throw new EngineError(
      "NeedsNewer",
      `${repository.name}: this repository needs a newer bcopy: job ${job} uses ${unknown.join(", ")}`,
    )
  if (findSetting(known?.entry, "name") !== undefined) return
  await appendSettings(repository, prefix, known, {
    session: randomId(repository.seams.random(16)),
    records: [
      { type: "name", name: job },
      { type: "blockSize", bytes: repository.blockBytes },
      ...(options.records ?? []),
    ],
    unless: (entry) => findSetting(entry, "name") !== undefined,
    ...abortable,
  })
}

/** @throws EngineError `BadArgument` unless the text may name a job, a workload or a disk */
export function requireName(what: string, text: string): void {
  if (!isName(text))
    throw new EngineError(
      "BadArgument",
      `${what} name ${JSON.stringify(text)} must have 1 to 255 bytes and no control characters`,
    )
}
