import { hkdfSync } from "node:crypto"
import { keyObject } from "./key-object.ts"
import type { SecretKey } from "./secret-key.ts"

/** Every key, salt and commitment is this long. */
export const KEY_BYTES = 32
/** docs/format.md, Keys and secrets: a repository's id, raw. */
export const REPOSITORY_BYTES = 16

/** HKDF-SHA-256 (RFC 5869), `count` keys of 32 bytes one after the other. */
export function deriveKeys(
  input: Uint8Array | SecretKey,
  salt: Uint8Array,
  info: Uint8Array,
  count: number,
): readonly Uint8Array[] {
  const from = input instanceof Uint8Array ? input : keyObject(input)
  const bytes = new Uint8Array(hkdfSync("sha256", from, salt, info, count * KEY_BYTES))
  return Array.from({ length: count }, (_, at) => bytes.subarray(at * KEY_BYTES, (at + 1) * KEY_BYTES))
}

/** A label, a zero byte, and parts one after the other. All but the last are of fixed length, so that nothing is read in two ways. */
export function labelled(label: string, ...parts: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat([Buffer.from(`${label}\0`, "ascii"), ...parts])
}

/** A number as 32 bits, little-endian. */
export function u32(number: number): Uint8Array {
  const bytes = new Uint8Array(4)
  new DataView(bytes.buffer).setUint32(0, number, true)
  return bytes
}

/** An id of 32 hex digits as its 16 bytes. */
export function idBytes(id: string): Uint8Array {
  return Buffer.from(id, "hex")
}
