import { LEAF_BLOCKS } from "@bcopy/chain-format"
import type { Source } from "@bcopy/source"
import { changingSource, runsOf } from "./changing-source.ts"
import { noise } from "./noise.ts"

const STAMP_BYTES = 8
const NOISE_BYTES = 16 << 20

/**
 * A disk without a zero block, cheap to make: each block is a stamp (its number, and how often it has changed), some noise
 * and zeros. Half of it compresses, of each block another part, so slots and packs are as uneven as those of real disks.
 */
export class StampedDisk {
  readonly blocks: number
  readonly blockBytes: number
  readonly #changes: Uint32Array
  readonly #noise = noise(NOISE_BYTES, 1)

  /** All blocks have changed so often before. */
  constructor(sizeBytes: number, blockBytes: number, changes = 0) {
    this.blocks = sizeBytes / blockBytes
    this.blockBytes = blockBytes
    this.#changes = new Uint32Array(this.blocks).fill(changes)
  }

  get sizeBytes(): number {
    return this.blocks * this.blockBytes
  }

  /** Changes blocks, and gives the disk as it is then. */
  change(blocks: Iterable<number> = []): Source {
    const changed = new Set(blocks)
    for (const block of changed) this.#changes[block] = (this.#changes[block] as number) + 1
    return changingSource({
      sizeBytes: this.sizeBytes,
      filled: [{ first: 0, count: this.blocks }],
      changed: runsOf(changed),
      fill: (block, into) => this.#fill(block, into),
    })
  }

  #fill(block: number, into: Uint8Array): void {
    const change = this.#changes[block] as number
    const stamp = new DataView(into.buffer, into.byteOffset, STAMP_BYTES)
    stamp.setUint32(0, block + 1, true)
    stamp.setUint32(4, change, true)
    const drawn = Math.imul(Math.imul(block + 1, 0x9e3779b1) ^ change, 0x85ebca6b) >>> 0
    const at = drawn % (NOISE_BYTES - this.blockBytes)
    const count = (drawn >>> 8) % (this.blockBytes - STAMP_BYTES)
    into.set(this.#noise.subarray(at, at + count), STAMP_BYTES)
  }

  /** So many blocks, each in a leaf of the map of its own, and these as far apart as can be. */
  lone(count: number): readonly number[] {
    const stride = Math.floor(this.blocks / LEAF_BLOCKS / count) * LEAF_BLOCKS
    return Array.from({ length: count }, (_, at) => at * stride + (at % LEAF_BLOCKS))
  }

  /** So many blocks anywhere. */
  scattered(count: number, random: () => number): readonly number[] {
    return Array.from({ length: count }, () => Math.floor(random() * this.blocks))
  }
}
