import { ByteReader } from "./byte-reader.ts"
import { ByteWriter } from "./byte-writer.ts"
import { FormatError, isFormatError } from "./format-error.ts"
import { MAX_SLOT_OVERHEAD_BYTES, MAX_SLOT_PLAIN_BYTES } from "./limits.ts"
import type { Codec, Opening, SealSuite, Sealing } from "./seal-suite.ts"

/** docs/format.md, Slots */
export const SLOT_HEADER_BYTES = 16
const CODEC_AT = 2
const STORED_AT = 8
const CODEC_STORED = 0
const CODEC_ZSTD = 1
const LAST = 1

/** The clear, authenticated beginning of a slot. */
export interface SlotHeader {
  readonly number: number
  readonly compressed: boolean
  readonly last: boolean
  readonly plainBytes: number
  /** What follows the header: body and tag. */
  readonly storedBytes: number
}

export function encodeSlotHeader(header: SlotHeader): Uint8Array {
  return new ByteWriter(SLOT_HEADER_BYTES)
    .u16(header.number)
    .u8(header.compressed ? CODEC_ZSTD : CODEC_STORED)
    .u8(header.last ? LAST : 0)
    .u32(header.plainBytes)
    .u32(header.storedBytes)
    .u32(0)
    .view()
}

/** @throws FormatError `Truncated`, `BadValue`, `TooLarge` */
export function decodeSlotHeader(bytes: Uint8Array): SlotHeader {
  const reader = new ByteReader(bytes.subarray(0, SLOT_HEADER_BYTES), "slot header")
  const number = reader.u16()
  const codec = reader.u8()
  const flags = reader.u8()
  const plainBytes = reader.u32()
  const storedBytes = reader.u32()
  if (codec > CODEC_ZSTD) throw new FormatError("NeedsNewer", `slot ${number} needs a newer bcopy: codec ${codec}`)
  if ((flags & ~LAST) !== 0 || reader.u32() !== 0)
    throw new FormatError("BadValue", `slot ${number} has a reserved bit that is not 0`)
  if (plainBytes > MAX_SLOT_PLAIN_BYTES)
    throw new FormatError("TooLarge", `slot ${number} of ${plainBytes} plain bytes, at most ${MAX_SLOT_PLAIN_BYTES}`)
  if (storedBytes > plainBytes + MAX_SLOT_OVERHEAD_BYTES)
    throw new FormatError("TooLarge", `slot ${number} stores ${storedBytes} bytes for ${plainBytes} plain ones`)
  return { number, compressed: codec === CODEC_ZSTD, last: (flags & LAST) !== 0, plainBytes, storedBytes }
}

interface OpenSlotOptions {
  readonly opening: Opening
  /** The pack header's clear bytes; needed for the pack's last slot. */
  readonly packHeader?: Uint8Array
  /** Bytes of the slot with its header, for whoever was told by what names it. */
  readonly length?: number
  /** Memory that the body may be put into, if it fits. */
  readonly into?: Uint8Array
}

/**
 * The header of the slot at the beginning of `bytes`. An unknown codec is damage, no newer one, if the seal disowns it or
 * these are not as many bytes as were named.
 * @throws FormatError as {@link decodeSlotHeader}; `Unopenable`, `Inconsistent`
 */
export function readSlotHeader(bytes: Uint8Array, options: OpenSlotOptions): SlotHeader {
  try {
    return decodeSlotHeader(bytes)
  } catch (error) {
    if (!isFormatError(error) || error.code !== "NeedsNewer") throw error
    const storedBytes = new ByteReader(bytes.subarray(STORED_AT), "slot header").u32()
    const length = SLOT_HEADER_BYTES + storedBytes
    if (options.length !== undefined && options.length !== length)
      throw new FormatError("Inconsistent", `a slot of ${length} bytes stands where one of ${options.length} should`)
    if (![CODEC_STORED, CODEC_ZSTD].some((codec) => isSealedWith(bytes, codec, options))) throw error
    throw new FormatError("Unopenable", `its seal is of another codec than its header says: ${error.message}`)
  }
}

function isSealedWith(bytes: Uint8Array, codec: number, options: OpenSlotOptions): boolean {
  try {
    authenticateSlot(bytes.with(CODEC_AT, codec), options)
    return true
  } catch (error) {
    if (isFormatError(error)) return false
    throw error
  }
}

/** docs/format.md, Slots: the last slot also authenticates the clear part of the pack's header. */
function associatedData(slotHeader: Uint8Array, last: boolean, packHeader: Uint8Array | undefined): Uint8Array {
  if (!last) return slotHeader
  if (packHeader === undefined) throw new FormatError("Inconsistent", "the last slot opens only with its pack's header")
  return new ByteWriter(slotHeader.length + packHeader.length).bytes(slotHeader).bytes(packHeader).view()
}

