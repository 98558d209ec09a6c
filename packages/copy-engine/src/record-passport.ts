import { findSetting, layout, randomId } from "@bcopy/chain-format"
import { appendSettings } from "./append-settings.ts"
import { type Repository, requireWritable } from "./repository.ts"

/**
 * Keeps in the settings log what the store was found to do, in place of what was found before.
 * @throws EngineError `NotWritable`, `NeedsNewer`; StoreError
 */
export async function recordPassport(
  repository: Repository,
  passport: unknown,
  options: { readonly signal?: AbortSignal } = {},
): Promise<void> {
  requireWritable(repository)
  await appendSettings(repository, layout.repositorySettings, repository.settings, {
    session: randomId(repository.seams.random(16)),
    records: [{ type: "passport", passport }],
    ...options,
  })
}

/** What the settings say that the store was found to do; `undefined` if nobody has looked. */
export function recordedPassport({ settings }: Pick<Repository, "settings">): unknown {
  return findSetting(settings.entry, "passport")?.passport
}
