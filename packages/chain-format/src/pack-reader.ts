import { ByteReader } from "./byte-reader.ts"
import { FormatError } from "./format-error.ts"
import type { ObjectKind } from "./object-kind.ts"
import {
  type BlocksRecord,
  decodeBlocksFooter,
  decodePagesFooter,
  type PageRecord,
  type Tagged,
} from "./pack-footer.ts"
import { decodePackHeader, PACK_HEADER_BYTES, type PackHeader } from "./pack-header.ts"
import { TRAILER_BYTES, TRAILER_MAGIC } from "./pack-writer.ts"
import type { Codec, Opening, SealSuite } from "./seal-suite.ts"
import { decodeSlotHeader, openSlot, SLOT_HEADER_BYTES } from "./slot.ts"

export interface OpenPackOptions {
  readonly suite: SealSuite
  readonly codec: Codec
  readonly objectKey: string
}

/** A pack whose footer was opened. */
export interface OpenedPack<Record> {
  readonly opening: Opening
  readonly slots: readonly (Tagged<Record> & { readonly offset: number; readonly storedBytes: number })[]
  /** Opens slot `number` of the pack. @throws FormatError as `openSlot`; `Inconsistent` if it is not the footer's */
  open(number: number): Uint8Array
}

/** Opens a whole data pack. @throws FormatError */
export function openDataPack(bytes: Uint8Array, options: OpenPackOptions): OpenedPack<BlocksRecord> {
  return openPack("dataPack", bytes, options, decodeBlocksFooter)
}

/** Opens a whole map pack. @throws FormatError */
export function openMapPack(bytes: Uint8Array, options: OpenPackOptions): OpenedPack<PageRecord> {
  return openPack("mapPack", bytes, options, decodePagesFooter)
}

/** Reads a pack's header and makes the suite ready for its slots. @throws FormatError */
export function beginOpening(
  bytes: Uint8Array,
  kind: ObjectKind,
  { suite, objectKey }: Pick<OpenPackOptions, "suite" | "objectKey">,
): {
  readonly header: PackHeader & { readonly bytes: number }
  readonly opening: Opening
  readonly clearHeader: Uint8Array
} {
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
  const { plain, header: footerHeader } = openSlot(bytes.subarray(footerAt), {
    opening,
    codec: options.codec,
    packHeader: clearHeader,
  })
  const records = decodeFooter(plain)
  if (!footerHeader.last || footerHeader.number !== records.length)
    throw new FormatError(
      "Inconsistent",
      `${options.objectKey}: footer of ${records.length} slots is slot ${footerHeader.number}`,
    )
  const slots: (Tagged<Record> & { offset: number; storedBytes: number })[] = []
  let offset = header.bytes
  for (const [number, record] of records.entries()) {
    const slot = decodeSlotHeader(bytes.subarray(offset, footerAt))
    const storedBytes = SLOT_HEADER_BYTES + slot.storedBytes
    if (slot.number !== number || slot.last || offset + storedBytes > footerAt)
      throw new FormatError(
        "Inconsistent",
        `${options.objectKey}: slot ${slot.number} stands where slot ${number} should`,
      )
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
      if (!stored.subarray(stored.length - slot.tag.length).every((byte, index) => byte === slot.tag[index]))
        throw new FormatError("Inconsistent", `${options.objectKey}: slot ${number} is not the one the footer names`)
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
  const header = decodeSlotHeader(bytes.subarray(at, bytes.length - TRAILER_BYTES))
  if (SLOT_HEADER_BYTES + header.storedBytes !== footerBytes)
    throw new FormatError(
      "Inconsistent",
      `footer slot of ${SLOT_HEADER_BYTES + header.storedBytes} bytes, the trailer says ${footerBytes}`,
    )
  return at
}
