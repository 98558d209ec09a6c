import * as z from "zod"
import { FormatError } from "./format-error.ts"
import { type FeatureSets, requireReadable } from "./feature-sets.ts"
import { toHex } from "./hex.ts"
import type { RepositoryId } from "./ids.ts"
import { FORMAT_VERSION } from "./pack-header.ts"
import { featureSets, hexBytes, hexDigest, hexId, parseBy } from "./schema.ts"

/** docs/format.md, Birth certificate */
export const MAX_BIRTH_CERTIFICATE_BYTES = 64 << 10
export const ID_SALT_BYTES = 32

/** `bcopy.json`: what a repository is, fixed when it was made. */
export type BirthCertificate = ClearBirth | EncryptedBirth

interface AnyBirth {
  readonly repository: RepositoryId
  readonly features?: FeatureSets
}

/** Of a repository in the clear. */
export interface ClearBirth extends AnyBirth {
  readonly encrypted: false
  /** Key of backup and workload ids. */
  readonly idSalt: Uint8Array
}

/** Of a repository in which everything else is encrypted. */
export interface EncryptedBirth extends AnyBirth {
  readonly encrypted: true
  /** The root generation that it was made with: all later ones descend from it. */
  readonly root: RootMark
}

/** A root generation, named without giving it away. docs/format.md, Key rings */
export interface RootMark {
  readonly generation: number
  /** 64 hex digits. */
  readonly fingerprint: string
}

export const rootMark = z.object({ generation: z.int().min(1).max(0xffff_ffff), fingerprint: hexDigest })
const head = { format: z.literal("bcopy"), version: z.int().min(1), repository: hexId<"repository">() }
const schema = z.discriminatedUnion("encryption", [
  z.object({
    ...head,
    encryption: z.literal("none"),
    idSalt: hexBytes.refine((bytes) => bytes.length === ID_SALT_BYTES, `is not ${ID_SALT_BYTES} bytes`),
    features: featureSets.optional(),
  }),
  z.object({ ...head, encryption: z.literal("aes-256-gcm"), root: rootMark, features: featureSets.optional() }),
])

/** docs/format.md, Birth certificate: JSON for people, ending in a newline. */
export function encodeBirthCertificate(birth: BirthCertificate): Uint8Array {
  const { repository, encrypted, features } = birth
  const json = {
    format: "bcopy",
    version: FORMAT_VERSION,
    repository,
    encryption: encrypted ? "aes-256-gcm" : "none",
    ...(birth.encrypted ? { root: birth.root } : { idSalt: toHex(birth.idSalt) }),
    features,
  }
  return new TextEncoder().encode(`${JSON.stringify(json, undefined, 2)}\n`)
}

/** @throws FormatError `BadMagic` if it is no birth certificate at all, `BadValue`, `TooLarge`, `NeedsNewer` */
export function decodeBirthCertificate(bytes: Uint8Array): BirthCertificate {
  if (bytes.length > MAX_BIRTH_CERTIFICATE_BYTES)
    throw new FormatError("TooLarge", `bcopy.json of ${bytes.length} bytes, at most ${MAX_BIRTH_CERTIFICATE_BYTES}`)
  let json: unknown
  try {
    json = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes))
  } catch (cause) {
    throw new FormatError("BadMagic", "bcopy.json is not JSON in UTF-8", { cause })
  }
  const top = json as { format?: unknown; version?: unknown; features?: unknown } | null
  if (typeof top !== "object" || top === null || top.format !== "bcopy")
    throw new FormatError("BadMagic", `bcopy.json does not say "format": "bcopy"`)
  if (typeof top.version === "number" && top.version > FORMAT_VERSION)
    throw new FormatError(
      "NeedsNewer",
      `the repository needs a newer bcopy: format ${top.version}, this one reads ${FORMAT_VERSION}`,
    )
  if (top.features !== undefined)
    requireReadable(parseBy(featureSets, top.features, "bcopy.json features"), "the repository")
  const birth = parseBy(schema, json, "bcopy.json")
  const { repository, features } = birth
  return {
    repository,
    ...(birth.encryption === "none"
      ? { encrypted: false, idSalt: birth.idSalt }
      : { encrypted: true, root: birth.root }),
    ...(features !== undefined && { features }),
  }
}
