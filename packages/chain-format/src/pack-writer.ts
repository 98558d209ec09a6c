import { ByteWriter } from "./byte-writer.ts"
import { FormatError } from "./format-error.ts"
import { MAX_SLOTS_PER_PACK } from "./limits.ts"
import {
  type BlocksRecord,
  encodeBlocksFooter,
  encodePagesFooter,
  FOOTER_TAG_BYTES,
  type PageRecord,
  type Tagged,
} from "./pack-footer.ts"
import { encodePackHeader, PACK_HEADER_BYTES } from "./pack-header.ts"
import type { Codec, SealSuite, Sealing } from "./seal-suite.ts"
import { type CompressedSlot, sealSlot } from "./slot.ts"

/** docs/format.md, Pack trailer: "BCPE". */
export const TRAILER_MAGIC = 0x45504342
export const TRAILER_BYTES = 8
/** A pack passes its size by its last slot and its footer. */
const SLACK_BYTES = 2 << 20

export interface PackOptions {
  readonly suite: SealSuite
  readonly codec: Codec
  /** Compression level; 0 stores. */
  readonly level: number
  readonly objectKey: string
  /** Bytes after which the pack is full. */
  readonly packBytes: number
  /** Memory to build the pack in, at best `packBufferBytes(packBytes)`; `finish` gives a view of it. */
  readonly buffer?: Uint8Array
}

/** How large a buffer holds any pack of this size. */
export function packBufferBytes(packBytes: number): number {
  return packBytes + SLACK_BYTES
}

/** Where a slot lies in its pack. */
export interface SlotPlace {
  readonly slot: number
  readonly offset: number
  /** Header, body and tag. */
  readonly storedBytes: number
}

/** A pack that grows slot by slot; `Record` is what its footer says of each. */
export interface PackWriter<Record> {
  readonly hint: Uint8Array
  readonly slots: number
  readonly bytes: number
  /** Whether it should be finished: its size or its number of slots is reached. */
  readonly full: boolean
  /** Adds a slot of these bytes, or one that is compressed already; at the pack's level if none is given. @throws FormatError `TooLarge` */
  add(content: Uint8Array | CompressedSlot, record: Record, level?: number): SlotPlace
  /** Adds footer and trailer and gives the whole object. The writer is used up. */
  finish(): Uint8Array
}

/** Writes a pack of block slots: docs/format.md, Packs. */
export function dataPackWriter(options: PackOptions): PackWriter<BlocksRecord> {
  return packWriter("dataPack", options, encodeBlocksFooter)
}

/** Writes a pack of map and pack-table pages: docs/format.md, Packs. */
export function mapPackWriter(options: PackOptions): PackWriter<PageRecord> {
  return packWriter("mapPack", options, encodePagesFooter)
}

function packWriter<Record>(
  kind: "dataPack" | "mapPack",
  options: PackOptions,
  encodeFooter: (records: readonly Tagged<Record>[]) => Uint8Array,
): PackWriter<Record> {
  const { suite, codec, objectKey, packBytes } = options
  const sealing: Sealing = suite.begin(kind, objectKey)
  // Memory is touched only as it fills, so a buffer for a whole pack costs a small one nothing.
  const writer = new ByteWriter(options.buffer ?? packBufferBytes(packBytes))
  writer.bytes(encodePackHeader({ kind, suite: suite.id, suiteHeader: sealing.header }))
  const packHeader = writer.view().slice(0, PACK_HEADER_BYTES)
  const records: Tagged<Record>[] = []
  return {
    hint: sealing.hint,
    get slots() {
      return records.length
    },
    get bytes() {
      return writer.length
    },
    get full() {
      return writer.length >= packBytes || records.length >= MAX_SLOTS_PER_PACK - 1
    },
    add(content, record, level = options.level) {
      const slot = records.length
      if (slot >= MAX_SLOTS_PER_PACK - 1)
        throw new FormatError("TooLarge", `pack ${objectKey} has ${slot} slots already`)
      const offset = writer.length
      const { storedBytes, sealed } = sealSlot(writer, content, { suite, sealing, codec, level, number: slot })
      records.push({ ...record, tag: sealed.slice(sealed.length - FOOTER_TAG_BYTES) })
      return { slot, offset, storedBytes }
    },
    finish() {
      const number = records.length
      const footer = encodeFooter(records)
      const { level } = options
      const { storedBytes } = sealSlot(writer, footer, { suite, sealing, codec, level, number, packHeader })
      writer.u32(storedBytes).u32(TRAILER_MAGIC)
      return writer.view()
    },
  }
}
