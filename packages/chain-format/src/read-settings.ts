import { FormatError } from "./format-error.ts"
import { toHex } from "./hex.ts"
import { entryKey, layout } from "./layout.ts"
import type { ObjectKind } from "./object-kind.ts"
import { findHead } from "./read-log.ts"
import type { RepositoryView } from "./repository-view.ts"
import { parseSettingsEntry, type SettingsEntry } from "./settings-entry.ts"
import { decodeSmallObject } from "./small-object.ts"

/** The newest entry of the settings log under `prefix`, with its digest; `undefined` if there is none. One listing, one read. */
export async function readSettings(
  view: RepositoryView,
  prefix: string,
  options: { readonly signal?: AbortSignal } = {},
): Promise<{ readonly entry: SettingsEntry; readonly digest: string } | undefined> {
  const number = await findHead(view, prefix, options)
  if (number === undefined) return undefined
  const key = entryKey(prefix, number, view.entryTag)
  const bytes = await view.read(key, options)
  if (bytes === undefined) throw new FormatError("Missing", `${view.name}: settings entry ${key} is missing`)
  return { entry: openSettings(view, prefix, number, bytes), digest: toHex(view.sha256(bytes)) }
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
