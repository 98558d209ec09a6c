import type { ContentHash } from "./content-hash.ts"
import { FormatError } from "./format-error.ts"
import { encodeInnerPage } from "./inner-page.ts"
import { emptyLeaf, encodeLeafPage, type SlotRef } from "./leaf-page.ts"
import { blockCount, DIGEST_BYTES, INNER_CHILDREN, LEAF_BLOCKS, treeHeight } from "./limits.ts"
import type { MapReader, MapTree } from "./map-reader.ts"
import type { PackUses } from "./pack-uses.ts"
import { type PagePointer, samePage } from "./page.ts"
import type { PageSink } from "./page-sink.ts"

export interface MapWriterOptions {
  /** The disk's number in its manifest, for the footers of map packs. */
  readonly disk: number
  readonly sizeBytes: number
  readonly blockBytes: number
  /** The map that is changed; without it the disk begins as zeros. */
  readonly base: MapReader | undefined
  readonly sink: PageSink
  readonly hash: ContentHash
  /** Told of every use of a stored block that comes or goes. */
  readonly uses: PackUses
}

/**
 * Writes a new block map as changes of another, in ascending order of blocks: what is kept is shared page by page, only
 * changed leaves and the pages above them are written. Memory is one node a level.
 */
export class MapWriter {
  readonly blocks: number
  readonly height: number
  readonly #options: MapWriterOptions
  readonly #spine: (PagePointer | undefined)[][]
  /** Leaves already handed up: where the tree grows. */
  #leaves = 0
  #leaf = emptyLeaf()
  #kept = new Uint8Array(LEAF_BLOCKS)
  #filled = 0
  #root: PagePointer | undefined

  constructor(options: MapWriterOptions) {
    this.#options = options
    this.blocks = blockCount(options.sizeBytes, options.blockBytes)
    this.height = treeHeight(Math.ceil(this.blocks / LEAF_BLOCKS))
    this.#spine = Array.from({ length: this.height + 1 }, () => [])
  }

