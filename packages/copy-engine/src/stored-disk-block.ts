import { DIGEST_BYTES, LEAF_BLOCKS, type LeafPage, type SlotRef } from "@bcopy/chain-format"

/** A block of a disk, and where it is stored. There are very many of them: what its leaf says stays there. */
export class StoredDiskBlock {
  readonly block: number
  readonly slot: SlotRef
  readonly #leaf: LeafPage

  /** `slot` is what the leaf, which the block lies in, says of it. */
  constructor(block: number, slot: SlotRef, leaf: LeafPage) {
    this.block = block
    this.slot = slot
    this.#leaf = leaf
  }

  /** Its place in the slot. */
  get place(): number {
    return this.#leaf.places[this.block % LEAF_BLOCKS] as number
  }

  /** What it must hash to, 32 bytes. */
  get id(): Uint8Array {
    const at = this.block % LEAF_BLOCKS
    return this.#leaf.ids.subarray(at * DIGEST_BYTES, (at + 1) * DIGEST_BYTES)
  }
}
