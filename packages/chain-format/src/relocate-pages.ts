import { encodeInnerPage, type InnerType } from "./inner-page.ts"
import { encodeLeafPage } from "./leaf-page.ts"
import { INNER_CHILDREN } from "./limits.ts"
import { encodeTableLeaf } from "./pack-table-page.ts"
import type { PagePointer } from "./page.ts"
import type { PageReader } from "./page-reader.ts"
import type { PageSink } from "./page-sink.ts"
import type { Sha256 } from "./seal-suite.ts"

export interface RelocatePagesOptions {
  readonly pages: PageReader
  readonly sink: PageSink
  readonly sha256: Sha256
  /** The block map of a disk, or the pack table. */
  readonly tree: "map" | "table"
  /** The disk's number; 0 for the pack table. */
  readonly disk: number
  /** Map packs that shall hold no page of the tree afterwards. */
  readonly from: ReadonlySet<number>
  /** Pages that those packs hold, by their footers; ones the tree no longer uses do no harm. */
  readonly held: readonly { readonly level: number; readonly index: number }[]
}

/**
 * The same tree with no page left in the given map packs: moved pages and those above them are written anew, all
 * contents stay as they are. Gives the new top page.
 */
export async function relocatePages(
  root: PagePointer | undefined,
  height: number,
  options: RelocatePagesOptions,
): Promise<PagePointer | undefined> {
  const { pages, sink, sha256, tree, disk, from, held } = options
  if (root === undefined) return undefined
  const onTheWay = new Set<string>()
  for (const page of held) {
    let index = page.index
    for (let level = page.level; level <= height; level++) {
      onTheWay.add(`${level}/${index}`)
      index = Math.floor(index / INNER_CHILDREN)
    }
  }
  const innerType: InnerType = tree === "map" ? "mapInner" : "tableInner"
  const move = async (pointer: PagePointer, level: number, index: number): Promise<PagePointer> => {
    if (!onTheWay.has(`${level}/${index}`)) return pointer
    if (level === 0) {
      if (!from.has(pointer.pack)) return pointer
      const page =
        tree === "map"
          ? encodeLeafPage(index, await pages.leaf(pointer, index))
          : encodeTableLeaf(index, await pages.tableLeaf(pointer, index))
      sink.drop(pointer)
      const type = tree === "map" ? "mapLeaf" : "tableLeaf"
      return sink.write({ type, level, disk, index }, page, tree === "map" ? pointer.digest : sha256(page))
    }
    const old = await pages.inner(innerType, pointer, level, index)
    const children: (PagePointer | undefined)[] = []
    for (const [at, child] of old.children.entries())
      children.push(child === undefined ? undefined : await move(child, level - 1, index * INNER_CHILDREN + at))
    if (!from.has(pointer.pack) && children.every((child, at) => child === old.children[at])) return pointer
    const page = encodeInnerPage(innerType, level, index, { children })
    sink.drop(pointer)
    return sink.write({ type: innerType, level, disk, index }, page, tree === "map" ? pointer.digest : sha256(page))
  }
  return move(root, height, 0)
}
