/** The blocks of a disk that are not zero, as a written repository takes them. */
export function diskBlocks(bytes: Uint8Array, blockBytes: number): ReadonlyMap<number, Uint8Array> {
  const blocks = new Map<number, Uint8Array>()
  for (let block = 0; block * blockBytes < bytes.length; block++) {
    const part = bytes.subarray(block * blockBytes, (block + 1) * blockBytes)
    if (part.every((byte) => byte === 0)) continue
    const padded = new Uint8Array(blockBytes)
    padded.set(part)
    blocks.set(block, padded)
  }
  return blocks
}
