import {
  encodeSmallObject,
  entryKey,
  foldSettings,
  isDamage,
  openSettings,
  type SessionId,
  settingsAgainstWriting,
  type SettingsEntry,
  settingsKind,
  type SettingsRecord,
  toHex,
} from "@bcopy/chain-format"
import { appendEntry, parseObjectKey } from "@bcopy/repo"
import { EngineError } from "./engine-error.ts"
import type { Repository } from "./repository.ts"

type Stored = { readonly entry: SettingsEntry; readonly digest: string }

/**
 * Sets records in the settings log under `prefix`, decided against the newest entry; gives the entry in force then. With
 * `unless`, nothing is written when the settings in force already satisfy it.
 * @throws EngineError `NeedsNewer` if the settings use what this version does not know
 */
export async function appendSettings(
  repository: Pick<Repository, "name" | "view" | "store" | "storeTime">,
  prefix: string,
  before: Stored | undefined,
  options: {
    readonly session: SessionId
    readonly records: readonly SettingsRecord[]
    readonly unless?: (entry: SettingsEntry) => boolean
    readonly signal?: AbortSignal
  },
): Promise<Stored> {
  const { view, store, storeTime } = repository
  const { session, records, unless, signal } = options
  let current = before
  const decide = () => {
    const unknown = settingsAgainstWriting(current?.entry)
    if (unknown.length > 0)
      throw new EngineError(
        "NeedsNewer",
        `${repository.name}: this repository needs a newer bcopy: it uses ${unknown.join(", ")}`,
      )
    if (current !== undefined && unless?.(current.entry) === true) return undefined
    const number = (current?.entry.number ?? 0) + 1
    const entry: SettingsEntry = {
      number,
      ...(current && { previous: current.digest }),
      session,
      atMs: storeTime.now(),
      records,
      catalogue: foldSettings(current?.entry.catalogue ?? [], records),
    }
    const objectKey = entryKey(prefix, number, view.entryTag)
    return { number, bytes: encodeSmallObject(settingsKind(prefix), entry, { ...view, objectKey }), entry }
  }
  let decided = decide()
  if (decided === undefined) return current as Stored
  await appendEntry(store, {
    keyOf: (number) => parseObjectKey(entryKey(prefix, number, view.entryTag)),
    first: decided,
    async collided(number, bytes) {
      current = { entry: openOrPassOver(number, bytes), digest: toHex(view.sha256(bytes)) }
      decided = decide()
      return decided
    },
    ...(signal && { signal }),
  })
  return decided === undefined
    ? (current as Stored)
    : { entry: decided.entry, digest: toHex(view.sha256(decided.bytes)) }

  /** An entry that does not open says nothing: what it set is set anew, behind it. */
  function openOrPassOver(number: number, bytes: Uint8Array): SettingsEntry {
    try {
      return openSettings(view, prefix, number, bytes)
    } catch (error) {
      if (!isDamage(error)) throw error
      return { number, session, atMs: 0, records: [], catalogue: current?.entry.catalogue ?? [] }
    }
  }
}
