import { createHmac } from "node:crypto"
import { labelled } from "./derive-keys.ts"
import { keyObject } from "./key-object.ts"
import type { SecretKey } from "./secret-key.ts"

/** docs/format.md, Keys: bytes of a tag; in names twice as many hex digits. */
const TAG_BYTES = 8

/** Gives the tags of entry names: who lacks the key can neither guess nor occupy one. docs/format.md, Keys */
export function entryTagger(logKey: SecretKey): (logPrefix: string, number: number) => string {
  return (logPrefix, number) => {
    const bytes = new Uint8Array(8)
    new DataView(bytes.buffer).setBigUint64(0, BigInt(number), true)
    const message = labelled("bcopy-entry", bytes, Buffer.from(logPrefix, "utf8"))
    return createHmac("sha256", keyObject(logKey)).update(message).digest().subarray(0, TAG_BYTES).toString("hex")
  }
}

/** HMAC-SHA-256 (RFC 2104) under the id key: what ids of backups and workloads are cut out of. */
export function idMac(idKey: SecretKey): (message: Uint8Array) => Uint8Array {
  return (message) => createHmac("sha256", keyObject(idKey)).update(message).digest()
}
