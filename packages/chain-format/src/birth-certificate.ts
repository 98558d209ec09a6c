import { z } from "zod"
import { FormatError } from "./format-error.ts"
import { type FeatureSets, requireReadable } from "./feature-sets.ts"
import { toHex } from "./hex.ts"
import type { RepositoryId } from "./ids.ts"
import { FORMAT_VERSION } from "./pack-header.ts"
import { featureSets, hexBytes, hexId, parseBy } from "./schema.ts"

/** docs/format.md, Birth certificate */
export const MAX_BIRTH_CERTIFICATE_BYTES = 64 << 10
export const ID_SALT_BYTES = 32

/** `bcopy.json`: what a repository is, fixed when it was made. */
export interface BirthCertificate {
  readonly repository: RepositoryId
  /** Key of backup and workload ids in a clear repository. */
  readonly idSalt: Uint8Array
  /** Whether everything else is encrypted; never changes. */
  readonly encrypted: boolean
  /** Commitment to the root key of an encrypted repository. */
  readonly rootFingerprint?: string
  readonly features?: FeatureSets
}

const schema = z.object({
  format: z.literal("bcopy"),
  version: z.int().min(1),
  repository: hexId<"repository">(),
  idSalt: hexBytes.refine((bytes) => bytes.length === ID_SALT_BYTES, `is not ${ID_SALT_BYTES} bytes`),
  encryption: z.enum(["none", "aes-256-gcm"]),
  rootFingerprint: z.string().optional(),
  features: featureSets.optional(),
})

/** docs/format.md, Birth certificate: JSON for people, ending in a newline. */
export function encodeBirthCertificate(birth: BirthCertificate): Uint8Array {
  const { repository, idSalt, encrypted, rootFingerprint, features } = birth
  const json = {
    format: "bcopy",
    version: FORMAT_VERSION,
    repository,
    encryption: encrypted ? "aes-256-gcm" : "none",
    idSalt: toHex(idSalt),
    rootFingerprint,
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
  const head = json as { format?: unknown; version?: unknown; features?: unknown } | null
  if (typeof head !== "object" || head === null || head.format !== "bcopy")
    throw new FormatError("BadMagic", `bcopy.json does not say "format": "bcopy"`)
  if (typeof head.version === "number" && head.version > FORMAT_VERSION)
    throw new FormatError(
      "NeedsNewer",
      `the repository needs a newer bcopy: format ${head.version}, this one reads ${FORMAT_VERSION}`,
    )
  if (head.features !== undefined)
    requireReadable(parseBy(featureSets, head.features, "bcopy.json features"), "the repository")
  const { repository, idSalt, encryption, rootFingerprint, features } = parseBy(schema, json, "bcopy.json")
  return {
    repository,
    idSalt,
    encrypted: encryption !== "none",
    ...(rootFingerprint !== undefined && { rootFingerprint }),
    ...(features !== undefined && { features }),
  }
}
