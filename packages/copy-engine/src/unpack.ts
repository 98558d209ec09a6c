import {
  authenticateSlot,
  equalBytes,
  FormatError,
  type FormatErrorCode,
  isFormatError,
  openDataPack,
  openMapPack,
  openSlot,
  toHex,
  withKey,
} from "@bcopy/chain-format"
import type { MoverMeans } from "./mover.ts"

const WORDS = 3
const ID_BYTES = 32

/** Slots of one data pack to open, and the blocks wanted of them. */
export interface UnpackTask {
  readonly key: string
  /** What the pack table keeps to open the pack's slots. */
  readonly hint: Uint8Array
  readonly blockBytes: number
  /** What was fetched of the pack. */
  readonly bytes: Uint8Array
  /** Three words a slot: its number, where it lies in `bytes`, its length. */
  readonly slots: Uint32Array
  /** Three words a block: index of its slot in `slots`, its place there, and its place in `into`; slot by slot. */
  readonly blocks: Uint32Array
  /** What the blocks must hash to, 32 bytes each. */
  readonly ids: Uint8Array
  /** Memory that the blocks are put into; without it they are only proven. */
  readonly into?: Uint8Array
}

/** Why slots did not open, or were not what was expected of them. */
export interface UnpackFailure {
  readonly code: FormatErrorCode
  readonly message: string
}

/** Opens slots, holds every wanted block against its id, and puts it in its place. Gives what failed first. */
export function unpack(
  { key, hint, blockBytes, bytes, slots, blocks, ids, into }: UnpackTask,
  { suite, codec, sha256 }: Pick<MoverMeans, "suite" | "codec" | "sha256">,
): UnpackFailure | undefined {
  return failureOf(key, () => {
    const opening = suite.openByHint("dataPack", key, hint)
    for (let slot = 0, block = 0; slot < slots.length / WORDS; slot++) {
      const [number, at, length] = slots.subarray(slot * WORDS, (slot + 1) * WORDS) as unknown as Triple
      const { header, plain } = openSlot(bytes.subarray(at, at + length), { opening, codec, length })
      if (header.number !== number)
        throw new FormatError("Inconsistent", `${key} holds slot ${header.number} where slot ${number} should be`)
      for (; blocks[block * WORDS] === slot; block++) {
        const [, place, target] = blocks.subarray(block * WORDS, (block + 1) * WORDS) as unknown as Triple
        const content = plain.subarray(place * blockBytes, (place + 1) * blockBytes)
        if (content.length !== blockBytes)
          throw new FormatError(
            "Inconsistent",
            `${key}: slot ${number} of ${plain.length} bytes has no block at place ${place}`,
          )
        const id = ids.subarray(block * ID_BYTES, (block + 1) * ID_BYTES)
        if (!equalBytes(sha256(content), id))
          throw new FormatError("Inconsistent", `${key}: block at place ${place} of slot ${number} is not ${toHex(id)}`)
        into?.set(content, target * blockBytes)
      }
      if (header.compressed) codec.release?.(plain)
    }
  })
}

/** A whole pack whose seals are to be checked. */
export interface SlotCheck {
  readonly kind: "dataPack" | "mapPack"
  readonly key: string
  readonly bytes: Uint8Array
}

/** Authenticates footer and every slot of a pack, without decompressing them. Gives what failed first. */
export function checkSlots(
  { kind, key, bytes }: SlotCheck,
  { suite, codec }: Pick<MoverMeans, "suite" | "codec">,
): UnpackFailure | undefined {
  return failureOf(key, () => {
    const open = kind === "dataPack" ? openDataPack : openMapPack
    const { slots, opening } = open(bytes, { suite, codec, objectKey: key })
    for (const { offset, storedBytes } of slots)
      authenticateSlot(bytes.subarray(offset, offset + storedBytes), { opening })
  })
}

function failureOf(key: string, work: () => void): UnpackFailure | undefined {
  try {
    withKey(key, work)
    return undefined
  } catch (error) {
    if (!isFormatError(error)) throw error
    return { code: error.code, message: error.message }
  }
}

type Triple = [number, number, number]
