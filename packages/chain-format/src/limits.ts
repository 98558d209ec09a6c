/** docs/format.md, Blocks: a block is a power of two in this range. */
export const MIN_BLOCK_BYTES = 32 << 10
export const MAX_BLOCK_BYTES = 4 << 20
export const DEFAULT_BLOCK_BYTES = 64 << 10

/** docs/format.md, Slots: what one slot of blocks holds at most, unless a single block is larger. */
export const SLOT_TARGET_BYTES = 1 << 20
/** docs/format.md, Slots: no slot of any kind is longer when opened. */
export const MAX_SLOT_PLAIN_BYTES = 32 << 20
/** docs/format.md, Slots: room for a suite's tag beside the body. */
export const MAX_SLOT_OVERHEAD_BYTES = 256
/** docs/format.md, Packs: slot numbers are 16 bits, the last one is the footer's. */
export const MAX_SLOTS_PER_PACK = 65_535

/** docs/format.md, Packs */
export const MIN_PACK_BYTES = 8 << 20
export const MAX_PACK_BYTES = 512 << 20
export const DEFAULT_PACK_BYTES = 32 << 20
/** docs/format.md, Packs: a pack may pass its size by one slot and its footer, never this. */
export const MAX_PACK_OBJECT_BYTES = 640 << 20

/** docs/format.md, Small objects: plain bytes of a JSON body. */
export const MAX_BODY_BYTES = 8 << 20

/** docs/format.md, Block map */
export const LEAF_BLOCKS = 128
export const INNER_CHILDREN = 64
/** docs/format.md, Pack table */
export const TABLE_LEAF_PACKS = 32
/** docs/format.md, Block map: six levels above the leaves reach 2^43 blocks. */
export const MAX_HEIGHT = 6
/** docs/format.md, Manifest */
export const MAX_MAP_PACKS = 256
export const MAX_DISKS = 1024
/** docs/format.md, Catalogues */
export const CATALOGUE_EVERY = 64
/** docs/format.md, State of a log: so many entries before the newest are never void. */
export const NEVER_VOID = 63
/** docs/format.md, Log entries */
export const MAX_SIBLING_HEADS = 64

export const ID_BYTES = 16
export const DIGEST_BYTES = 32

/** docs/format.md, Block map: number of blocks of a disk. */
export function blockCount(sizeBytes: number, blockBytes: number): number {
  return Math.ceil(sizeBytes / blockBytes)
}

/** docs/format.md, Slots: how many blocks a slot takes, and the stride of a place in a pack table. */
export function placesPerSlot(blockBytes: number): number {
  return Math.max(1, Math.floor(SLOT_TARGET_BYTES / blockBytes))
}

/** docs/format.md, Block map: the least height whose root covers so many leaves. */
export function treeHeight(leaves: number): number {
  let height = 0
  for (let reach = 1; reach < leaves; reach *= INNER_CHILDREN) height++
  return height
}

/** Whether a number may be a block size. */
export function isBlockSize(bytes: number): boolean {
  return bytes >= MIN_BLOCK_BYTES && bytes <= MAX_BLOCK_BYTES && Number.isInteger(Math.log2(bytes))
}
