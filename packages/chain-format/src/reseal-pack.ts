import { FormatError } from "./format-error.ts"
import type { BlocksRecord, PageRecord } from "./pack-footer.ts"
import { openDataPack, type OpenedPack, openMapPack } from "./pack-reader.ts"
import { dataPackWriter, mapPackWriter, type PackWriter } from "./pack-writer.ts"
import type { Codec, SealSuite } from "./seal-suite.ts"
import { unsealSlot } from "./slot.ts"

export interface ResealPackOptions {
  readonly kind: "dataPack" | "mapPack"
  /** What opens the pack, and its key. */
  readonly from: { readonly suite: SealSuite; readonly objectKey: string }
  /** What seals it anew, under which key. */
  readonly to: { readonly suite: SealSuite; readonly objectKey: string }
  readonly codec: Codec
  /** Memory to build it in. */
  readonly buffer?: Uint8Array
}

/**
 * The same pack sealed anew: every slot keeps its number, place, length and compressed body, so that whatever points into
 * the pack stays right. Gives the object and its hint.
 * @throws FormatError what does not open; `Inconsistent` if the suites differ in what they add
 */
export function resealPack(
  bytes: Uint8Array,
  { kind, from, to, codec, buffer }: ResealPackOptions,
): { readonly bytes: Uint8Array; readonly hint: Uint8Array } {
  // Level 0: what pays was decided when it was compressed.
  const fresh = { ...to, codec, level: 0, packBytes: bytes.length, ...(buffer && { buffer }) }
  return kind === "dataPack"
    ? copySlots(openDataPack(bytes, { ...from, codec }), dataPackWriter(fresh))
    : copySlots(openMapPack(bytes, { ...from, codec }), mapPackWriter(fresh))

  function copySlots<Record extends BlocksRecord | PageRecord>(
    { opening, slots }: OpenedPack<Record>,
    writer: PackWriter<Record>,
  ) {
    for (const { offset, storedBytes, ...record } of slots) {
      const { header, body } = unsealSlot(bytes.subarray(offset, offset + storedBytes), { opening })
      const content = header.compressed ? { compressed: body, plainBytes: header.plainBytes } : body
      const place = writer.add(content, record as unknown as Record)
      if (place.offset !== offset || place.storedBytes !== storedBytes)
        throw new FormatError(
          "Inconsistent",
          `${from.objectKey}: slot ${header.number} would lie at byte ${place.offset}, not ${offset}`,
        )
    }
    return { bytes: writer.finish(), hint: writer.hint }
  }
}
