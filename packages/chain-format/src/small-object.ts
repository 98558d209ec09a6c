import { ByteWriter } from "./byte-writer.ts"
import { FormatError, withKey } from "./format-error.ts"
import { toHex } from "./hex.ts"
import { MAX_BODY_BYTES } from "./limits.ts"
import type { ObjectKind } from "./object-kind.ts"
import { encodePackHeader, PACK_HEADER_BYTES } from "./pack-header.ts"
import { beginOpening, type OpenPackOptions } from "./pack-reader.ts"
import { openSlot, readSlotHeader, sealSlot, SLOT_HEADER_BYTES } from "./slot.ts"

/** Compression level of JSON bodies: docs/format.md, Small objects. */
const LEVEL = 3

/** docs/format.md, Small objects: byte strings are lower-case hex. */
function bytesAsHex(this: Record<string, unknown>, key: string, value: unknown): unknown {
  // `this[key]`, not `value`: some byte arrays turn themselves into something else for JSON first.
  const bytes = this[key]
  return bytes instanceof Uint8Array ? toHex(bytes) : value
}

/** Seals a JSON value as an object of one slot: docs/format.md, Small objects. @throws FormatError `TooLarge` */
export function encodeSmallObject(kind: ObjectKind, body: unknown, options: OpenPackOptions): Uint8Array {
  const { suite, codec, objectKey } = options
  const plain = new TextEncoder().encode(JSON.stringify(body, bytesAsHex))
  if (plain.length > MAX_BODY_BYTES)
    throw new FormatError("TooLarge", `${objectKey}: body of ${plain.length} bytes, at most ${MAX_BODY_BYTES}`)
  const sealing = suite.begin(kind, objectKey)
  const head = encodePackHeader({ kind, suite: suite.id, suiteHeader: sealing.header })
  const packHeader = head.subarray(0, PACK_HEADER_BYTES)
  const writer = new ByteWriter().bytes(head)
  sealSlot(writer, plain, { suite, sealing, codec, level: LEVEL, number: 0, packHeader })
  return writer.view()
}

/** Opens an object of one slot and parses its JSON. @throws FormatError */
export function decodeSmallObject(kind: ObjectKind, bytes: Uint8Array, options: OpenPackOptions): unknown {
  return withKey(options.objectKey, () => openSmallObject(kind, bytes, options))
}

function openSmallObject(kind: ObjectKind, bytes: Uint8Array, options: OpenPackOptions): unknown {
  const { header, opening, clearHeader } = beginOpening(bytes, kind, options)
  const what = options.objectKey
  const { plainBytes } = readSlotHeader(bytes.subarray(header.bytes), { opening, packHeader: clearHeader })
  if (plainBytes > MAX_BODY_BYTES)
    throw new FormatError("TooLarge", `${what}: body of ${plainBytes} bytes, at most ${MAX_BODY_BYTES}`)
  const slot = openSlot(bytes.subarray(header.bytes), { opening, codec: options.codec, packHeader: clearHeader })
  if (slot.header.number !== 0 || !slot.header.last)
    throw new FormatError("Inconsistent", `${what}: its only slot is slot ${slot.header.number}, not the last one`)
  const end = header.bytes + SLOT_HEADER_BYTES + slot.header.storedBytes
  if (bytes.length !== end) throw new FormatError("TrailingBytes", `${what} ends at byte ${end}, got ${bytes.length}`)
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(slot.plain))
  } catch (cause) {
    throw new FormatError("BadValue", `${what}: body is not JSON in UTF-8`, { cause })
  }
}
