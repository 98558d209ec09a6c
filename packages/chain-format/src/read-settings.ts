import { FormatError } from "./format-error.ts"
import { toHex } from "./hex.ts"
import { entryKey, layout } from "./layout.ts"
import type { ObjectKind } from "./object-kind.ts"
import { findHead } from "./read-log.ts"
import type { RepositoryView } from "./repository-view.ts"
import { parseSettingsEntry, type SettingsEntry } from "./settings-entry.ts"
import { decodeSmallObject } from "./small-object.ts"

export interface ReadSettingsOptions {
  /** Where a listing shows none, ask for the first entry by its key too: some stores list late what they read at once. */
  readonly proveAbsent?: boolean
  /** Number of the newest entry, where a listing has shown it already. */
  readonly head?: number
  readonly signal?: AbortSignal
}

/** The newest entry of the settings log under `prefix`, with its digest; `undefined` if there is none. One listing, one read. */
export async function readSettings(
  view: RepositoryView,
  prefix: string,
  { proveAbsent = false, head, ...options }: ReadSettingsOptions = {},
): Promise<{ readonly entry: SettingsEntry; readonly digest: string } | undefined> {
  const number =
    head ?? (await findHead(view, prefix, options)) ?? (proveAbsent ? await headByKey(view, prefix, options) : 0)
  if (number === 0) return undefined
  const key = entryKey(prefix, number, view.entryTag)
  const bytes = await view.read(key, options)
  if (bytes === undefined) throw new FormatError("Missing", `${view.name}: settings entry ${key} is missing`)
  return { entry: openSettings(view, prefix, number, bytes), digest: toHex(view.sha256(bytes)) }
}

/** Number of the newest entry, looked for key by key; 0 if there is none. */
async function headByKey(view: RepositoryView, prefix: string, options: ReadSettingsOptions): Promise<number> {
  let number = 0
  while ((await view.read(entryKey(prefix, number + 1, view.entryTag), options)) !== undefined) number++
  return number
}

/** Opens the stored bytes of a settings entry. @throws FormatError */
export function openSettings(view: RepositoryView, prefix: string, number: number, bytes: Uint8Array): SettingsEntry {
  const objectKey = entryKey(prefix, number, view.entryTag)
  const body = decodeSmallObject(settingsKind(prefix), bytes, { suite: view.suite, codec: view.codec, objectKey })
  const entry = parseSettingsEntry(body, objectKey)
  if (entry.number !== number)
    throw new FormatError("Inconsistent", `${objectKey} says it is settings entry ${entry.number}`)
  return entry
}

/** Whose settings lie under a prefix. */
export function settingsKind(prefix: string): ObjectKind {
  return prefix === layout.repositorySettings ? "repositorySettings" : "backupSettings"
}
