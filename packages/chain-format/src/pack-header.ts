import { ByteReader } from "./byte-reader.ts"
import { ByteWriter } from "./byte-writer.ts"
import { type FeatureBits, NO_FEATURES, requireReadableBits } from "./feature-sets.ts"
import { FormatError } from "./format-error.ts"
import { type ObjectKind, objectKinds, parseObjectKind } from "./object-kind.ts"

/** docs/format.md, Pack header: "BCPK". */
const MAGIC = 0x4b504342
export const FORMAT_VERSION = 1
/** docs/format.md, Pack header: the part that every pack has; the suite's part follows. */
export const PACK_HEADER_BYTES = 24
const VERSION_AT = 4
const INCOMPATIBLE_AT = 16
/** docs/format.md, Pack header */
export const MAX_SUITE_HEADER_BYTES = 1024

/** The clear beginning of every object but `bcopy.json`. */
export interface PackHeader {
  readonly kind: ObjectKind
  readonly suite: number
  readonly features: FeatureBits
  /** The suite's part: salt, key commitment; empty in the clear suite. */
  readonly suiteHeader: Uint8Array
}

export function encodePackHeader(header: Omit<PackHeader, "features"> & { features?: FeatureBits }): Uint8Array {
  const features = header.features ?? NO_FEATURES
  if (header.suiteHeader.length > MAX_SUITE_HEADER_BYTES)
    throw new FormatError(
      "TooLarge",
      `suite header of ${header.suiteHeader.length} bytes, at most ${MAX_SUITE_HEADER_BYTES}`,
    )
  return new ByteWriter(PACK_HEADER_BYTES + header.suiteHeader.length)
    .u32(MAGIC)
    .u8(FORMAT_VERSION)
    .u8(objectKinds[header.kind])
    .u8(header.suite)
    .u8(0)
    .u32(features.compatible)
    .u32(features.readOnly)
    .u32(features.incompatible)
    .u16(header.suiteHeader.length)
    .u16(0)
    .bytes(header.suiteHeader)
    .view()
}

/** The bytes of a header that asks for a newer version, as this one would have written them. */
export function withoutNewer(header: Uint8Array): Uint8Array {
  const own = header.slice()
  own[VERSION_AT] = FORMAT_VERSION
  return own.fill(0, INCOMPATIBLE_AT, INCOMPATIBLE_AT + 4)
}

/**
 * Reads the header at the beginning of `bytes`, which may go on behind it.
 * @throws FormatError `Truncated`, `BadMagic`, `BadValue`, `TooLarge`, `NeedsNewer`
 */
export function decodePackHeader(bytes: Uint8Array): PackHeader & { readonly bytes: number } {
  const reader = new ByteReader(bytes, "pack header")
  const magic = reader.u32()
  if (magic !== MAGIC) throw new FormatError("BadMagic", `pack begins with 0x${magic.toString(16)}, not with "BCPK"`)
  const version = reader.u8()
  if (version > FORMAT_VERSION)
    throw new FormatError("NeedsNewer", `pack needs a newer bcopy: format ${version}, this one reads ${FORMAT_VERSION}`)
  if (version !== FORMAT_VERSION) throw new FormatError("BadValue", `pack has format version ${version}`)
  const kind = parseObjectKind(reader.u8())
  const suite = reader.u8()
  const reserved = reader.u8()
  const features = { compatible: reader.u32(), readOnly: reader.u32(), incompatible: reader.u32() }
  requireReadableBits(features, "pack")
  const suiteHeaderBytes = reader.u16()
  if (reserved !== 0 || reader.u16() !== 0)
    throw new FormatError("BadValue", "pack header has a reserved byte that is not 0")
  if (suiteHeaderBytes > MAX_SUITE_HEADER_BYTES)
    throw new FormatError("TooLarge", `suite header of ${suiteHeaderBytes} bytes, at most ${MAX_SUITE_HEADER_BYTES}`)
  return { kind, suite, features, suiteHeader: reader.bytes(suiteHeaderBytes), bytes: reader.at }
}
