import { createHash } from "node:crypto"
import { readSynthetic } from "@bcopy/source/testing"

/** A disk made of numbers, small when compressed. */
export interface FrozenDisk {
  readonly name: string
  readonly sizeBytes: number
  readonly seed: number
  /** 1 for a disk of nothing but zeros. */
  readonly zeroShare?: number
}

const MIB = 1 << 20

/** Fills `into` with the disk's bytes from `offsetBytes` on, zeros behind its end. */
export function readFrozen(disk: FrozenDisk, generation: number, offsetBytes: number, into: Uint8Array): void {
  readSynthetic({ zeroShare: 0.2, changedShare: 0.03, randomShare: 0.001, ...disk }, generation, offsetBytes, into)
}

/** SHA-256 of the whole disk, lower-case hex: computed from the numbers, not from what was stored. */
export function frozenSha256(disk: FrozenDisk, generation: number): string {
  const hash = createHash("sha256")
  for (let at = 0; at < disk.sizeBytes; at += MIB) {
    const bytes = new Uint8Array(Math.min(MIB, disk.sizeBytes - at))
    readFrozen(disk, generation, at, bytes)
    hash.update(bytes)
  }
  return hash.digest("hex")
}
