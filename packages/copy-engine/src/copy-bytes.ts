/**
 * Puts bytes into memory at an offset; the two must not overlap. Between memory of threads `set` copies word by word, as if
 * the other side were writing too; what Node fills a buffer with is copied three times faster.
 */
export function copyBytes(bytes: Uint8Array, into: Uint8Array, at: number): void {
  if (bytes.length === 0) return
  Buffer.from(into.buffer, into.byteOffset, into.length).fill(bytes, at, at + bytes.length)
}
