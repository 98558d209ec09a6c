import * as z from "zod"
import { rootMark } from "./birth-certificate.ts"
import { type FeatureSets, requireReadable, unknownForWriting } from "./feature-sets.ts"
import type { SessionId } from "./ids.ts"
import { isBlockSize, MAX_PACK_BYTES } from "./limits.ts"
import { featureSets, hexDigest, hexId, name, natural, parseBy } from "./schema.ts"

/** One setting: a type and what it says. The newest record of a type is in force. docs/format.md, Settings */
export type SettingsRecord =
  /** The job's name (backup). */
  | { readonly type: "name"; readonly name: string }
  /** The repository that a backup is copied from, where it is one source (backup). */
  | { readonly type: "origin"; readonly repository: string; readonly job: string }
  /** Block size of new chains (backup; in a repository: of new backups). */
  | { readonly type: "blockSize"; readonly bytes: number }
  /** Which points stay, and since when (backup); JSON of the policy library. */
  | { readonly type: "retention"; readonly policy: Readonly<Record<string, unknown>> }
  /** Size at which packs close (repository). */
  | { readonly type: "packSize"; readonly bytes: number }
  /** What the store was found to do (repository); JSON of the adapter. */
  | { readonly type: "passport"; readonly passport: unknown }
  /** SHA-256 of the stored birth certificate, lower-case hex (repository): `bcopy.json` itself carries no digest. */
  | { readonly type: "birth"; readonly digest: string }
  /** Tells this repository from a copy made by other means (repository). */
  | { readonly type: "instance"; readonly instance: string }
  /** The root generation in force (encrypted repository): what is sealed from now on is sealed under its epoch. */
  | { readonly type: "root"; readonly generation: number; readonly fingerprint: string }
  /** How long what points need is locked in the store (repository); neither `days` nor `followsRetention`: not at all. */
  | {
      readonly type: "immutability"
      /** From a point's commit on. */
      readonly days?: number
      /** As long as the retention policy is sure to keep it. */
      readonly followsRetention?: boolean
      readonly mode: "compliance" | "governance"
      /** Locks are extended for so many days more than is needed, so that it is needed once in so many days. */
      readonly generationDays: number
    }
  /** Every log has an entry under this generation's epoch: newer ones under earlier epochs are forged (encrypted repository). */
  | { readonly type: "ended"; readonly below: number }

/** A record of a type that this version does not know. */
export interface UnknownRecord {
  readonly type: string
  readonly features?: FeatureSets
}

/** An entry of a settings log; it always carries the whole state, so reading one costs one listing and one read. */
export interface SettingsEntry {
  readonly number: number
  /** SHA-256 of the stored bytes of the entry before, lower-case hex; absent in the first. */
  readonly previous?: string
  readonly session: SessionId
  readonly atMs: number
  readonly features?: FeatureSets
  /** What this entry sets. */
  readonly records: readonly (SettingsRecord | UnknownRecord)[]
  /** Everything in force after this entry. */
  readonly catalogue: readonly (SettingsRecord | UnknownRecord)[]
}

const record = z.looseObject({ type: z.string(), features: featureSets.optional() })
const schema = z.object({
  number: natural.min(1),
  previous: hexDigest.optional(),
  session: hexId<"session">(),
  atMs: natural,
  features: featureSets.optional(),
  records: z.array(record),
  catalogue: z.array(record),
})

const known: Readonly<Record<SettingsRecord["type"], z.ZodType>> = {
  name: z.looseObject({ name }),
  origin: z.looseObject({ repository: z.string(), job: name }),
  blockSize: z.looseObject({ bytes: natural.refine(isBlockSize, "is not a block size") }),
  retention: z.looseObject({ policy: z.looseObject({}) }),
  packSize: z.looseObject({ bytes: natural.min(1).max(MAX_PACK_BYTES) }),
  passport: z.looseObject({ passport: z.unknown() }),
  birth: z.looseObject({ digest: hexDigest }),
  instance: z.looseObject({ instance: z.string() }),
  root: z.looseObject(rootMark.shape),
  immutability: z.looseObject({
    days: natural.min(1).max(999).optional(),
    followsRetention: z.boolean().optional(),
    mode: z.enum(["compliance", "governance"]),
    generationDays: natural.min(1).max(90),
  }),
  ended: z.looseObject({ below: natural.min(1) }),
}

/** @throws FormatError `BadValue`, `NeedsNewer` */
export function parseSettingsEntry(json: unknown, what: string): SettingsEntry {
  const entry = parseBy(schema, json, what)
  requireReadable(entry.features, what)
  for (const setting of [...entry.records, ...entry.catalogue]) {
    requireReadable(setting.features, `${what}: setting ${setting.type}`)
    if (isKnown(setting.type)) parseBy(known[setting.type], setting, `${what}: setting ${setting.type}`)
  }
  return entry
}

/** The record of a type that is in force. */
export function findSetting<Type extends SettingsRecord["type"]>(
  entry: Pick<SettingsEntry, "catalogue"> | undefined,
  type: Type,
): Extract<SettingsRecord, { type: Type }> | undefined {
  return entry?.catalogue.find((setting) => setting.type === type) as
    Extract<SettingsRecord, { type: Type }> | undefined
}

/** The catalogue after `records` were set: they replace those of their types, all others stay, known or not. */
export function foldSettings(
  before: SettingsEntry["catalogue"],
  records: SettingsEntry["records"],
): SettingsEntry["catalogue"] {
  const types = new Set(records.map((setting) => setting.type))
  return [...before.filter((setting) => !types.has(setting.type)), ...records]
}

/** What in these settings keeps this version from writing: records it does not know to be compatible. */
export function settingsAgainstWriting(entry: SettingsEntry | undefined): readonly string[] {
  if (entry === undefined) return []
  const unknown = entry.catalogue.flatMap((setting) => {
    const { features } = setting as UnknownRecord
    const against = unknownForWriting(features)
    if (against.length > 0) return against
    const declared = (features?.compatible?.length ?? 0) > 0
    return isKnown(setting.type) || declared ? [] : [`setting "${setting.type}"`]
  })
  return [...unknownForWriting(entry.features), ...unknown]
}

function isKnown(type: string): type is SettingsRecord["type"] {
  return Object.hasOwn(known, type)
}