export interface SealSlotOptions {
  readonly suite: Pick<SealSuite, "overheadBytes">
  readonly sealing: Sealing
  readonly codec: Codec
  readonly level: number
  readonly number: number
  /** The pack header's clear bytes; given exactly for the pack's last slot. */
  readonly packHeader?: Uint8Array
}

/** A slot as it was written: header, body and tag. */
export interface SealedSlot {
  readonly storedBytes: number
  /** A view of the last bytes written, good until the next ones are. */
  readonly sealed: Uint8Array
}

/** What a codec made of a slot's bytes before. */
export interface CompressedSlot {
  readonly compressed: Uint8Array
  readonly plainBytes: number
}

/**
 * Writes the slot's header and its sealed body: what is compressed already as it is, other bytes compressed where it pays.
 * @throws FormatError `TooLarge`
 */
export function sealSlot(
  writer: ByteWriter,
  content: Uint8Array | CompressedSlot,
  options: SealSlotOptions,
): SealedSlot {
  const { codec, level } = options
  if (!(content instanceof Uint8Array)) return sealBody(writer, content.compressed, content.plainBytes, true, options)
  const smaller = level > 0 && content.length > 0 ? codec.compress(content, level) : content
  const pays = smaller.length < content.length
  const slot = sealBody(writer, pays ? smaller : content, content.length, pays, options)
  if (smaller !== content) codec.release?.(smaller)
  return slot
}

function sealBody(
  writer: ByteWriter,
  body: Uint8Array,
  plainBytes: number,
  compressed: boolean,
  { suite, sealing, number, packHeader }: SealSlotOptions,
): SealedSlot {
  if (plainBytes > MAX_SLOT_PLAIN_BYTES)
    throw new FormatError("TooLarge", `slot ${number} of ${plainBytes} plain bytes, at most ${MAX_SLOT_PLAIN_BYTES}`)
  const last = packHeader !== undefined
  const storedBytes = body.length + suite.overheadBytes
  const header = encodeSlotHeader({ number, compressed, last, plainBytes, storedBytes })
  writer.bytes(header)
  const sealed = writer.reserve(storedBytes)
  const written = sealing.slot(number, body, last, associatedData(header, last, packHeader), sealed)
  // The rest of the memory may hold anything.
  if (written !== storedBytes)
    throw new FormatError("Inconsistent", `the suite gave ${written} bytes for slot ${number}, not ${storedBytes}`)
  return { storedBytes: header.length + storedBytes, sealed }
}

/** A slot that opened. */
export interface OpenedSlot {
  readonly header: SlotHeader
  readonly plain: Uint8Array
  /** What was sealed: `plain`, or its compressed form. May be a view of what was given. */
  readonly body: Uint8Array
}

/**
 * Opens the slot at the beginning of `bytes` (header and body; more may follow).
 * @throws FormatError `Unopenable` if it is not what was sealed there, `Truncated`, `BadValue`, `TooLarge`
 */
export function openSlot(bytes: Uint8Array, options: OpenSlotOptions & { readonly codec: Codec }): OpenedSlot {
  const { header, body } = unsealSlot(bytes, options)
  if (!header.compressed) {
    if (body.length !== header.plainBytes)
      throw new FormatError(
        "Inconsistent",
        `slot ${header.number} has ${body.length} bytes, its header says ${header.plainBytes}`,
      )
    return { header, plain: body, body }
  }
  try {
    const plain = options.codec.decompress(body, header.plainBytes)
    if (plain.length === header.plainBytes) return { header, plain, body }
    throw new Error(`${plain.length} bytes`)
  } catch (cause) {
    throw new FormatError("Inconsistent", `slot ${header.number} does not decompress to ${header.plainBytes} bytes`, {
      cause,
    })
  }
}

/** Authenticates a slot without decompressing it. @throws FormatError as {@link openSlot} */
export function authenticateSlot(bytes: Uint8Array, options: OpenSlotOptions): SlotHeader {
  return unsealSlot(bytes, options).header
}

/** What was sealed, compressed or not as it was then. @throws FormatError as {@link openSlot} */
export function unsealSlot(bytes: Uint8Array, options: OpenSlotOptions): Pick<OpenedSlot, "header" | "body"> {
  const header = readSlotHeader(bytes, options)
  const associated = associatedData(bytes.subarray(0, SLOT_HEADER_BYTES), header.last, options.packHeader)
  const sealed = sealedPart(bytes, header)
  return { header, body: options.opening.slot(header.number, sealed, header.last, associated, options.into) }
}

function sealedPart(bytes: Uint8Array, header: SlotHeader): Uint8Array {
  const end = SLOT_HEADER_BYTES + header.storedBytes
  if (bytes.length < end)
    throw new FormatError("Truncated", `slot ${header.number} needs ${end} bytes, got ${bytes.length}`)
  return bytes.subarray(SLOT_HEADER_BYTES, end)
}
