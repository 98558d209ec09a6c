import { createHash, hash } from "node:crypto"
import {
  equalBytes,
  FormatError,
  type ObjectKind,
  objectKinds,
  type Opening,
  type SealSuite,
} from "@bcopy/chain-format"

/** docs/format.md, Suites: bytes of the digest behind every slot. */
const TAG_BYTES = 16
/** From here on a copy of the body costs more than a streaming hash. */
const STREAMED_BYTES = 16 << 10
const empty = new Uint8Array(0)
const label = new TextEncoder().encode("bcopy-clear\0")

/**
 * The suite of repositories without encryption: every slot is followed by a digest over where it belongs and what it
 * holds. It finds accidents of every kind, not forgery: whoever may write can make digests too.
 */
export function clearSuite(): SealSuite {
  return {
    id: 0,
    overheadBytes: TAG_BYTES,
    seed: { suite: 0 },
    begin(kind, objectKey) {
      const tagOf = tagger(kind, objectKey)
      return {
        header: empty,
        hint: empty,
        slot(number, body, last, associated, into) {
          into.set(body)
          into.set(tagOf(number, last, associated, body), body.length)
          return body.length + TAG_BYTES
        },
      }
    },
    open(kind, objectKey, header) {
      if (header.length > 0)
        throw new FormatError("BadValue", `${objectKey}: suite 0 has no header, this one has ${header.length} bytes`)
      return opening(kind, objectKey)
    },
    openByHint(kind, objectKey, hint) {
      if (hint.length > 0)
        throw new FormatError("BadValue", `${objectKey}: suite 0 has no hint, this one has ${hint.length} bytes`)
      return opening(kind, objectKey)
    },
  }
}

function opening(kind: ObjectKind, objectKey: string): Opening {
  const tagOf = tagger(kind, objectKey)
  return {
    hint: empty,
    slot(number, sealed, last, associated) {
      if (sealed.length < TAG_BYTES)
        throw new FormatError(
          "Truncated",
          `${objectKey}: slot ${number} of ${sealed.length} bytes has no room for its digest`,
        )
      const body = sealed.subarray(0, sealed.length - TAG_BYTES)
      if (!equalBytes(sealed.subarray(body.length), tagOf(number, last, associated, body)))
        throw new FormatError("Unopenable", `${objectKey}: slot ${number} does not match its digest`)
      return body
    },
  }
}

/** docs/format.md, Suites: SHA-256 over place and content, cut to 16 bytes. */
function tagger(kind: ObjectKind, objectKey: string) {
  const key = new TextEncoder().encode(objectKey)
  const prefix = new Uint8Array(label.length + 3 + key.length + 7)
  const view = new DataView(prefix.buffer)
  prefix.set(label)
  view.setUint8(label.length, objectKinds[kind])
  view.setUint16(label.length + 1, key.length, true)
  prefix.set(key, label.length + 3)
  const at = label.length + 3 + key.length
  return (number: number, last: boolean, associated: Uint8Array, body: Uint8Array): Uint8Array => {
    view.setUint16(at, number, true)
    view.setUint8(at + 2, last ? 1 : 0)
    view.setUint32(at + 3, associated.length, true)
    if (body.length >= STREAMED_BYTES)
      return createHash("sha256").update(prefix).update(associated).update(body).digest().subarray(0, TAG_BYTES)
    // One pass over one buffer: the one-shot hash of little is several times faster than a streaming one.
    const input = new Uint8Array(prefix.length + associated.length + body.length)
    input.set(prefix)
    input.set(associated, prefix.length)
    input.set(body, prefix.length + associated.length)
    return hash("sha256", input, "buffer").subarray(0, TAG_BYTES)
  }
}
