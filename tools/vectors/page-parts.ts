import { fill, join, type Part, u16, u32, u48, u8, varint } from "./byte-parts.ts"

export interface PageParts {
  readonly type: number
  readonly level?: number
  readonly features?: readonly [number, number, number]
  readonly reserved?: number
  readonly reserved2?: number
  readonly index?: number
}

/** docs/format.md, Pages: the first 14 bytes of every page. */
export function pageHead({ type, level = 0, features = [0, 0, 0], reserved = 0, reserved2 = 0, index = 0 }: PageParts) {
  return join(u8(type, level, ...features, reserved), u16(reserved2), u48(index))
}

/** docs/format.md, Pages: a pointer. */
export function pointer(pack: number, offset: number, length: number, digest: Part = fill(32, 0xd1)): Uint8Array {
  return join(varint(pack), varint(offset), varint(length), digest)
}

/** docs/format.md, Leaf pages: a slot that the leaf names. */
export function slotRef(pack: number, slot: number, offset: number, length: number): Uint8Array {
  return join(varint(pack), varint(slot), varint(offset), varint(length))
}

/** docs/format.md, Leaf pages. */
export function leafPage(parts: {
  readonly head?: Partial<PageParts>
  readonly refs?: readonly Part[]
  readonly refCount?: number
  readonly end: number
  readonly runs: readonly Part[]
  readonly ids: readonly Part[]
}): Uint8Array {
  const { refs = [slotRef(3, 0, 24, 1000)], refCount = refs.length } = parts
  return join(pageHead({ type: 1, ...parts.head }), u8(refCount), ...refs, u8(parts.end), ...parts.runs, ...parts.ids)
}

/** A run of blocks that are zero. */
export function zeroRun(blocks: number): Uint8Array {
  return u8(blocks - 1)
}

/** A run of blocks that follow each other in a slot. */
export function dataRun(blocks: number, slot: number, place: number): Uint8Array {
  return u8(0x80 + blocks - 1, slot, place)
}

/** docs/format.md, Inner pages; children by their position. */
export function innerPage(head: PageParts, children: readonly (readonly [at: number, pointer: Part])[]): Uint8Array {
  const bits = new Uint8Array(8)
  for (const [at] of children) bits[at >> 3] = (bits[at >> 3] as number) | (1 << (at & 7))
  return join(pageHead({ ...head }), bits, ...children.map(([, child]) => child))
}

export interface RecordParts {
  readonly session?: Part
  readonly number?: number
  readonly hint?: Part
  readonly storedBytes?: number
  readonly lockedUntilMs?: number
  readonly live?: readonly (readonly [gap: number, count: number])[]
  readonly extra?: readonly (readonly [gap: number, uses: number])[]
  readonly liveCount?: number
  /** Only in leaves that have the feature. */
  readonly mostUsed?: number
}

/** docs/format.md, Pack table: a pack's record. */
export function packRecord(parts: RecordParts = {}): Uint8Array {
  const { session = fill(16, 0x5e), number = 1, hint = new Uint8Array(), storedBytes = 33_000_000 } = parts
  const { lockedUntilMs = 0, live = [[0, 16]], extra = [], liveCount = live.length, mostUsed } = parts
  const most = mostUsed === undefined ? [] : [varint(mostUsed)]
  const pairs = (list: readonly (readonly [number, number])[]) =>
    join(...list.map(([a, b]) => join(varint(a), varint(b))))
  const facts = join(session, varint(number), u8(hint.length), hint, varint(storedBytes), varint(lockedUntilMs))
  return join(facts, varint(liveCount), pairs(live), varint(extra.length), pairs(extra), ...most)
}

/** docs/format.md, Pack table: a leaf; `bits` says which of its 32 packs follow. */
export function tableLeaf(bits: number, records: readonly Part[], head: Partial<PageParts> = {}): Uint8Array {
  return join(pageHead({ type: 3, ...head }), u32(bits), ...records)
}
