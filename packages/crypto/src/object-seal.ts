import { createCipheriv, createDecipheriv, createSecretKey, type KeyObject, timingSafeEqual } from "node:crypto"
import { CryptoError } from "./crypto-error.ts"
import { deriveKeys, idBytes, KEY_BYTES, labelled, u32 } from "./derive-keys.ts"
import type { SecretKey } from "./secret-key.ts"

/** docs/format.md, Suites: the number of AES-256-GCM under keys derived for each sealing. */
export const SUITE_ID = 1
/** docs/format.md, Suites: bytes that sealing adds to a body. */
export const TAG_BYTES = 16
/** docs/format.md, Suites: epoch, salt, commitment. */
export const SUITE_HEADER_BYTES = 4 + 2 * KEY_BYTES
/** docs/format.md, Suites: epoch, salt. */
export const HINT_BYTES = 4 + KEY_BYTES
/** docs/format.md, Suites: far below what SP 800-38D allows a key (2^32 messages of 2^36 bytes). */
const MAX_SLOTS = 1 << 16
const MAX_SEALED_BYTES = 2 ** 30
const CIPHER = "aes-256-gcm"
/** Node gives what it encrypts in memory of its own: in pieces that need no memory mapped and unmapped for each. */
const PIECE_BYTES = 64 << 10
const NONCE_BYTES = 12

/** What a sealing is bound to. */
export interface ObjectPlace {
  /** The repository's id, 32 hex digits. */
  readonly repository: string
  /** docs/format.md, Kinds */
  readonly kind: number
  readonly objectKey: string
}

/** The key of an epoch, and its number. */
export interface EpochKey {
  readonly epoch: number
  readonly key: SecretKey
}

/** One object being sealed. */
export interface ObjectSealing {
  readonly header: Uint8Array
  readonly hint: Uint8Array
  /**
   * Seals a body into `into`, 16 bytes longer: what is encrypted, then the tag. Numbers ascend, so that no nonce is used
   * twice. @throws CryptoError `KeyUsedUp`
   */
  slot(number: number, body: Uint8Array, associated: Uint8Array, into: Uint8Array): number
}

/** One object being opened. */
export interface ObjectOpening {
  readonly hint: Uint8Array
  /**
   * The body of a slot, whole and authentic: a view of `into`, where that is given and large enough, which holds zeros if it
   * is not authentic; otherwise in memory of its own. @throws CryptoError `Unopenable`
   */
  slot(number: number, sealed: Uint8Array, associated: Uint8Array, into?: Uint8Array): Uint8Array
}

/**
 * Begins to seal an object under a salt that MUST be fresh: 32 random bytes, never used again. docs/format.md, Suites
 * @throws CryptoError `BadArgument` for a salt of another length
 */
export function sealObject({ epoch, key }: EpochKey, place: ObjectPlace, salt: Uint8Array): ObjectSealing {
  if (salt.length !== KEY_BYTES)
    throw new CryptoError("BadArgument", `${place.objectKey}: a salt of ${salt.length} bytes, not of ${KEY_BYTES}`)
  const [objectKey, commitment] = objectKeys(key, place, salt)
  const hint = Buffer.concat([u32(epoch), salt])
  let next = 0
  let sealedBytes = 0
  return {
    hint,
    header: Buffer.concat([hint, commitment]),
    slot(number, body, associated, into) {
      sealedBytes += body.length
      if (!Number.isInteger(number) || number < next || number >= MAX_SLOTS || sealedBytes > MAX_SEALED_BYTES)
        throw new CryptoError(
          "KeyUsedUp",
          `${place.objectKey}: slot ${number} after ${next} slots and ${sealedBytes} bytes under one key`,
        )
      next = number + 1
      const cipher = createCipheriv(CIPHER, objectKey, nonceOf(number)).setAAD(associated)
      for (let at = 0; at < body.length; at += PIECE_BYTES)
        move(cipher.update(body.subarray(at, at + PIECE_BYTES)), into, at)
      cipher.final()
      into.set(cipher.getAuthTag(), body.length)
      return body.length + TAG_BYTES
    },
  }
}

/**
 * Prepares to open an object by its header: the key commitment is checked before anything is opened.
 * @throws CryptoError `Unopenable`; `UnknownEpoch` if `keyOf` does not know it
 */
