import { ByteReader } from "./byte-reader.ts"
import { ByteWriter } from "./byte-writer.ts"
import { FormatError } from "./format-error.ts"
import { DIGEST_BYTES, MAX_PACK_OBJECT_BYTES } from "./limits.ts"

/** docs/format.md, Pages: the byte that says what a page is. */
const types = { mapLeaf: 1, mapInner: 2, tableLeaf: 3, tableInner: 4 } as const

/** Where a page lies and what it must contain. */
export interface PagePointer {
  /** The map pack's number in the manifest's list. */
  readonly pack: number
  /** First byte of the slot that holds the page, and all its bytes. */
  readonly offset: number
  readonly length: number
  /** Map pages: digest of the subtree (content hash). Pack-table pages: SHA-256 of the plain page. */
  readonly digest: Uint8Array
}

/** docs/format.md, Pages: where the incompatible features stand. */
export const PAGE_INCOMPATIBLE_AT = 4

/** docs/format.md, Pages: type, level, three feature bytes, three reserved ones, index. */
export function beginPage(
  type: keyof typeof types,
  level: number,
  index: number,
  capacity: number,
  incompatible = 0,
): ByteWriter {
  return new ByteWriter(capacity).u8(types[type]).u8(level).u8(0).u8(0).u8(incompatible).u8(0).u16(0).u48(index)
}

/** @throws FormatError `Truncated`, `BadMagic`, `BadValue`, `NeedsNewer`, `Inconsistent` */
export function openPage(
  bytes: Uint8Array,
  type: keyof typeof types,
  level: number,
  index: number,
  knownIncompatible = 0,
): ByteReader {
  const reader = new ByteReader(bytes, `${type} page ${level}/${index}`)
  const found = reader.u8()
  if (found !== types[type]) throw new FormatError("BadMagic", `page of type ${found} where a ${type} should be`)
  const foundLevel = reader.u8()
  reader.u8() // compatible features are ignored
  reader.u8() // read-only-compatible ones concern writers: the manifest repeats them
  const incompatible = reader.u8() & ~knownIncompatible
  if (incompatible !== 0)
    throw new FormatError(
      "NeedsNewer",
      `${type} page needs a newer bcopy: incompatible features 0x${incompatible.toString(16)}`,
    )
  if (reader.u8() !== 0 || reader.u16() !== 0)
    throw new FormatError("BadValue", `${type} page ${level}/${index} has a reserved byte that is not 0`)
  const foundIndex = reader.u48()
  if (foundLevel !== level || foundIndex !== index)
    throw new FormatError(
      "Inconsistent",
      `${type} page ${foundLevel}/${foundIndex} stands where ${level}/${index} should`,
    )
  return reader
}

export function writePointer(writer: ByteWriter, pointer: PagePointer): void {
  writer.varint(pointer.pack).varint(pointer.offset).varint(pointer.length).bytes(pointer.digest)
}

/** @throws FormatError `Truncated`, `BadValue` */
export function readPointer(reader: ByteReader): PagePointer {
  const pack = reader.varint()
  const offset = reader.varint()
  const length = reader.varint()
  if (offset + length > MAX_PACK_OBJECT_BYTES)
    throw new FormatError(
      "BadValue",
      `page pointer to byte ${offset} + ${length}, packs end at ${MAX_PACK_OBJECT_BYTES}`,
    )
  return { pack, offset, length, digest: reader.bytes(DIGEST_BYTES) }
}

/** Whether both point to the same stored page. */
export function samePage(left: PagePointer | undefined, right: PagePointer | undefined): boolean {
  if (left === undefined || right === undefined) return left === right
  return left.pack === right.pack && left.offset === right.offset
}
