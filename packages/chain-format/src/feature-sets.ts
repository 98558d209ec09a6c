import { FormatError } from "./format-error.ts"

/**
 * docs/format.md, Features: what a reader must know to go on, as ext4 does it. Unknown *compatible* features are
 * ignored; unknown *read-only-compatible* ones let it read but neither write nor reclaim; unknown *incompatible* ones
 * make it refuse.
 */
export interface FeatureSets {
  readonly compatible?: readonly string[]
  readonly readOnly?: readonly string[]
  readonly incompatible?: readonly string[]
}

/** The three sets as bit masks, in binary headers. Format 1 has given no bit a meaning yet. */
export interface FeatureBits {
  readonly compatible: number
  readonly readOnly: number
  readonly incompatible: number
}

export const NO_FEATURES: FeatureBits = { compatible: 0, readOnly: 0, incompatible: 0 }

/** What this version knows; the names are declared in docs/format.md, Features. */
const known: Readonly<Record<keyof FeatureSets, ReadonlySet<string>>> = {
  compatible: new Set(),
  readOnly: new Set(),
  incompatible: new Set(),
}

/** @throws FormatError `NeedsNewer` if an incompatible feature is unknown */
export function requireReadable(features: FeatureSets | undefined, what: string): void {
  const unknown = (features?.incompatible ?? []).filter((name) => !known.incompatible.has(name))
  if (unknown.length > 0)
    throw new FormatError("NeedsNewer", `${what} needs a newer bcopy: it uses ${unknown.join(", ")}`)
}

/** @throws FormatError `NeedsNewer` if an incompatible bit is set that this version does not know (none is known yet) */
export function requireReadableBits(bits: FeatureBits, what: string): void {
  if (bits.incompatible !== 0)
    throw new FormatError(
      "NeedsNewer",
      `${what} needs a newer bcopy: incompatible features 0x${bits.incompatible.toString(16)}`,
    )
}

/** The features in the way of writing: unknown read-only-compatible and incompatible ones. */
export function unknownForWriting(features: FeatureSets | undefined): readonly string[] {
  return [
    ...(features?.readOnly ?? []).filter((name) => !known.readOnly.has(name)),
    ...(features?.incompatible ?? []).filter((name) => !known.incompatible.has(name)),
  ]
}
