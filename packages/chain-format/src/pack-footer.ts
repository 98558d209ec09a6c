import { ByteReader } from "./byte-reader.ts"
import { ByteWriter } from "./byte-writer.ts"
import { FormatError } from "./format-error.ts"
import { LEAF_BLOCKS, MAX_DISKS, MAX_HEIGHT, MAX_SLOTS_PER_PACK } from "./limits.ts"

/** docs/format.md, Pack footer: how much of a slot's tag the footer repeats. */
export const FOOTER_TAG_BYTES = 16
const MAX_RUNS_PER_SLOT = LEAF_BLOCKS
const pageTypes = ["mapLeaf", "mapInner", "tableLeaf", "tableInner"] as const

/** A run of adjacent blocks of a disk. */
export interface BlockRun {
  readonly first: number
  readonly count: number
}

/** What a slot of a data pack holds: blocks of one disk, each once, in this order, which need not ascend. */
export interface BlocksRecord {
  readonly disk: number
  readonly runs: readonly BlockRun[]
}

export type PageType = (typeof pageTypes)[number]

/** What a slot of a map pack holds: one page. `disk` is 0 for pages of the pack table. */
export interface PageRecord {
  readonly type: PageType
  readonly level: number
  readonly disk: number
  readonly index: number
}

/** A footer's record with the first bytes of its slot's tag, which tie the footer to just these slots. */
export type Tagged<Record> = Record & { readonly tag: Uint8Array }

export function encodeBlocksFooter(records: readonly Tagged<BlocksRecord>[]): Uint8Array {
  const writer = new ByteWriter(16 + records.length * 32).u32(records.length)
  for (const { disk, runs, tag } of records) {
    writer.bytes(tag).u16(disk).u16(runs.length)
    for (const run of runs) writer.u48(run.first).u16(run.count)
  }
  return writer.view()
}

/** @throws FormatError `Truncated`, `TrailingBytes`, `BadValue`, `TooLarge` */
export function decodeBlocksFooter(bytes: Uint8Array): readonly Tagged<BlocksRecord>[] {
  return decodeRecords(bytes, (reader, slot) => {
    const disk = reader.u16()
    const runCount = reader.u16()
    if (disk >= MAX_DISKS) throw new FormatError("TooLarge", `slot ${slot} names disk ${disk} of at most ${MAX_DISKS}`)
    if (runCount > MAX_RUNS_PER_SLOT)
      throw new FormatError("TooLarge", `slot ${slot} has ${runCount} runs, at most ${MAX_RUNS_PER_SLOT}`)
    const runs: BlockRun[] = []
    for (let index = 0; index < runCount; index++) runs.push({ first: reader.u48(), count: reader.u16() })
    requireOnce(runs, slot)
    return { disk, runs }
  })
}

/** @throws FormatError `BadValue` if a run is empty, or a block is in two */
function requireOnce(runs: readonly BlockRun[], slot: number): void {
  let next = 0
  for (const { first, count } of runs.toSorted((a, b) => a.first - b.first)) {
    if (count === 0 || first < next)
      throw new FormatError("BadValue", `slot ${slot} has a run of ${count} blocks at ${first}, behind ${next}`)
    next = first + count
  }
}

export function encodePagesFooter(records: readonly Tagged<PageRecord>[]): Uint8Array {
  const writer = new ByteWriter(16 + records.length * 26).u32(records.length)
  for (const { type, level, disk, index, tag } of records)
    writer
      .bytes(tag)
      .u8(pageTypes.indexOf(type) + 1)
      .u8(level)
      .u16(disk)
      .u48(index)
  return writer.view()
}

/** @throws FormatError `Truncated`, `TrailingBytes`, `BadValue`, `TooLarge` */
export function decodePagesFooter(bytes: Uint8Array): readonly Tagged<PageRecord>[] {
  return decodeRecords(bytes, (reader, slot) => {
    const number = reader.u8()
    const type = pageTypes[number - 1]
    const level = reader.u8()
    const disk = reader.u16()
    if (type === undefined) throw new FormatError("BadValue", `slot ${slot} holds a page of unknown type ${number}`)
    if (level > MAX_HEIGHT) throw new FormatError("TooLarge", `slot ${slot} holds a page of level ${level}`)
    if (disk >= MAX_DISKS) throw new FormatError("TooLarge", `slot ${slot} names disk ${disk} of at most ${MAX_DISKS}`)
    return { type, level, disk, index: reader.u48() }
  })
}

function decodeRecords<Record>(
  bytes: Uint8Array,
  decode: (reader: ByteReader, slot: number) => Record,
): readonly Tagged<Record>[] {
  const reader = new ByteReader(bytes, "pack footer")
  const count = reader.u32()
  if (count >= MAX_SLOTS_PER_PACK)
    throw new FormatError("TooLarge", `pack footer of ${count} slots, at most ${MAX_SLOTS_PER_PACK - 1}`)
  const records: Tagged<Record>[] = []
  for (let slot = 0; slot < count; slot++) {
    const tag = reader.bytes(FOOTER_TAG_BYTES)
    records.push({ tag, ...decode(reader, slot) })
  }
  reader.end()
  return records
}
