import { fetchPack, type FetchLimits, locatePack, type RepositoryView, type SlotRef } from "@bcopy/chain-format"
import type { SealedPlace } from "./read-sealed-slots.ts"

/** Bytes of one read, and how many such reads are held in memory before anybody asks for them. */
const READ_BYTES = 9 << 20
const HELD = 4

/** Neighbouring slots of a pack that were announced, fetched with one read. */
interface Haul {
  readonly pack: number
  readonly offset: number
  length: number
  /** How often its slots will still be asked for. */
  left: number
  /** No further slot joins it. */
  full: boolean
  memory: Uint8Array | undefined
  bytes: Promise<Uint8Array> | undefined
}

/**
 * Fetches slots before they are asked for, since whoever asks said that he will: neighbours in a pack come with one read,
 * however they are mixed with those of other packs, and a few reads are on their way while the ones before are used.
 */
export class ReadAhead {
  readonly #view: RepositoryView
  readonly #place: SealedPlace
  readonly #limits: FetchLimits
  /** In the order in which they will be needed. */
  readonly #hauls = new Set<Haul>()
  readonly #ofSlot = new Map<string, Haul>()
  /** The haul of each pack that further slots may join. */
  readonly #open = new Map<number, Haul>()
  readonly #spare: Uint8Array[] = []

  constructor(view: RepositoryView, place: SealedPlace, limits: FetchLimits) {
    this.#view = view
    this.#place = place
    this.#limits = { ...limits, maxBytes: Math.min(limits.maxBytes, READ_BYTES) }
  }

  /** Slots that will be asked for together, after all those announced before. */
  announce(slots: Iterable<SlotRef>, signal: AbortSignal | undefined): void {
    for (const slot of slots) {
      const known = this.#ofSlot.get(nameOf(slot))
      const haul = known ?? this.#join(slot)
      haul.left++
      this.#ofSlot.set(nameOf(slot), haul)
    }
    this.#fetchAhead(signal)
  }

  /** The bytes of an announced slot as far as the pack has them; `undefined` for others, which are not fetched here. */
  async read(slot: SlotRef, signal: AbortSignal | undefined): Promise<Uint8Array | undefined> {
    const haul = this.#ofSlot.get(nameOf(slot))
    if (haul === undefined) return undefined
    const bytes = await this.#fetch(haul, signal)
    this.#fetchAhead(signal)
    return bytes.subarray(slot.offset - haul.offset, slot.offset - haul.offset + slot.length)
  }

  /** Says that slots which were announced together were asked for; what {@link read} gave is good no more. */
  release(slots: Iterable<SlotRef>, signal: AbortSignal | undefined): void {
    for (const slot of slots) {
      const haul = this.#ofSlot.get(nameOf(slot))
      if (haul === undefined || --haul.left > 0) continue
      this.#hauls.delete(haul)
      if (this.#open.get(haul.pack) === haul) this.#open.delete(haul.pack)
      for (const [name, of] of this.#ofSlot) if (of === haul) this.#ofSlot.delete(name)
      const { memory } = haul
      // What is still being fetched, since nobody waited for it, keeps its memory.
      if (memory !== undefined && memory.length === this.#limits.maxBytes && this.#spare.length < HELD)
        void haul.bytes?.then(
          () => this.#spare.push(memory),
          () => undefined,
        )
    }
    this.#fetchAhead(signal)
  }

  /** The haul that a slot goes with. */
  #join(slot: SlotRef): Haul {
    const open = this.#open.get(slot.pack)
    const { gapBytes, maxBytes } = this.#limits
    if (open !== undefined && !open.full) {
      const gap = slot.offset - open.offset - open.length
      const length = slot.offset + slot.length - open.offset
      if (gap >= 0 && gap <= gapBytes && length <= maxBytes) {
        open.length = length
        return open
      }
      open.full = true
    }
    const { pack, offset, length } = slot
    const haul: Haul = { pack, offset, length, left: 0, full: false, memory: undefined, bytes: undefined }
    this.#open.set(pack, haul)
    this.#hauls.add(haul)
    return haul
  }

  /** Starts reads that are complete, the first needed first, as long as there is room. */
  #fetchAhead(signal: AbortSignal | undefined): void {
    const hauls = [...this.#hauls]
    let held = hauls.filter(({ bytes }) => bytes !== undefined).length
    for (const haul of hauls) {
      if (held >= HELD) return
      if (haul.bytes !== undefined || !haul.full) continue
      held++
      // It is awaited by whoever asks; until then a failure of it is not unheard.
      this.#fetch(haul, signal).catch(() => undefined)
    }
  }

  #fetch(haul: Haul, signal: AbortSignal | undefined): Promise<Uint8Array> {
    haul.full = true
    return (haul.bytes ??= this.#read(haul, signal))
  }

  async #read(haul: Haul, signal: AbortSignal | undefined): Promise<Uint8Array> {
    const { pack, offset, length } = haul
    const { key } = await locatePack(this.#view, this.#place, pack)
    const { maxBytes } = this.#limits
    const memory = length > maxBytes ? new Uint8Array(length) : (this.#spare.pop() ?? new Uint8Array(maxBytes))
    haul.memory = memory
    const range = { offset, length }
    const bytes = await fetchPack(this.#view, key, { range, into: memory, ...(signal && { signal }) })
    return bytes
  }
}

function nameOf({ pack, slot }: SlotRef): string {
  return `${pack}.${slot}`
}
