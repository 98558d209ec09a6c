import { createCipheriv } from "node:crypto"

/** Bytes that do not compress and repeat nowhere, the same ones for the same seed. */
export function noise(sizeBytes: number, seed: number): Uint8Array {
  const key = new Uint8Array(32)
  new DataView(key.buffer).setUint32(0, seed)
  return new Uint8Array(createCipheriv("aes-256-ctr", key, new Uint8Array(16)).update(new Uint8Array(sizeBytes)))
}

/** A copy of `bytes` with noise written over some stretches of it. */
export function changed(
  bytes: Uint8Array,
  stretches: readonly { at: number; count: number }[],
  seed: number,
): Uint8Array {
  const copy = bytes.slice()
  for (const [index, { at, count }] of stretches.entries()) copy.set(noise(count, seed * 1000 + index), at)
  return copy
}
