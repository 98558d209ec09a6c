import {
  authenticateSlot,
  equalBytes,
  FormatError,
  type FormatErrorCode,
  isFormatError,
  openDataPack,
  type OpenedSlot,
  openMapPack,
  openSlot,
  toHex,
  withKey,
} from "@bcopy/chain-format"
import type { SealedSlots } from "@bcopy/source"
import { copyBytes } from "./copy-bytes.ts"
import type { MoverMeans } from "./mover.ts"
import { ScratchMemory } from "./scratch-memory.ts"
import { type SuiteSeed, suiteOf } from "./suite-of.ts"

const WORDS = 3
/** Of this thread: what is opened here is done with before the next is. */
const scratch = new ScratchMemory()
const ID_BYTES = 32

/** Slots of one data pack to open, and the blocks wanted of them. */
export interface UnpackTask extends SealedSlots {
  readonly suite: SuiteSeed
  readonly blockBytes: number
  /** What blocks must hash to, 32 bytes each, in the order that the third words of `blocks` say. */
  readonly ids: Uint8Array
  /** Memory that blocks are put into, in that order; without it they are only proven. */
  readonly into?: Uint8Array
}

/** Why slots did not open, or were not what was expected of them. */
export interface UnpackFailure {
  readonly code: FormatErrorCode
  readonly message: string
}

/** For whoever wants the bodies of slots. */
export interface UnpackHooks {
  /** Where bodies are put: they are good until it begins anew. */
  readonly bodies: ScratchMemory
  /** Told of each slot, and of the words that name its blocks, before they are proven; says whether they are to be put in their places. */
  readonly onSlot: (blocks: Uint32Array, opened: OpenedSlot) => boolean
}

/** Opens slots, holds every wanted block against its id, and puts it in its place. Gives what failed first. */
export function unpack(
  { suite, key, hint, blockBytes, bytes, slots, blocks, ids, into: blocksInto }: UnpackTask,
  { codec, sha256 }: Pick<MoverMeans, "codec" | "sha256">,
  { bodies, onSlot }: Partial<UnpackHooks> = {},
): UnpackFailure | undefined {
  return failureOf(key, () => {
    const opening = suiteOf(suite).openByHint("dataPack", key, hint)
    for (let slot = 0, block = 0; slot < slots.length / WORDS; slot++) {
      const [number, at, length] = slots.subarray(slot * WORDS, (slot + 1) * WORDS) as unknown as Triple
      const into = bodies?.take(length) ?? scratch.only(length)
      const opened = openSlot(bytes.subarray(at, at + length), { opening, codec, length, into })
      const { header, plain } = opened
      if (header.number !== number)
        throw new FormatError("Inconsistent", `${key} holds slot ${header.number} where slot ${number} should be`)
      const first = block
      while (blocks[block * WORDS] === slot) block++
      const named = blocks.subarray(first * WORDS, block * WORDS)
      const isPut = onSlot === undefined || onSlot(named, opened)
      for (let word = 0; word < named.length; word += WORDS) {
        const [, place, target] = named.subarray(word, word + WORDS) as unknown as Triple
        const content = plain.subarray(place * blockBytes, (place + 1) * blockBytes)
        if (content.length !== blockBytes)
          throw new FormatError(
            "Inconsistent",
            `${key}: slot ${number} of ${plain.length} bytes has no block at place ${place}`,
          )
        const id = ids.subarray(target * ID_BYTES, (target + 1) * ID_BYTES)
        if (!equalBytes(sha256(content), id))
          throw new FormatError("Inconsistent", `${key}: block at place ${place} of slot ${number} is not ${toHex(id)}`)
        if (isPut && blocksInto !== undefined) copyBytes(content, blocksInto, target * blockBytes)
      }
      if (header.compressed) codec.release?.(plain)
    }
  })
}

/** A whole pack whose seals are to be checked. */
export interface SlotCheck {
  readonly suite: SuiteSeed
  readonly kind: "dataPack" | "mapPack"
  readonly key: string
  readonly bytes: Uint8Array
}

/** Authenticates footer and every slot of a pack, without decompressing them. Gives what failed first. */
export function checkSlots(
  { suite, kind, key, bytes }: SlotCheck,
  { codec }: Pick<MoverMeans, "codec">,
): UnpackFailure | undefined {
  return failureOf(key, () => {
    const open = kind === "dataPack" ? openDataPack : openMapPack
    const { slots, opening } = open(bytes, { suite: suiteOf(suite), codec, objectKey: key })
    for (const { offset, storedBytes } of slots) {
      const into = scratch.only(storedBytes)
      authenticateSlot(bytes.subarray(offset, offset + storedBytes), { opening, into })
    }
  })
}

/** What stands against a pack, if the work on it finds that it does not open; what else fails is thrown. */
export function failureOf(key: string, work: () => void): UnpackFailure | undefined {
  try {
    withKey(key, work)
    return undefined
  } catch (error) {
    if (!isFormatError(error)) throw error
    return { code: error.code, message: error.message }
  }
}

type Triple = [number, number, number]
