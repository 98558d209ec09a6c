import { createHash, createHmac } from "node:crypto"
import { zstdCompressSync, zstdDecompressSync, constants } from "node:zlib"
import { FormatError } from "../format-error.ts"
import { equalBytes } from "../hex.ts"
import type { IdMac } from "../ids.ts"
import { type ObjectKind, objectKinds } from "../object-kind.ts"
import type { Codec, Opening, SealSuite, Sha256 } from "../seal-suite.ts"

const TAG_BYTES = 16

/** SHA-256 for tests. */
export const sha256: Sha256 = (bytes) => new Uint8Array(createHash("sha256").update(bytes).digest())

/** The id MAC of a clear repository with this salt. */
export function idMac(idSalt: Uint8Array): IdMac {
  return (message) => new Uint8Array(createHmac("sha256", idSalt).update(message).digest())
}

/** Zstandard for tests. */
export const codec: Codec = {
  compress: (bytes, level) =>
    plainArray(zstdCompressSync(bytes, { params: { [constants.ZSTD_c_compressionLevel]: level } })),
  decompress: (bytes, plainBytes) =>
    plainArray(zstdDecompressSync(bytes, { maxOutputLength: Math.max(1, plainBytes) })),
}

/** docs/format.md, Suites: the suite of a repository without encryption, as the tests and vectors of this package use it. */
export const clearSuite: SealSuite = {
  id: 0,
  overheadBytes: TAG_BYTES,
  begin: (kind, objectKey) => ({
    header: new Uint8Array(),
    hint: new Uint8Array(),
    slot(number, body, last, associated, into) {
      into.set(body)
      into.set(tagOf({ kind, objectKey, number, last, associated, body }), body.length)
      return body.length + TAG_BYTES
    },
  }),
  open(kind, objectKey, header) {
    if (header.length > 0)
      throw new FormatError("BadValue", `${objectKey}: clear suite header of ${header.length} bytes`)
    return opening(kind, objectKey)
  },
  openByHint(kind, objectKey, hint) {
    if (hint.length > 0) throw new FormatError("BadValue", `${objectKey}: clear suite hint of ${hint.length} bytes`)
    return opening(kind, objectKey)
  },
}

function opening(kind: ObjectKind, objectKey: string): Opening {
  return {
    hint: new Uint8Array(),
    slot(number, sealed, last, associated) {
      if (sealed.length < TAG_BYTES)
        throw new FormatError("Truncated", `${objectKey}: slot ${number} of ${sealed.length} bytes has no tag`)
      const body = sealed.subarray(0, sealed.length - TAG_BYTES)
      const tag = tagOf({ kind, objectKey, number, last, associated, body })
      if (!equalBytes(tag, sealed.subarray(body.length)))
        throw new FormatError("Unopenable", `${objectKey}: slot ${number} does not have the tag of its bytes`)
      return body
    },
  }
}

interface Tagged {
  readonly kind: ObjectKind
  readonly objectKey: string
  readonly number: number
  readonly last: boolean
  readonly associated: Uint8Array
  readonly body: Uint8Array
}

/** Plain node:crypto and Buffers on purpose: written from the document, not from the code it tests. */
function tagOf({ kind, objectKey, number, last, associated, body }: Tagged): Uint8Array {
  const key = Buffer.from(objectKey, "utf8")
  const hash = createHash("sha256").update("bcopy-clear\0").update(Uint8Array.of(objectKinds[kind]))
  hash
    .update(u16(key.length))
    .update(key)
    .update(u16(number))
    .update(Uint8Array.of(last ? 1 : 0))
  hash.update(u32(associated.length)).update(associated).update(body)
  return new Uint8Array(hash.digest().subarray(0, TAG_BYTES))
}

function u16(value: number): Uint8Array {
  return Uint8Array.of(value & 0xff, value >> 8)
}

function u32(value: number): Uint8Array {
  return Uint8Array.of(value & 0xff, (value >>> 8) & 0xff, (value >>> 16) & 0xff, value >>> 24)
}

function plainArray(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
