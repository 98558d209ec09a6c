import { createHmac, hash } from "node:crypto"
import { constants, zstdCompressSync, zstdDecompressSync } from "node:zlib"
import type { Codec, IdMac, Sha256 } from "@bcopy/chain-format"

/** SHA-256 in one shot. */
export const sha256: Sha256 = (bytes) => hash("sha256", bytes, "buffer")

/** HMAC-SHA-256 under a key. */
export function hmacSha256(key: Uint8Array): IdMac {
  return (message) => createHmac("sha256", key).update(message).digest()
}

/** Zstandard, synchronous: several times faster than the asynchronous calls for slots of a mebibyte. */
export const zstdCodec: Codec = {
  compress: (bytes, level) =>
    zstdCompressSync(bytes, {
      params: { [constants.ZSTD_c_compressionLevel]: level, [constants.ZSTD_c_contentSizeFlag]: 1 },
    }),
  decompress: (bytes, plainBytes) => zstdDecompressSync(bytes, { maxOutputLength: Math.max(1, plainBytes) }),
}
