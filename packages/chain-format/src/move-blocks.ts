import { encodeInnerPage } from "./inner-page.ts"
import { encodeLeafPage, type SlotRef } from "./leaf-page.ts"
import { INNER_CHILDREN } from "./limits.ts"
import type { PagePointer } from "./page.ts"
import type { PageReader } from "./page-reader.ts"
import type { PageSink } from "./page-sink.ts"

/** Where a block lies. */
export interface BlockPlace {
  readonly slot: SlotRef
  readonly place: number
}

/** A subtree whose blocks were moved, and by how many bytes that changed what it uses of each map pack. */
export interface MovedSubtree {
  readonly pointer: PagePointer
  readonly liveBytes: ReadonlyMap<number, number>
}

export interface MoveBlocksOptions {
  readonly pages: PageReader
  readonly sink: Pick<PageSink, "write">
  /** The disk's number, for the footers of map packs. */
  readonly disk: number
  /** Where a block lies from now on; `undefined` if it stays. */
  readonly move: (from: BlockPlace) => BlockPlace | undefined
  /**
   * What became of stored pages: kept from tree to tree of one chain, so that what they share is read and written once.
   * By a name that tells stored pages apart, whatever tree points to them.
   */
  readonly done: Map<string, MovedSubtree>
  readonly nameOf: (pointer: PagePointer) => string
}

/** The same block map with blocks in other places: only pages on the way to moved ones are written. */
export async function moveBlocks(
  root: PagePointer | undefined,
  height: number,
  options: MoveBlocksOptions,
): Promise<MovedSubtree | undefined> {
  const { pages, sink, disk, move, done, nameOf } = options

  const visit = async (pointer: PagePointer, level: number, index: number): Promise<MovedSubtree> => {
    const name = nameOf(pointer)
    const known = done.get(name)
    if (known !== undefined) return known
    const moved = level === 0 ? await visitLeaf(pointer, index) : await visitInner(pointer, level, index)
    done.set(name, moved)
    return moved
  }

  const visitLeaf = async (pointer: PagePointer, index: number): Promise<MovedSubtree> => {
    const leaf = await pages.leaf(pointer, index)
    const slots = [...leaf.slots]
    const places = leaf.places.slice()
    let isMoved = false
    for (const [block, slot] of leaf.slots.entries()) {
      const to = slot && move({ slot, place: leaf.places[block] as number })
      if (to === undefined) continue
      isMoved = true
      slots[block] = to.slot
      places[block] = to.place
    }
    if (!isMoved) return { pointer, liveBytes: new Map() }
    const page = encodeLeafPage(index, { ids: leaf.ids, slots, places })
    const now = await sink.write({ type: "mapLeaf", level: 0, disk, index }, page, pointer.digest)
    return { pointer: now, liveBytes: exchanged(pointer, now, []) }
  }

  const visitInner = async (pointer: PagePointer, level: number, index: number): Promise<MovedSubtree> => {
    const { children } = await pages.inner("mapInner", pointer, level, index)
    await pages.prefetch(children.filter((child) => child !== undefined && !done.has(nameOf(child))) as PagePointer[])
    const moved: (MovedSubtree | undefined)[] = []
    for (const [at, child] of children.entries())
      moved.push(child === undefined ? undefined : await visit(child, level - 1, index * INNER_CHILDREN + at))
    if (moved.every((child, at) => child?.pointer === children[at])) return { pointer, liveBytes: new Map() }
    const page = encodeInnerPage("mapInner", level, index, { children: moved.map((child) => child?.pointer) })
    const now = await sink.write({ type: "mapInner", level, disk, index }, page, pointer.digest)
    return { pointer: now, liveBytes: exchanged(pointer, now, moved) }
  }
  return root === undefined ? undefined : visit(root, height, 0)
}

/** Bytes of map packs that a subtree uses more or less, once its top page lies elsewhere. */
function exchanged(
  before: PagePointer,
  now: PagePointer,
  children: readonly (MovedSubtree | undefined)[],
): ReadonlyMap<number, number> {
  const sums = new Map<number, number>()
  const add = (pack: number, bytes: number) => sums.set(pack, (sums.get(pack) ?? 0) + bytes)
  add(before.pack, -before.length)
  add(now.pack, now.length)
  for (const child of children) for (const [pack, bytes] of child?.liveBytes ?? []) add(pack, bytes)
  return sums
}
