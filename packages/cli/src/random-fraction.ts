import type { Io } from "./io.ts"

const BYTES = 6

/** Numbers from 0 up to but not including 1, of 48 bits each. */
export function randomFraction({ random }: Pick<Io, "random">): () => number {
  return () => {
    const bytes = random(BYTES)
    return Buffer.from(bytes.buffer, bytes.byteOffset, BYTES).readUIntBE(0, BYTES) / 2 ** (8 * BYTES)
  }
}
