import { FormatError } from "./format-error.ts"
import { placesPerSlot } from "./limits.ts"

/** How the uses of one pack's blocks changed: position → uses more (or fewer). */
export type UseChanges = ReadonlyMap<number, number>

/** Counts the uses of stored blocks that come and go while a map is written, until they go into the pack table. */
export class PackUses {
  readonly #stride: number
  #changes = new Map<number, Map<number, number>>()
  #size = 0

  constructor(blockBytes: number) {
    this.#stride = placesPerSlot(blockBytes)
  }

  /** Positions with a change: what the memory of this is in proportion to. */
  get size(): number {
    return this.#size
  }

  /** The block at this place is used once more. */
  add(pack: number, slot: number, place: number): void {
    this.#count(pack, slot, place, 1)
  }

  /** The block at this place is used once less. */
  drop(pack: number, slot: number, place: number): void {
    this.#count(pack, slot, place, -1)
  }

  /** Hands over all changes and begins anew. */
  take(): ReadonlyMap<number, UseChanges> {
    const changes = this.#changes
    this.#changes = new Map()
    this.#size = 0
    return changes
  }

  #count(pack: number, slot: number, place: number, by: number): void {
    if (place >= this.#stride)
      throw new FormatError(
        "BadValue",
        `place ${place} in slot ${slot} of pack ${pack}, a slot has ${this.#stride} places`,
      )
    let changes = this.#changes.get(pack)
    if (changes === undefined) this.#changes.set(pack, (changes = new Map()))
    const position = slot * this.#stride + place
    const sum = (changes.get(position) ?? 0) + by
    this.#size -= changes.size
    if (sum === 0) changes.delete(position)
    else changes.set(position, sum)
    this.#size += changes.size
  }
}
