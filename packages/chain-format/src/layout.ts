import type { BackupId, SessionId, WorkloadId } from "./ids.ts"

/** docs/format.md, Keys: 14 hex digits. */
const NAME_DIGITS = 14
const PACK_DIGITS = 8

/** Gives the tag of an entry's name in an encrypted repository; absent in a clear one. docs/format.md, Keys */
export type EntryTag = (logPrefix: string, number: number) => string

/** The birth certificate. */
export const BIRTH_KEY = "bcopy.json"

/** How far an epoch of reclaim has come: docs/format.md, Condemned lists. */
export type CondemnedStage = "condemned" | "final" | "closed"

/** Where things lie in a repository: prefixes end with a slash. docs/format.md, Keys */
export const layout = {
  /** Key slots of an encrypted repository: what opens one stands in its name. */
  keys: "keys/",
  keySlot: (type: "password" | "recovery" | "external", slot: string) => `keys/${type}-${slot}`,
  repositorySettings: "log/",
  backups: "backups/",
  backup: (backup: BackupId) => `backups/${backup}/`,
  backupSettings: (backup: BackupId) => `backups/${backup}/settings/`,
  logs: (backup: BackupId) => `backups/${backup}/log/`,
  log: (backup: BackupId, workload: WorkloadId) => `backups/${backup}/log/${workload}/`,
  packs: (backup: BackupId, session: SessionId) => `backups/${backup}/packs/${session}/`,
  pack: (backup: BackupId, session: SessionId, number: number) =>
    `backups/${backup}/packs/${session}/${ascending(number)}`,
  sessions: (backup: BackupId, workload: WorkloadId) => `backups/${backup}/sessions/${workload}/`,
  beat: (backup: BackupId, workload: WorkloadId, session: SessionId, number: number) =>
    `backups/${backup}/sessions/${workload}/${session}/${ascending(number)}`,
  allPacks: (backup: BackupId) => `backups/${backup}/packs/`,
  /** Who reads a point for long. */
  readers: (backup: BackupId) => `backups/${backup}/sessions/readers/`,
  reader: (backup: BackupId, session: SessionId, number: number) =>
    `backups/${backup}/sessions/readers/${session}/${ascending(number)}`,
  /** Who empties sparse packs. */
  reclaimers: (backup: BackupId) => `backups/${backup}/sessions/reclaim/`,
  reclaimer: (backup: BackupId, session: SessionId, number: number) =>
    `backups/${backup}/sessions/reclaim/${session}/${ascending(number)}`,
  condemned: (backup: BackupId) => `backups/${backup}/condemned/`,
  /** What an epoch of reclaim condemns, what of it goes, and that it is over. */
  condemnedList: (backup: BackupId, epoch: number, stage: CondemnedStage) =>
    `backups/${backup}/condemned/${ascending(epoch)}${stage === "condemned" ? "" : `.${stage}`}`,
} as const

/** The key of entry `number` (from 1) of the log under `prefix`: the newest entry lists first. */
export function entryKey(prefix: string, number: number, tag?: EntryTag): string {
  const name = (Number.MAX_SAFE_INTEGER - number).toString(16).padStart(NAME_DIGITS, "0")
  return tag === undefined ? `${prefix}${name}` : `${prefix}${name}-${tag(prefix, number)}`
}

/** The number of the entry with this key; `undefined` if no entry of this log can have it. */
export function entryNumber(prefix: string, key: string, tag?: EntryTag): number | undefined {
  const name = key.startsWith(prefix) ? key.slice(prefix.length, prefix.length + NAME_DIGITS) : ""
  if (!/^[0-9a-f]{14}$/.test(name)) return undefined
  const number = Number.MAX_SAFE_INTEGER - Number.parseInt(name, 16)
  return number >= 1 && entryKey(prefix, number, tag) === key ? number : undefined
}

/** The number at the end of the key of a pack or beat; `undefined` if there is none. */
export function ascendingNumber(prefix: string, key: string): number | undefined {
  const name = key.startsWith(prefix) ? key.slice(prefix.length) : ""
  return /^[0-9a-f]{8}$/.test(name) ? Number.parseInt(name, 16) : undefined
}

/** The epoch and stage of the condemned list with this key; `undefined` if none can have it. */
export function condemnedStage(
  backup: BackupId,
  key: string,
): { readonly epoch: number; readonly stage: CondemnedStage } | undefined {
  const prefix = layout.condemned(backup)
  const [name = "", stage = "condemned", ...more] = key.startsWith(prefix) ? key.slice(prefix.length).split(".") : []
  const epoch = ascendingNumber(prefix, prefix + name)
  if (epoch === undefined || epoch === 0 || more.length > 0) return undefined
  if (stage !== "condemned" && stage !== "final" && stage !== "closed") return undefined
  return layout.condemnedList(backup, epoch, stage) === key ? { epoch, stage } : undefined
}

function ascending(number: number): string {
  return number.toString(16).padStart(PACK_DIGITS, "0")
}
