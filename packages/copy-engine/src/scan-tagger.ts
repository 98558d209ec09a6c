import { createCipheriv, createSecretKey, type KeyObject } from "node:crypto"
import { areZeros, DIGEST_BYTES, equalBytes } from "@bcopy/chain-format"
import { SCAN_TAG_BYTES } from "./scan-cache.ts"

/**
 * The initial value is always the same: tags are compared, never shown. Two contents have one tag only if GHASH under a
 * secret key says so, for blocks of 64 KiB with a probability below 2^-115. NIST SP 800-38D, 6.4
 */
const IV = new Uint8Array(12)

/** Makes tags of blocks: GMAC (AES-256) of id and content. */
export class ScanTagger {
  readonly #key: KeyObject

  constructor(key: Uint8Array) {
    this.#key = createSecretKey(key)
  }

  tag(id: Uint8Array, content: Uint8Array): Uint8Array {
    const gmac = createCipheriv("aes-256-gcm", this.#key, IV, { authTagLength: SCAN_TAG_BYTES })
    gmac.setAAD(id)
    gmac.setAAD(content)
    gmac.final()
    return gmac.getAuthTag()
  }

  /** Whether a block is the one that had this id when its tag was made. */
  recognizes(content: Uint8Array, id: Uint8Array, tag: Uint8Array): boolean {
    if (areZeros(tag) || id.length !== DIGEST_BYTES || areZeros(id)) return false
    return equalBytes(this.tag(id, content), tag)
  }
}
