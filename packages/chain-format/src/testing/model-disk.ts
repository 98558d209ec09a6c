import type { SlotRef } from "../leaf-page.ts"
import { blockCount, INNER_CHILDREN, LEAF_BLOCKS, treeHeight } from "../limits.ts"
import { sha256 } from "./clear-suite.ts"

/** Where a block of the model lies; the id follows from it. */
export interface ModelBlock {
  readonly slot: SlotRef
  readonly place: number
}

/** A disk as a list of its stored blocks, all others being zero: the reference that block maps are held against. */
export interface ModelDisk {
  readonly blocks: number
  readonly stored: ReadonlyMap<number, ModelBlock>
}

/** The id of a stored block. */
export function modelId({ slot, place }: ModelBlock): Uint8Array {
  return sha256(new TextEncoder().encode(`${slot.pack}.${slot.slot}.${place}`))
}

/** docs/format.md, Content root, straight from its words: from all blocks up, level by level. */
export function modelRoot({ stored }: ModelDisk, sizeBytes: number, blockBytes: number): Uint8Array {
  const leaves = Math.ceil(blockCount(sizeBytes, blockBytes) / LEAF_BLOCKS)
  const height = treeHeight(leaves)
  let nodes = new Map<number, Uint8Array>()
  for (const leaf of parents(stored, LEAF_BLOCKS)) {
    const blocks = Array.from({ length: LEAF_BLOCKS }, (_, at) => stored.get(leaf * LEAF_BLOCKS + at))
    const ids = blocks.map((block) => (block === undefined ? new Uint8Array(32) : modelId(block)))
    nodes.set(leaf, sha256(concat([Uint8Array.of(0), ...ids])))
  }
  for (let level = 1; level <= height; level++) {
    const below = nodes
    const zero = sha256(Uint8Array.of(2, level - 1))
    nodes = new Map()
    for (const node of parents(below, INNER_CHILDREN)) {
      const children = Array.from({ length: INNER_CHILDREN }, (_, at) => below.get(node * INNER_CHILDREN + at) ?? zero)
      nodes.set(node, sha256(concat([Uint8Array.of(1, level), ...children])))
    }
  }
  const size = new DataView(new ArrayBuffer(8))
  size.setBigUint64(0, BigInt(sizeBytes), true)
  const top = nodes.get(0) ?? sha256(Uint8Array.of(2, height))
  const prefix = new TextEncoder().encode("bcopy-root")
  const sizes = [Uint8Array.of(1), new Uint8Array(size.buffer), Uint8Array.of(Math.log2(blockBytes), 0)]
  return sha256(concat([prefix, ...sizes, top]))
}

function parents(children: ReadonlyMap<number, unknown>, fanOut: number): ReadonlySet<number> {
  return new Set([...children.keys()].map((child) => Math.floor(child / fanOut)))
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts))
}
