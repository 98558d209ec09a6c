import { ByteWriter } from "./byte-writer.ts"
import { areZeros } from "./hex.ts"
import { DIGEST_BYTES, INNER_CHILDREN, LEAF_BLOCKS, MAX_HEIGHT } from "./limits.ts"
import type { Sha256 } from "./seal-suite.ts"

/** docs/format.md, Content root: the algorithm byte. */
export const ALGORITHM_SHA256 = 1
const LEAF = 0
const INNER = 1
const ZERO = 2
const rootPrefix = new TextEncoder().encode("bcopy-root")

/**
 * The Merkle tree over block ids: docs/format.md, Content root. Ids and digests are 32 bytes; in `ids` and `children` a
 * zero block is 32 zero bytes, an absent child is `undefined`. What holds no data has the constant of its level, so a
 * disk's root does not depend on how its zeros came about.
 */
export interface ContentHash {
  /** Digest of a leaf of 128 block ids (4096 bytes). */
  leaf(ids: Uint8Array): Uint8Array
  /** Digest of an inner node of 64 children. */
  inner(level: number, children: readonly (Uint8Array | undefined)[]): Uint8Array
  /** Digest of a node of this level without data. */
  zero(level: number): Uint8Array
  /** The content root of a disk, from the digest of its tree's top node. */
  root(sizeBytes: number, blockBytes: number, top: Uint8Array): Uint8Array
}

/** The content hash on a given SHA-256. */
export function contentHash(sha256: Sha256): ContentHash {
  const zeros = Array.from({ length: MAX_HEIGHT + 1 }, (_, level) => sha256(Uint8Array.of(ZERO, level)))
  const leafInput = new Uint8Array(1 + LEAF_BLOCKS * DIGEST_BYTES)
  const innerInput = new Uint8Array(2 + INNER_CHILDREN * DIGEST_BYTES)
  const zero = (level: number) => zeros[level] as Uint8Array
  return {
    zero,
    leaf(ids) {
      if (areZeros(ids)) return zero(0)
      leafInput[0] = LEAF
      leafInput.set(ids, 1)
      return sha256(leafInput)
    },
    inner(level, children) {
      if (children.every((child) => child === undefined)) return zero(level)
      innerInput[0] = INNER
      innerInput[1] = level
      for (let index = 0; index < INNER_CHILDREN; index++)
        innerInput.set(children[index] ?? zero(level - 1), 2 + index * DIGEST_BYTES)
      return sha256(innerInput)
    },
    root(sizeBytes, blockBytes, top) {
      return sha256(
        new ByteWriter(64)
          .bytes(rootPrefix)
          .u8(ALGORITHM_SHA256)
          .u64(sizeBytes)
          .u16(Math.log2(blockBytes))
          .bytes(top)
          .view(),
      )
    },
  }
}
