import { FormatError, isDamage, isFormatError } from "./format-error.ts"
import { toHex } from "./hex.ts"
import { entryKey, layout } from "./layout.ts"
import type { ObjectKind } from "./object-kind.ts"
import { findHead } from "./read-log.ts"
import type { RepositoryView } from "./repository-view.ts"
import type { SealSuite } from "./seal-suite.ts"
import { parseSettingsEntry, type SettingsEntry } from "./settings-entry.ts"
import { decodeSmallObject } from "./small-object.ts"

export interface ReadSettingsOptions {
  /** Where a listing shows none, ask for the first entry by its key too: some stores list late what they read at once. */
  readonly proveAbsent?: boolean
  /** Number of the newest entry, where a listing has shown it already. */
  readonly head?: number
  readonly signal?: AbortSignal
}

/**
 * The newest entry of the settings log under `prefix`, with its digest; `undefined` if there is none. One listing, one
 * read; one more for every newer entry that was sealed under an epoch which a rotation had ended.
 * @throws FormatError what keeps the newest from being read
 */
export async function readSettings(
  view: RepositoryView,
  prefix: string,
  { proveAbsent = false, head, ...options }: ReadSettingsOptions = {},
): Promise<{ readonly entry: SettingsEntry; readonly digest: string } | undefined> {
  const number =
    head ?? (await findHead(view, prefix, options)) ?? (proveAbsent ? await headByKey(view, prefix, options) : 0)
  if (number === 0) return undefined
  const bytes = await readStored(view, prefix, number, options)
  try {
    return { entry: openSettings(view, prefix, number, bytes), digest: toHex(view.sha256(bytes)) }
  } catch (error) {
    if (isDamage(error) ? !opens(view, prefix, number, bytes) : !isPassedOver(view, error)) throw error
    const below = await readBelow(view, prefix, number, options)
    if (below === undefined) throw error
    return below
  }
}

/** The newest entry below a number that nobody can have made up since the keys were rotated. */
async function readBelow(view: RepositoryView, prefix: string, number: number, options: ReadSettingsOptions) {
  for (let below = number - 1; below > 0; below--) {
    const bytes = await readStored(view, prefix, below, options)
    try {
      return { entry: openSettings(view, prefix, below, bytes), digest: toHex(view.sha256(bytes)) }
    } catch (error) {
      if (!isDamage(error) && !isPassedOver(view, error)) throw error
    }
  }
  return undefined
}

function isPassedOver(view: RepositoryView, error: unknown): boolean {
  return view.isOutdated === true && isFormatError(error) && error.code === "NeedsKey"
}

/** Whether an entry opens under a key of the repository, whether or not a rotation has ended its epoch. */
function opens(view: RepositoryView, prefix: string, number: number, bytes: Uint8Array): boolean {
  try {
    openSettings(view, prefix, number, bytes, view.suite)
    return true
  } catch {
    return false
  }
}

async function readStored(
  view: RepositoryView,
  prefix: string,
  number: number,
  options: ReadSettingsOptions,
): Promise<Uint8Array> {
  const key = entryKey(prefix, number, view.entryTag)
  const bytes = await view.read(key, options)
  if (bytes === undefined) throw new FormatError("Missing", `${view.name}: settings entry ${key} is missing`)
  return bytes
}

/** Number of the newest entry, looked for key by key; 0 if there is none. */
async function headByKey(view: RepositoryView, prefix: string, options: ReadSettingsOptions): Promise<number> {
  let number = 0
  while ((await view.read(entryKey(prefix, number + 1, view.entryTag), options)) !== undefined) number++
  return number
}

/** Opens the stored bytes of a settings entry: strictly, unless another suite is given. @throws FormatError */
export function openSettings(
  view: RepositoryView,
  prefix: string,
  number: number,
  bytes: Uint8Array,
  suite: SealSuite = view.strictSuite ?? view.suite,
): SettingsEntry {
  const objectKey = entryKey(prefix, number, view.entryTag)
  const body = decodeSmallObject(settingsKind(prefix), bytes, { suite, codec: view.codec, objectKey })
  const entry = parseSettingsEntry(body, objectKey)
  if (entry.number !== number)
    throw new FormatError("Inconsistent", `${objectKey} says it is settings entry ${entry.number}`)
  return entry
}

/** Whose settings lie under a prefix. */
export function settingsKind(prefix: string): ObjectKind {
  return prefix === layout.repositorySettings ? "repositorySettings" : "backupSettings"
}
