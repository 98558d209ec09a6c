import type { MapOp } from "./session-movers.ts"

/** A block that is to be read, and what it must hash to. */
export interface WantedBlock {
  readonly block: number
  readonly id: Uint8Array
  /** The group that it is read with, and its place there; absent until that is formed. */
  with?: { readonly group: WantedGroup; readonly at: number }
}

/** Blocks that are read and moved together, in ascending order. */
export interface WantedGroup {
  readonly blocks: readonly WantedBlock[]
  /** From when a mover has them; it resolves when that has answered, and has given {@link take}. */
  moved?: Promise<void>
  /** What became of them; asked once, in the order in which groups were formed. */
  take?: () => readonly MapOp[]
  /** What {@link take} gave. */
  ops?: readonly MapOp[]
}

/**
 * Blocks that are to be read, and have not been asked for yet. Blocks of one slot lie scattered where little changed at
 * many places, and are given out together, so that each slot is read and opened once, and can stay as it is.
 */
export class WantedBlocks {
  readonly #maxBlocks: number
  /** By slot, in the order in which their first blocks came; a block without one is by itself. */
  readonly #bySlot = new Map<number | WantedBlock, WantedBlock[]>()
  #count = 0

  /** @param maxBlocks most blocks of a group */
  constructor(maxBlocks: number) {
    this.#maxBlocks = maxBlocks
  }

  /** How many there are. */
  get count(): number {
    return this.#count
  }

  /** Blocks come in ascending order; numbers tell their slots apart. */
  add(wanted: WantedBlock, slot: number | undefined): void {
    const key = slot ?? wanted
    const twins = this.#bySlot.get(key)
    if (twins === undefined) this.#bySlot.set(key, [wanted])
    else twins.push(wanted)
    this.#count++
  }

  /** As many slots as fit, those whose first blocks came first; only one that does not fit by itself is cut. */
  next(): WantedGroup {
    const taken: WantedBlock[] = []
    for (const [key, blocks] of this.#bySlot) {
      const room = this.#maxBlocks - taken.length
      if (blocks.length <= room) {
        taken.push(...blocks)
        this.#bySlot.delete(key)
        continue
      }
      if (taken.length === 0) taken.push(...blocks.splice(0, room))
      break
    }
    this.#count -= taken.length
    const group: WantedGroup = { blocks: taken.toSorted((a, b) => a.block - b.block) }
    for (const [at, wanted] of group.blocks.entries()) wanted.with = { group, at }
    return group
  }
}