  /** The block that comes next. */
  get next(): number {
    return Math.min(this.blocks, this.#leaves * LEAF_BLOCKS + this.#filled)
  }

  /** The next `count` blocks are as in the base. */
  async keep(count: number): Promise<void> {
    const { base } = this.#options
    if (base === undefined) return this.zero(count)
    const whole = async (level: number, index: number) => {
      if ((level > base.height && index === 0) || this.#cutsBase(level, index)) return false
      await this.#emit(level, await base.pointer(level, index))
      return true
    }
    await this.#advance(count, whole, (at) => (this.#kept[at] = 1))
  }

  /** The next `count` blocks are zeros. */
  async zero(count: number): Promise<void> {
    const whole = async (level: number, index: number) => {
      const { base } = this.#options
      if (base !== undefined && ((level > base.height && index === 0) || this.#cutsBase(level, index))) return false
      await this.#dropSubtree(level, index)
      await this.#emit(level, undefined)
      return true
    }
    await this.#advance(
      count,
      whole,
      () => undefined,
      (end) => this.#zeroLeaves(end),
    )
  }

  /** Passes leaves together that the base has no page for either, as far as their node goes. */
  async #zeroLeaves(end: number): Promise<boolean> {
    const { base } = this.#options
    if (this.height === 0) return false
    const node = Math.floor(this.#leaves / INNER_CHILDREN)
    const isBare = base?.tree.root === undefined || (base.height > 0 && (await base.pointer(1, node)) === undefined)
    const endLeaf = end === this.blocks ? Math.ceil(end / LEAF_BLOCKS) : Math.floor(end / LEAF_BLOCKS)
    const count = Math.min((node + 1) * INNER_CHILDREN, endLeaf) - this.#leaves
    if (!isBare || count < 1) return false
    const children = this.#spine[1] as (PagePointer | undefined)[]
    for (let leaf = 0; leaf < count; leaf++) children.push(undefined)
    this.#leaves += count
    if (children.length === INNER_CHILDREN) await this.#closeNode(1)
    return true
  }

  /** Whether the subtree lies across the new end of a disk that shrank: then it is taken apart, not shared. */
  #cutsBase(level: number, index: number): boolean {
    const end = (index + 1) * INNER_CHILDREN ** level * LEAF_BLOCKS
    return end > this.blocks && (this.#options.base?.blocks ?? 0) > this.blocks
  }

  /** The next block has this id and lies there. */
  async put(id: Uint8Array, slot: SlotRef, place: number): Promise<void> {
    if (this.next >= this.blocks)
      throw new FormatError("Inconsistent", `block ${this.next} is past the disk's ${this.blocks} blocks`)
    this.#leaf.ids.set(id, this.#filled * DIGEST_BYTES)
    this.#leaf.slots[this.#filled] = slot
    this.#leaf.places[this.#filled] = place
    this.#filled++
    if (this.#filled === LEAF_BLOCKS || this.next === this.blocks) await this.#closeLeaf()
  }

  /** Completes the map. @throws FormatError `Inconsistent` unless every block was told of */
  async finish(): Promise<MapTree> {
    if (this.next !== this.blocks)
      throw new FormatError("Inconsistent", `map ends at block ${this.next} of ${this.blocks}`)
    for (let level = 1; level <= this.height; level++)
      if ((this.#spine[level] as unknown[]).length > 0) await this.#closeNode(level)
    await this.#dropBeyond()
    const { sizeBytes, blockBytes } = this.#options
    return { sizeBytes, blockBytes, root: this.#root }
  }

  /** Moves on by whole subtrees where `whole` takes them, by leaves where `many` does, else block by block within a leaf. */
  async #advance(
    count: number,
    whole: (level: number, index: number) => Promise<boolean>,
    part: (at: number) => void,
    many?: (end: number) => Promise<boolean>,
  ): Promise<void> {
    const end = this.next + count
    if (end > this.blocks)
      throw new FormatError("Inconsistent", `block ${end - 1} is past the disk's ${this.blocks} blocks`)
    while (this.next < end) {
      if (this.#filled === 0 && (await this.#advanceWhole(end, whole, many))) continue
      part(this.#filled)
      this.#filled++
      if (this.#filled === LEAF_BLOCKS || this.next === this.blocks) await this.#closeLeaf()
    }
  }

  async #advanceWhole(
    end: number,
    whole: (level: number, index: number) => Promise<boolean>,
    many?: (end: number) => Promise<boolean>,
  ): Promise<boolean> {
    for (let level = this.height; level >= 0; level--) {
      const span = INNER_CHILDREN ** level
      if (this.#leaves % span !== 0) continue
      const subtreeEnd = (this.#leaves + span) * LEAF_BLOCKS
      if (subtreeEnd > end && end !== this.blocks) continue
      if (level === 0 && many !== undefined && (await many(end))) return true
      if (await whole(level, this.#leaves / span)) return true
    }
    return false
  }

  async #closeLeaf(): Promise<void> {
    const { base, sink, hash, disk, uses } = this.#options
    const index = this.#leaves
    const old = await base?.leaf(index)
    const oldPointer = await base?.pointer(0, index)
    const { ids, slots, places } = this.#leaf
    let changed = false
    for (let block = 0; block < LEAF_BLOCKS; block++) {
      const before = old?.slots[block]
      if (this.#kept[block] === 1 && old !== undefined) {
        slots[block] = before
        places[block] = old.places[block] as number
        const first = block
        while (this.#kept[block + 1] === 1) {
          block++
          slots[block] = old.slots[block]
          places[block] = old.places[block] as number
        }
        ids.set(old.ids.subarray(first * DIGEST_BYTES, (block + 1) * DIGEST_BYTES), first * DIGEST_BYTES)
        continue
      }
      const after = slots[block]
      const place = places[block] as number
      const placeBefore = old?.places[block] as number
      if (before === undefined && after === undefined) continue
      if (
        before !== undefined &&
        after !== undefined &&
        before.pack === after.pack &&
        before.slot === after.slot &&
        place === placeBefore
      )
        continue
      changed = true
      if (before !== undefined) uses.drop(before.pack, before.slot, placeBefore)
      if (after !== undefined) uses.add(after.pack, after.slot, place)
    }
    let pointer = oldPointer
    if (changed) {
      if (oldPointer !== undefined) sink.drop(oldPointer)
      const empty = slots.every((slot) => slot === undefined)
      pointer = empty
        ? undefined
        : await sink.write(
            { type: "mapLeaf", level: 0, disk, index },
            encodeLeafPage(index, this.#leaf),
            hash.leaf(ids),
          )
    }
    this.#leaf = emptyLeaf()
    this.#kept = new Uint8Array(LEAF_BLOCKS)
    this.#filled = 0
    await this.#emit(0, pointer)
  }

  /** A whole subtree that nobody changes below: the tree grows by its leaves. */
  async #emit(level: number, pointer: PagePointer | undefined): Promise<void> {
    this.#leaves += INNER_CHILDREN ** level
    await this.#handUp(level, pointer)
  }

  async #handUp(level: number, pointer: PagePointer | undefined): Promise<void> {
    if (level === this.height) {
      this.#root = pointer
      return
    }
    const node = this.#spine[level + 1] as (PagePointer | undefined)[]
    node.push(pointer)
    if (node.length === INNER_CHILDREN) await this.#closeNode(level + 1)
  }

  async #closeNode(level: number): Promise<void> {
    const { base, sink, hash, disk } = this.#options
    const children = (this.#spine[level] as (PagePointer | undefined)[]).slice()
    this.#spine[level] = []
    const index = Math.floor((this.#leaves - 1) / INNER_CHILDREN ** level)
    const oldPointer = await base?.pointer(level, index)
    const old = oldPointer === undefined ? undefined : await base?.inner(level, index)
    const same = old !== undefined && old.children.every((child, position) => samePage(child, children[position]))
    let pointer = oldPointer
    if (!same) {
      if (oldPointer !== undefined) sink.drop(oldPointer)
      const digest = hash.inner(
        level,
        children.map((child) => child?.digest),
      )
      pointer = children.every((child) => child === undefined)
        ? undefined
        : await sink.write(
            { type: "mapInner", level, disk, index },
            encodeInnerPage("mapInner", level, index, { children }),
            digest,
          )
    }
    await this.#handUp(level, pointer)
  }

  /** Lets go of everything below a page of the base that the new map leaves out. */
  async #dropSubtree(level: number, index: number): Promise<void> {
    const { base, sink, uses } = this.#options
    if (base?.tree.root === undefined) return
    const pointer = await base.pointer(level, index)
    if (pointer === undefined) return
    if (level === 0) {
      const leaf = await base.leaf(index)
      for (const [block, slot] of (leaf?.slots ?? []).entries())
        if (slot !== undefined) uses.drop(slot.pack, slot.slot, leaf?.places[block] as number)
    } else {
      const inner = await base.inner(level, index)
      for (const [position, child] of (inner?.children ?? []).entries())
        if (child !== undefined) await this.#dropSubtree(level - 1, index * INNER_CHILDREN + position)
    }
    sink.drop(pointer)
  }

  /** After the disk shrank: what of the base lies behind its new end, and the pages above its new top. */
  async #dropBeyond(): Promise<void> {
    const { base, sink } = this.#options
    if (base === undefined || base.blocks <= this.blocks) return
    if (this.blocks === 0) return this.#dropSubtree(base.height, 0)
    const leaves = Math.ceil(this.blocks / LEAF_BLOCKS)
    for (let level = 0; level < base.height; level++) {
      // The siblings behind the last node that the new map reaches at this level; what lies further belongs above.
      const first = level < this.height ? Math.ceil(leaves / INNER_CHILDREN ** level) : 1
      const end = Math.ceil(first / INNER_CHILDREN) * INNER_CHILDREN
      for (let index = first; index < end; index++) await this.#dropSubtree(level, index)
    }
    for (let level = this.height + 1; level <= base.height; level++) {
      const pointer = await base.pointer(level, 0)
      if (pointer !== undefined) sink.drop(pointer)
    }
  }
}
