import { createHmac, createSecretKey, hash, randomFillSync } from "node:crypto"
import { constants, zstdCompressSync, zstdDecompressSync } from "node:zlib"
import type { Codec, IdMac, Sha256 } from "@bcopy/chain-format"

/** SHA-256 in one shot. */
export const sha256: Sha256 = (bytes) => hash("sha256", bytes, "buffer")

/** So many bytes from the system's random source. */
export function randomBytes(count: number): Uint8Array {
  return randomFillSync(new Uint8Array(count))
}

/** HMAC-SHA-256 under a key. */
export function hmacSha256(key: Uint8Array): IdMac {
  const secret = createSecretKey(key)
  return (message) => createHmac("sha256", secret).update(message).digest()
}

/** Results of this size lie in memory of their own: ten times what Node cuts small buffers out of. */
const OWN_BYTES = 80 << 10

/** Room for all that comes out, so that it comes in one piece: Zstandard then needs no memory between. RFC 8878, 3.1.1.2 */
function outputBytes(plainBytes: number): number {
  return plainBytes + (plainBytes >> 8) + 1024
}

/** Zstandard, synchronous: several times faster than the asynchronous calls for slots of a mebibyte. */
export const zstdCodec: Codec = {
  compress: (bytes, level) =>
    zstdCompressSync(bytes, {
      params: { [constants.ZSTD_c_compressionLevel]: level, [constants.ZSTD_c_contentSizeFlag]: 1 },
      chunkSize: outputBytes(bytes.length),
    }),
  decompress: (bytes, plainBytes) =>
    zstdDecompressSync(bytes, { maxOutputLength: Math.max(1, plainBytes), chunkSize: outputBytes(plainBytes) }),
  release({ buffer }) {
    // Garbage of a mebibyte a slot costs more to collect than it took to make. Small results share memory with others.
    if (buffer instanceof ArrayBuffer && buffer.byteLength >= OWN_BYTES) buffer.transfer(0)
  },
}
