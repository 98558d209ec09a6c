import { INNER_CHILDREN, TABLE_LEAF_PACKS, treeHeight } from "./limits.ts"
import type { PagePointer } from "./page.ts"
import type { PageReader } from "./page-reader.ts"
import type { PackRecord, TableLeaf } from "./pack-table-page.ts"

/** The pack table of a point, as its manifest names it. */
export interface TableTree {
  /** Number that the next new data pack gets: all packs of the table have smaller ones. */
  readonly nextPack: number
  readonly root: PagePointer | undefined
}

/** Level of a pack table's top page. */
export function tableHeight(nextPack: number): number {
  return treeHeight(Math.ceil(nextPack / TABLE_LEAF_PACKS))
}

/** docs/format.md, Pack table: a cache of so many leaves serves neighbouring questions. */
const CACHED_LEAVES = 32

/** Reads a pack table page by page. */
export class PackTable {
  readonly tree: TableTree
  readonly #pages: PageReader
  readonly #leaves = new Map<number, Promise<TableLeaf | undefined>>()

  constructor(tree: TableTree, pages: PageReader) {
    this.tree = tree
    this.#pages = pages
  }

  /** What the point knows of a pack; `undefined` if it uses nothing of it. */
  async record(pack: number): Promise<PackRecord | undefined> {
    return (await this.leaf(Math.floor(pack / TABLE_LEAF_PACKS)))?.packs[pack % TABLE_LEAF_PACKS]
  }

  /**
   * All packs that the point uses, in the order of their numbers. With `passes`, only what lies under pages that it lets
   * through: who walks many tables that share pages need not read any twice.
   */
  async *records(
    options: { readonly passes?: (pointer: PagePointer) => boolean } = {},
  ): AsyncIterable<{ readonly pack: number; readonly record: PackRecord }> {
    const { passes = () => true } = options
    const { root, nextPack } = this.tree
    if (root !== undefined && passes(root)) yield* this.#walk(root, tableHeight(nextPack), 0, passes)
  }

  async *#walk(
    pointer: PagePointer,
    level: number,
    index: number,
    passes: (pointer: PagePointer) => boolean,
  ): AsyncIterable<{ pack: number; record: PackRecord }> {
    if (level === 0) {
      const leaf = await this.#pages.tableLeaf(pointer, index)
      for (const [at, record] of leaf.packs.entries())
        if (record !== undefined) yield { pack: index * TABLE_LEAF_PACKS + at, record }
      return
    }
    const { children } = await this.#pages.inner("tableInner", pointer, level, index)
    const wanted = [...children.entries()].flatMap(([at, child]) =>
      child !== undefined && passes(child) ? [{ at, child }] : [],
    )
    await this.#pages.prefetch(wanted.map(({ child }) => child))
    for (const { at, child } of wanted) yield* this.#walk(child, level - 1, index * INNER_CHILDREN + at, passes)
  }

  /** A leaf by its index; kept for the next question. */
  async leaf(index: number): Promise<TableLeaf | undefined> {
    const known = this.#leaves.get(index)
    if (known !== undefined) return known
    const page = this.#pointer(0, index).then((pointer) =>
      pointer === undefined ? undefined : this.#pages.tableLeaf(pointer, index),
    )
    this.#leaves.set(index, page)
    page.catch(() => this.#leaves.delete(index))
    const oldest = this.#leaves.keys().next()
    if (this.#leaves.size > CACHED_LEAVES && oldest.done !== true) this.#leaves.delete(oldest.value)
    return page
  }

  async #pointer(level: number, index: number): Promise<PagePointer | undefined> {
    const height = tableHeight(this.tree.nextPack)
    if (level >= height) return level === height && index === 0 ? this.tree.root : undefined
    const parentIndex = Math.floor(index / INNER_CHILDREN)
    const parent = await this.#pointer(level + 1, parentIndex)
    if (parent === undefined) return undefined
    const page = await this.#pages.inner("tableInner", parent, level + 1, parentIndex)
    return page.children[index % INNER_CHILDREN]
  }
}
