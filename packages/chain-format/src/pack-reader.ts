import { ByteReader } from "./byte-reader.ts"
import { FormatError, isFormatError, withKey } from "./format-error.ts"
import { equalBytes } from "./hex.ts"
import { hasFooter, type ObjectKind } from "./object-kind.ts"
import {
  type BlocksRecord,
  decodeBlocksFooter,
  decodePagesFooter,
  type PageRecord,
  type Tagged,
} from "./pack-footer.ts"
import {
  decodePackHeader,
  MAX_SUITE_HEADER_BYTES,
  PACK_HEADER_BYTES,
  type PackHeader,
  withoutNewer,
} from "./pack-header.ts"
import { TRAILER_BYTES, TRAILER_MAGIC } from "./pack-writer.ts"
import type { Codec, Opening, SealSuite } from "./seal-suite.ts"
import { authenticateSlot, openSlot, readSlotHeader, SLOT_HEADER_BYTES } from "./slot.ts"

export interface OpenPackOptions {
  readonly suite: SealSuite
  readonly codec: Codec
  readonly objectKey: string
}

/** A pack whose footer was opened. */
export interface OpenedPack<Record> {
  readonly opening: Opening
  readonly slots: readonly (Tagged<Record> & { readonly offset: number; readonly storedBytes: number })[]
  /** Opens slot `number` of the pack. @throws FormatError as `openSlot`; `Inconsistent` if there is none */
  open(number: number): Uint8Array
}

/** Opens a whole data pack. @throws FormatError */
export function openDataPack(bytes: Uint8Array, options: OpenPackOptions): OpenedPack<BlocksRecord> {
  return withKey(options.objectKey, () => openPack("dataPack", bytes, options, decodeBlocksFooter))
}

/** Opens a whole map pack. @throws FormatError */
export function openMapPack(bytes: Uint8Array, options: OpenPackOptions): OpenedPack<PageRecord> {
  return withKey(options.objectKey, () => openPack("mapPack", bytes, options, decodePagesFooter))
}

interface BegunPack {
  readonly header: PackHeader & { readonly bytes: number }
  readonly opening: Opening
  readonly clearHeader: Uint8Array
}

type PackKey = Pick<OpenPackOptions, "suite" | "objectKey">

/**
 * Reads a pack's header and makes the suite ready for its slots. A header that asks for a newer version although the seal
 * is of one that does not is damaged.
 * @throws FormatError
 */
export function beginOpening(bytes: Uint8Array, kind: ObjectKind, options: PackKey): BegunPack {
  try {
    return beginWith(bytes, kind, options)
  } catch (error) {
    if (!isFormatError(error) || error.code !== "NeedsNewer" || !isSealedByThisVersion(bytes, kind, options))
      throw error
    throw new FormatError("Unopenable", `${options.objectKey}: its seal is of another header: ${error.message}`)
  }
}

function isSealedByThisVersion(bytes: Uint8Array, kind: ObjectKind, options: PackKey): boolean {
  try {
    const head = withoutNewer(bytes.subarray(0, PACK_HEADER_BYTES + MAX_SUITE_HEADER_BYTES))
    const { header, opening, clearHeader } = beginWith(head, kind, options)
    const last = hasFooter(kind) ? findFooter(bytes, header.bytes) : header.bytes
    authenticateSlot(bytes.subarray(last), { opening, packHeader: clearHeader })
    return true
  } catch (error) {
    if (isFormatError(error)) return false
    throw error
  }
}

function beginWith(bytes: Uint8Array, kind: ObjectKind, { suite, objectKey }: PackKey): BegunPack {
  const header = decodePackHeader(bytes)
  if (header.kind !== kind) throw new FormatError("BadMagic", `${objectKey} is a ${header.kind}, not a ${kind}`)
  if (header.suite !== suite.id)
    throw new FormatError(
      "Unopenable",
      `${objectKey} is sealed by suite ${header.suite}, this repository by ${suite.id}`,
    )
  const opening = suite.open(kind, objectKey, header.suiteHeader)
  return { header, opening, clearHeader: bytes.subarray(0, PACK_HEADER_BYTES) }
}