export function openObject(
  place: ObjectPlace,
  header: Uint8Array,
  keyOf: (epoch: number) => SecretKey | undefined,
): ObjectOpening {
  if (header.length !== SUITE_HEADER_BYTES)
    throw new CryptoError(
      "Unopenable",
      `${place.objectKey}: a suite's part of ${header.length} bytes, not of ${SUITE_HEADER_BYTES}`,
    )
  const { salt, key } = readHint(place, header.subarray(0, HINT_BYTES), keyOf)
  const [objectKey, commitment] = objectKeys(key, place, salt)
  if (!timingSafeEqual(commitment, header.subarray(HINT_BYTES)))
    throw new CryptoError("Unopenable", `${place.objectKey} was not sealed under this key for this place`)
  return opening(place, objectKey, Uint8Array.from(header.subarray(0, HINT_BYTES)))
}

/** The same by the hint, which stands where it is authenticated. @throws CryptoError `Unopenable`, `UnknownEpoch` */
export function openObjectByHint(
  place: ObjectPlace,
  hint: Uint8Array,
  keyOf: (epoch: number) => SecretKey | undefined,
): ObjectOpening {
  if (hint.length !== HINT_BYTES)
    throw new CryptoError("Unopenable", `${place.objectKey}: a hint of ${hint.length} bytes, not of ${HINT_BYTES}`)
  const { salt, key } = readHint(place, hint, keyOf)
  return opening(place, objectKeys(key, place, salt)[0], Uint8Array.from(hint))
}

/** The epoch that a header or hint names; `undefined` if it is too short for one. */
export function epochOf(header: Uint8Array): number | undefined {
  if (header.length < HINT_BYTES) return undefined
  return new DataView(header.buffer, header.byteOffset, header.byteLength).getUint32(0, true)
}

function readHint(
  { objectKey }: ObjectPlace,
  hint: Uint8Array,
  keyOf: (epoch: number) => SecretKey | undefined,
): { readonly salt: Uint8Array; readonly key: SecretKey } {
  const epoch = epochOf(hint) as number
  const key = keyOf(epoch)
  if (key === undefined)
    throw new CryptoError("UnknownEpoch", `${objectKey} is sealed under epoch ${epoch}, whose key is not at hand`)
  return { salt: hint.subarray(4), key }
}

function opening({ objectKey: name }: ObjectPlace, key: KeyObject, hint: Uint8Array): ObjectOpening {
  return {
    hint,
    slot(number, sealed, associated, into) {
      const bodyBytes = sealed.length - TAG_BYTES
      if (bodyBytes < 0)
        throw new CryptoError("Unopenable", `${name}: slot ${number} of ${sealed.length} bytes has no tag`)
      const decipher = createDecipheriv(CIPHER, key, nonceOf(number)).setAAD(associated)
      decipher.setAuthTag(sealed.subarray(bodyBytes))
      const body =
        into !== undefined && into.length >= bodyBytes ? into.subarray(0, bodyBytes) : new Uint8Array(bodyBytes)
      for (let at = 0; at < bodyBytes; at += PIECE_BYTES)
        move(decipher.update(sealed.subarray(at, Math.min(at + PIECE_BYTES, bodyBytes))), body, at)
      try {
        decipher.final()
        return body
      } catch (cause) {
        // What was decrypted of a forgery is seen by nobody.
        body.fill(0)
        throw new CryptoError("Unopenable", `${name}: slot ${number} is not what was sealed there`, { cause })
      }
    },
  }
}

/** Puts a piece where it belongs, and lets its own memory go at once: it would be garbage of as much as is moved. */
function move(piece: Uint8Array, into: Uint8Array, at: number): void {
  // A fill by as much as is filled: into memory that threads share, `set` would copy word by word.
  if (piece.length > 0) Buffer.from(into.buffer, into.byteOffset, into.length).fill(piece, at, at + piece.length)
  if (piece.buffer instanceof ArrayBuffer && piece.buffer.byteLength === piece.byteLength) piece.buffer.transfer(0)
}

/**
 * docs/format.md, Suites: the key of one sealing, and its commitment. Node begins a cipher with a key object four times faster
 * than with the bytes of one, and small slots are little more than that.
 */
function objectKeys(
  epochKey: SecretKey,
  { repository, kind, objectKey }: ObjectPlace,
  salt: Uint8Array,
): readonly [KeyObject, Uint8Array] {
  const place = [Uint8Array.of(SUITE_ID, kind), idBytes(repository), Buffer.from(objectKey, "utf8")]
  const [key, commitment] = deriveKeys(epochKey, salt, labelled("bcopy-object", ...place), 2) as [
    Uint8Array,
    Uint8Array,
  ]
  const object = createSecretKey(key)
  key.fill(0)
  return [object, commitment]
}

/** docs/format.md, Suites: the slot's number in 96 bits, little-endian. */
function nonceOf(number: number): Uint8Array {
  const nonce = new Uint8Array(NONCE_BYTES)
  new DataView(nonce.buffer).setUint32(0, number, true)
  return nonce
}
