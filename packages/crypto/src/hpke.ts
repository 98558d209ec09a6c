import {
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  createHmac,
  type KeyObject,
} from "node:crypto"
import { CryptoError } from "./crypto-error.ts"
import { KEY_BYTES } from "./derive-keys.ts"

/** RFC 9180, 4.1: "KEM" and 0x0020, DHKEM(X25519, HKDF-SHA256). */
const KEM_SUITE = Buffer.from("4b454d0020", "hex")
/** RFC 9180, 5.1: "HPKE", the KEM, HKDF-SHA256, and the AEAD 0xffff: nothing but exported secrets. */
const HPKE_SUITE = Buffer.from("48504b4500200001ffff", "hex")
const VERSION = Buffer.from("HPKE-v1", "ascii")
const BASE_MODE = 0
const HASH_BYTES = 32
const none = new Uint8Array(0)
/** RFC 8410: what stands before 32 raw bytes of an X25519 key in PKCS #8 and in SPKI. */
const PRIVATE_PREFIX = Buffer.from("302e020100300506032b656e04220420", "hex")
const PUBLIC_PREFIX = Buffer.from("302a300506032b656e032100", "hex")

/** An X25519 key pair (RFC 7748), each half 32 raw bytes. */
export interface X25519Pair {
  readonly publicKey: Uint8Array
  readonly privateKey: Uint8Array
}

/** A new key pair. */
export function newX25519Pair(): X25519Pair {
  const { publicKey, privateKey } = generateKeyPairSync("x25519")
  return { publicKey: rawPublic(publicKey), privateKey: rawPrivate(privateKey) }
}

/** The public half of a private key. @throws CryptoError `BadArgument` if it is none */
export function publicHalf(privateKey: Uint8Array): Uint8Array {
  return rawPublic(createPublicKey(privateObject(privateKey)))
}

/**
 * Makes a secret for the holder of a private key, and what lets him find it: RFC 9180, SendExport in base mode.
 * @throws CryptoError `BadArgument` if it is no public key
 */
export function exportTo(
  publicKey: Uint8Array,
  info: Uint8Array,
  context: Uint8Array,
  ephemeral: X25519Pair = newX25519Pair(),
): { readonly encapsulated: Uint8Array; readonly secret: Uint8Array } {
  const encapsulated = ephemeral.publicKey
  const shared = kemSecret(agree(ephemeral.privateKey, publicKey), encapsulated, publicKey)
  return { encapsulated, secret: exportSecret(shared, info, context) }
}

/**
 * Finds the secret that was made for a private key: RFC 9180, ReceiveExport in base mode.
 * @throws CryptoError `BadArgument` if either is no key
 */
export function exportFrom(
  privateKey: Uint8Array,
  encapsulated: Uint8Array,
  info: Uint8Array,
  context: Uint8Array,
): Uint8Array {
  const shared = kemSecret(agree(privateKey, encapsulated), encapsulated, publicHalf(privateKey))
  return exportSecret(shared, info, context)
}

/** RFC 9180, 4.1: ExtractAndExpand. */
function kemSecret(dh: Uint8Array, encapsulated: Uint8Array, publicKey: Uint8Array): Uint8Array {
  const prk = labeledExtract(KEM_SUITE, none, "eae_prk", dh)
  return labeledExpand(KEM_SUITE, prk, "shared_secret", Buffer.concat([encapsulated, publicKey]))
}

/** RFC 9180, 5.1 and 5.3: the key schedule, and one secret exported from it. */
function exportSecret(shared: Uint8Array, info: Uint8Array, context: Uint8Array): Uint8Array {
  const pskIdHash = labeledExtract(HPKE_SUITE, none, "psk_id_hash", none)
  const infoHash = labeledExtract(HPKE_SUITE, none, "info_hash", info)
  const schedule = Buffer.concat([Uint8Array.of(BASE_MODE), pskIdHash, infoHash])
  const secret = labeledExtract(HPKE_SUITE, shared, "secret", none)
  const exporter = labeledExpand(HPKE_SUITE, secret, "exp", schedule)
  return labeledExpand(HPKE_SUITE, exporter, "sec", context)
}

/** RFC 9180, 4: HKDF-Extract is HMAC under the salt, which an empty one stands for zeros in (RFC 5869, 2.2). */
function labeledExtract(suite: Uint8Array, salt: Uint8Array, label: string, input: Uint8Array): Uint8Array {
  const key = salt.length === 0 ? new Uint8Array(HASH_BYTES) : salt
  const parts = [VERSION, suite, Buffer.from(label, "ascii"), input]
  return createHmac("sha256", key).update(Buffer.concat(parts)).digest()
}

/** RFC 9180, 4; RFC 5869, 2.3: one block of HKDF-Expand, which is all that 32 bytes take. */
function labeledExpand(suite: Uint8Array, prk: Uint8Array, label: string, info: Uint8Array): Uint8Array {
  const length = Uint8Array.of(0, HASH_BYTES)
  const parts = [length, VERSION, suite, Buffer.from(label, "ascii"), info, Uint8Array.of(1)]
  return createHmac("sha256", prk).update(Buffer.concat(parts)).digest()
}

/** RFC 7748, 6.1. Node refuses a point of small order. */
function agree(privateKey: Uint8Array, publicKey: Uint8Array): Uint8Array {
  const keys = { privateKey: privateObject(privateKey), publicKey: publicObject(publicKey) }
  try {
    return diffieHellman(keys)
  } catch (cause) {
    throw new CryptoError("BadArgument", "no secret can be agreed on with this X25519 key", { cause })
  }
}

function privateObject(raw: Uint8Array): KeyObject {
  requireKeyBytes(raw)
  return createPrivateKey({ key: Buffer.concat([PRIVATE_PREFIX, raw]), format: "der", type: "pkcs8" })
}

function publicObject(raw: Uint8Array): KeyObject {
  requireKeyBytes(raw)
  return createPublicKey({ key: Buffer.concat([PUBLIC_PREFIX, raw]), format: "der", type: "spki" })
}

function requireKeyBytes({ length }: Uint8Array): void {
  if (length !== KEY_BYTES)
    throw new CryptoError("BadArgument", `an X25519 key of ${length} bytes, not of ${KEY_BYTES}`)
}

function rawPublic(key: KeyObject): Uint8Array {
  return key.export({ format: "der", type: "spki" }).subarray(PUBLIC_PREFIX.length)
}

function rawPrivate(key: KeyObject): Uint8Array {
  return key.export({ format: "der", type: "pkcs8" }).subarray(PRIVATE_PREFIX.length)
}