function openPack<Record>(
  kind: "dataPack" | "mapPack",
  bytes: Uint8Array,
  options: OpenPackOptions,
  decodeFooter: (bytes: Uint8Array) => readonly Tagged<Record>[],
): OpenedPack<Record> {
  const { opening, header, clearHeader } = beginOpening(bytes, kind, options)
  const footerAt = findFooter(bytes, header.bytes)
  const footerBytes = bytes.length - TRAILER_BYTES - footerAt
  const { plain, header: footerHeader } = openSlot(bytes.subarray(footerAt), {
    opening,
    codec: options.codec,
    packHeader: clearHeader,
    length: footerBytes,
  })
  if (SLOT_HEADER_BYTES + footerHeader.storedBytes !== footerBytes)
    throw new FormatError(
      "Inconsistent",
      `footer slot of ${SLOT_HEADER_BYTES + footerHeader.storedBytes} bytes, the trailer says ${footerBytes}`,
    )
  const records = decodeFooter(plain)
  if (!footerHeader.last || footerHeader.number !== records.length)
    throw new FormatError(
      "Inconsistent",
      `${options.objectKey}: footer of ${records.length} slots is slot ${footerHeader.number}`,
    )
  const slots: (Tagged<Record> & { offset: number; storedBytes: number })[] = []
  let offset = header.bytes
  for (const [number, record] of records.entries()) {
    const slot = readSlotHeader(bytes.subarray(offset, footerAt), { opening })
    const storedBytes = SLOT_HEADER_BYTES + slot.storedBytes
    if (slot.number !== number || slot.last || offset + storedBytes > footerAt)
      throw new FormatError(
        "Inconsistent",
        `${options.objectKey}: slot ${slot.number} stands where slot ${number} should`,
      )
    const end = bytes.subarray(offset, offset + storedBytes).subarray(-record.tag.length)
    if (!equalBytes(end, record.tag))
      throw new FormatError("Inconsistent", `${options.objectKey}: slot ${number} is not the one the footer names`)
    slots.push({ ...record, offset, storedBytes })
    offset += storedBytes
  }
  if (offset !== footerAt)
    throw new FormatError(
      "Inconsistent",
      `${options.objectKey}: slots end at byte ${offset}, the footer begins at ${footerAt}`,
    )
  return {
    opening,
    slots,
    open(number) {
      const slot = slots[number]
      if (slot === undefined) throw new FormatError("Inconsistent", `${options.objectKey} has no slot ${number}`)
      const stored = bytes.subarray(slot.offset, slot.offset + slot.storedBytes)
      return openSlot(stored, { opening, codec: options.codec }).plain
    },
  }
}

/** docs/format.md, Pack trailer: the footer's length stands in the last eight bytes. */
function findFooter(bytes: Uint8Array, headerBytes: number): number {
  if (bytes.length < headerBytes + SLOT_HEADER_BYTES + TRAILER_BYTES)
    throw new FormatError("Truncated", `pack of ${bytes.length} bytes has no room for a footer`)
  const trailer = new ByteReader(bytes.subarray(bytes.length - TRAILER_BYTES), "pack trailer")
  const footerBytes = trailer.u32()
  const magic = trailer.u32()
  if (magic !== TRAILER_MAGIC)
    throw new FormatError(
      "Truncated",
      `pack of ${bytes.length} bytes ends with 0x${magic.toString(16)}, not with "BCPE"`,
    )
  const at = bytes.length - TRAILER_BYTES - footerBytes
  if (at < headerBytes) throw new FormatError("BadValue", `footer of ${footerBytes} bytes in a pack of ${bytes.length}`)
  return at
}
