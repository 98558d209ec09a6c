import type { ContentHash } from "./content-hash.ts"
import type { InnerPage } from "./inner-page.ts"
import type { LeafPage } from "./leaf-page.ts"
import { blockCount, INNER_CHILDREN, LEAF_BLOCKS, treeHeight } from "./limits.ts"
import type { PagePointer } from "./page.ts"
import type { PageReader } from "./page-reader.ts"

/** The block map of one disk, as a manifest names it. */
export interface MapTree {
  readonly sizeBytes: number
  readonly blockBytes: number
  /** The top page; absent if the disk is all zeros. */
  readonly root: PagePointer | undefined
}

/**
 * Reads a block map page by page. Neighbouring questions share the pages on their way, so a walk in ascending order
 * reads each page once; memory is one page a level.
 */
export class MapReader {
  readonly tree: MapTree
  readonly sizeBytes: number
  readonly blockBytes: number
  readonly blocks: number
  readonly leaves: number
  /** Level of the top page; 0 when the disk has a single leaf. */
  readonly height: number
  readonly #pages: PageReader
  readonly #hash: ContentHash
  readonly #path = new Map<number, { index: number; page: Promise<InnerPage> }>()
  #leaf: { index: number; page: Promise<LeafPage | undefined> } | undefined

  constructor(tree: MapTree, { pages, hash }: { pages: PageReader; hash: ContentHash }) {
    this.tree = tree
    this.sizeBytes = tree.sizeBytes
    this.blockBytes = tree.blockBytes
    this.blocks = blockCount(tree.sizeBytes, tree.blockBytes)
    this.leaves = Math.ceil(this.blocks / LEAF_BLOCKS)
    this.height = treeHeight(this.leaves)
    this.#pages = pages
    this.#hash = hash
  }

  /** The page of a subtree; `undefined` if it holds no data or lies outside the tree. */
  async pointer(level: number, index: number): Promise<PagePointer | undefined> {
    if (level > this.height) return undefined
    if (level === this.height) return index === 0 ? this.tree.root : undefined
    const parent = await this.inner(level + 1, Math.floor(index / INNER_CHILDREN))
    return parent?.children[index % INNER_CHILDREN]
  }

  /** An inner page; `undefined` if its subtree holds no data. */
  async inner(level: number, index: number): Promise<InnerPage | undefined> {
    const known = this.#path.get(level)
    if (known?.index === index) return known.page
    const pointer = await this.pointer(level, index)
    if (pointer === undefined) return undefined
    const page = this.#pages.inner("mapInner", pointer, level, index)
    this.#path.set(level, { index, page })
    page.catch(() => this.#path.delete(level))
    return page
  }

  /** A leaf; `undefined` if it holds no data. */
  async leaf(index: number): Promise<LeafPage | undefined> {
    if (this.#leaf?.index === index) return this.#leaf.page
    const page = this.pointer(0, index).then((pointer) =>
      pointer === undefined ? undefined : this.#pages.leaf(pointer, index),
    )
    this.#leaf = { index, page }
    page.catch(() => (this.#leaf = undefined))
    return page
  }

  /** Fetches together what of these leaves lies together; for readers that know where they go. */
  async prefetch(leaves: Iterable<number>): Promise<void> {
    const pointers: PagePointer[] = []
    for (const leaf of leaves) {
      const pointer = await this.pointer(0, leaf)
      if (pointer !== undefined) pointers.push(pointer)
    }
    await this.#pages.prefetch(pointers)
  }

  /** Digest of a subtree: what two maps are compared by. A level above the top has no digest of its own. */
  async digest(level: number, index: number): Promise<Uint8Array> {
    return (await this.pointer(level, index))?.digest ?? this.#hash.zero(level)
  }

  /** The content root of the disk. */
  contentRoot(): Uint8Array {
    return this.#hash.root(this.sizeBytes, this.blockBytes, this.tree.root?.digest ?? this.#hash.zero(this.height))
  }
}
