import type { SessionId } from "./ids.ts"
import type { ByteReader } from "./byte-reader.ts"
import type { ByteWriter } from "./byte-writer.ts"
import { FormatError } from "./format-error.ts"
import { fromHex, toHex } from "./hex.ts"
import { ID_BYTES, MAX_PACK_OBJECT_BYTES, TABLE_LEAF_PACKS } from "./limits.ts"
import { beginPage, openPage, PAGE_INCOMPATIBLE_AT } from "./page.ts"

/** docs/format.md, Pack table: a position is slot × stride + place; 2^16 slots of at most 32 places. */
export const MAX_POSITION = 2 ** 21
export const MAX_HINT_BYTES = 255

/** docs/format.md, Pack table: the feature of pages whose records end with how many positions were in use at most. */
const MOST = 1

/** What a point knows of a data pack that it lives in. */
export interface PackRecord {
  readonly session: SessionId
  /** Number of the pack in its session. */
  readonly number: number
  /** What the suite needs to open a slot without the pack's header. */
  readonly hint: Uint8Array
  /** Size of the object. */
  readonly storedBytes: number
  /** Object Lock: until when the pack is locked, milliseconds since 1970; 0 if it is not. */
  readonly lockedUntilMs: number
  /** Positions that the point uses: runs of (first, count), ascending. */
  readonly live: readonly { readonly first: number; readonly count: number }[]
  /** Positions that it uses more than once, with the uses beyond the first. */
  readonly extra: readonly { readonly position: number; readonly uses: number }[]
  /** How many positions were in use at once, at most, in the line of trees that the table belongs to: what the pack brought. */
  readonly mostUsed: number
}

/** A leaf of the pack table: 32 packs, absent where the point uses nothing of one. */
export interface TableLeaf {
  readonly packs: readonly (PackRecord | undefined)[]
}

export function encodeTableLeaf(index: number, leaf: TableLeaf): Uint8Array {
  const writer = beginPage("tableLeaf", 0, index, 1024, MOST)
  let bits = 0
  for (const [pack, record] of leaf.packs.entries()) if (record !== undefined) bits += 2 ** pack
  writer.u32(bits)
  for (const record of leaf.packs) if (record !== undefined) encodeRecord(writer, record)
  return writer.view()
}

/** @throws FormatError */
export function decodeTableLeaf(index: number, bytes: Uint8Array): TableLeaf {
  const reader = openPage(bytes, "tableLeaf", 0, index, MOST)
  const hasMost = ((bytes[PAGE_INCOMPATIBLE_AT] as number) & MOST) !== 0
  const bits = reader.u32()
  if (bits === 0) throw new FormatError("BadValue", `tableLeaf page 0/${index} has no packs; it should be absent`)
  const packs = Array.from({ length: TABLE_LEAF_PACKS }, (_, pack) =>
    (bits >>> pack) & 1 ? decodeRecord(reader, index * TABLE_LEAF_PACKS + pack, hasMost) : undefined,
  )
  reader.end()
  return { packs }
}

function encodeRecord(writer: ByteWriter, record: PackRecord): void {
  if (record.hint.length > MAX_HINT_BYTES)
    throw new FormatError("TooLarge", `hint of ${record.hint.length} bytes, at most ${MAX_HINT_BYTES}`)
  writer.bytes(fromHex(record.session)).varint(record.number).u8(record.hint.length).bytes(record.hint)
  writer.varint(record.storedBytes).varint(record.lockedUntilMs)
  writer.varint(record.live.length)
  let next = 0
  for (const run of record.live) {
    writer.varint(run.first - next).varint(run.count)
    next = run.first + run.count
  }
  writer.varint(record.extra.length)
  next = 0
  for (const { position, uses } of record.extra) {
    writer.varint(position - next).varint(uses)
    next = position
  }
  writer.varint(record.mostUsed)
}

function decodeRecord(reader: ByteReader, pack: number, hasMost: boolean): PackRecord {
  const session = toHex(reader.bytes(ID_BYTES)) as SessionId
  const number = reader.varint()
  const hint = new Uint8Array(reader.bytes(reader.u8()))
  const storedBytes = reader.varint()
  const lockedUntilMs = reader.varint()
  if (storedBytes > MAX_PACK_OBJECT_BYTES)
    throw new FormatError(
      "TooLarge",
      `pack table gives pack ${pack} ${storedBytes} bytes, at most ${MAX_PACK_OBJECT_BYTES}`,
    )
  const live: { first: number; count: number }[] = []
  let next = 0
  for (let left = countWithin(reader, pack); left > 0; left--) {
    const first = next + reader.varint()
    const count = reader.varint()
    next = first + count
    if (count === 0 || next > MAX_POSITION)
      throw new FormatError("BadValue", `pack table has a run of ${count} positions at ${first} in pack ${pack}`)
    live.push({ first, count })
  }
  if (live.length === 0) throw new FormatError("BadValue", `pack table lists pack ${pack} without a live block`)
  const extra: { position: number; uses: number }[] = []
  const runs = live.values()
  let run = runs.next().value
  next = 0
  for (let left = countWithin(reader, pack); left > 0; left--) {
    const position = next + reader.varint()
    const uses = reader.varint()
    while (run !== undefined && run.first + run.count <= position) run = runs.next().value
    const isLive = run !== undefined && run.first <= position
    if (uses === 0 || !isLive || (extra.length > 0 && position === next))
      throw new FormatError("BadValue", `pack table gives position ${position} of pack ${pack} ${uses} more uses`)
    next = position
    extra.push({ position, uses })
  }
  const used = usedPositions(live)
  const mostUsed = hasMost ? reader.varint() : used
  if (mostUsed < used || mostUsed > MAX_POSITION)
    throw new FormatError(
      "BadValue",
      `pack table says that at most ${mostUsed} positions of pack ${pack} were in use, ${used} are`,
    )
  return { session, number, hint, storedBytes, lockedUntilMs, live, extra, mostUsed }
}

/** How many positions the runs hold. */
export function usedPositions(live: PackRecord["live"]): number {
  return live.reduce((sum, { count }) => sum + count, 0)
}

/** A count of things of at least two bytes each, so that a lie is found before anything is allocated for it. */
function countWithin(reader: ByteReader, pack: number): number {
  const count = reader.varint()
  if (count * 2 > reader.left)
    throw new FormatError("Truncated", `pack table has ${count} runs of pack ${pack} in ${reader.left} bytes`)
  return count
}
