import { DIGEST_BYTES, type OpenedSlot } from "@bcopy/chain-format"
import type { SealedSlots } from "@bcopy/source"
import type { MoverMeans } from "./mover.ts"
import { ScratchMemory } from "./scratch-memory.ts"
import type { SuiteSeed } from "./suite-of.ts"
import { unpack } from "./unpack.ts"

const WORDS = 3
/** Of this thread: the bodies of one stretch, until the next is opened. */
const bodies = new ScratchMemory()

/** A slot that can be taken over as it is, since all its blocks are wanted: they were proven, and not put anywhere. */
export interface WholeSlot {
  /** Offsets in the stretch, ascending, of the blocks at its places 0, 1, 2 … */
  readonly offsets: readonly number[]
  /** What was sealed, compressed: good until the next stretch is opened. */
  readonly body: Uint8Array
}

export interface OpenStretchOptions {
  readonly suite: SuiteSeed
  readonly blockBytes: number
  /** What the blocks must hash to, 32 bytes each. */
  readonly ids: Uint8Array
  readonly into: Uint8Array
  /** A slot of fewer blocks is none to be taken over. */
  readonly minWhole: number
}

/**
 * Opens the slots of a stretch, each block held against its id: blocks go into `into`, in the order of the stretch, but for
 * those of slots that are whole and compressed. Gives these, by the offset of their first block; `undefined` if anything is
 * not as expected.
 */
export function openStretch(
  sealed: readonly SealedSlots[],
  { suite, blockBytes, ids, into, minWhole }: OpenStretchOptions,
  means: Pick<MoverMeans, "codec" | "sha256">,
): ReadonlyMap<number, WholeSlot> | undefined {
  const whole = new Map<number, WholeSlot>()
  let proven = 0
  bodies.begin(sealed.reduce((sum, { bytes }) => sum + bytes.length, 0))
  for (const slots of sealed) {
    const onSlot = (blocks: Uint32Array, { header, plain, body }: OpenedSlot) => {
      proven += blocks.length / WORDS
      const offsets = offsetsOf(blocks)
      const isWhole = header.compressed && offsets?.length === plain.length / blockBytes && offsets.length >= minWhole
      if (isWhole) whole.set(offsets[0] as number, { offsets, body })
      return !isWhole
    }
    const failure = unpack({ ...slots, suite, blockBytes, ids, into }, means, { bodies, onSlot })
    if (failure !== undefined) return undefined
  }
  return proven === ids.length / DIGEST_BYTES ? whole : undefined
}

/** Offsets of a slot's blocks, if these are at places 0, 1, 2 … and follow each other on the disk as they do there. */
function offsetsOf(blocks: Uint32Array): readonly number[] | undefined {
  const offsets: number[] = []
  for (let at = 0; at < blocks.length; at += WORDS) {
    const offset = blocks[at + 2] as number
    if (blocks[at + 1] !== offsets.length || offset <= (offsets.at(-1) ?? -1)) return undefined
    offsets.push(offset)
  }
  return offsets
}
