import { createHash } from "node:crypto"
import { join, type Part, text, u16, u32, u48, u8 } from "./byte-parts.ts"

/** docs/format.md, Kinds. */
export const kinds = {
  dataPack: 1,
  mapPack: 2,
  repositorySettings: 3,
  backupSettings: 4,
  logEntry: 5,
  sessionBeat: 6,
} as const

export interface HeaderParts {
  readonly magic?: string
  readonly version?: number
  readonly kind?: number
  readonly suite?: number
  readonly reserved?: number
  readonly features?: readonly [number, number, number]
  readonly suiteHeader?: Part
  readonly suiteHeaderBytes?: number
  readonly reserved2?: number
}

/** docs/format.md, Pack header. */
export function packHeader(parts: HeaderParts = {}): Uint8Array {
  const { magic = "BCPK", version = 1, kind = 1, suite = 0, reserved = 0, features = [0, 0, 0] } = parts
  const { suiteHeader = new Uint8Array(), suiteHeaderBytes = suiteHeader.length, reserved2 = 0 } = parts
  const clear = join(text(magic), u8(version, kind, suite, reserved), ...features.map(u32))
  return join(clear, u16(suiteHeaderBytes), u16(reserved2), suiteHeader)
}

export interface SlotParts {
  readonly kind: number
  readonly key: string
  readonly number?: number
  readonly body: Part
  readonly codec?: number
  readonly flags?: number
  readonly plainBytes?: number
  readonly storedBytes?: number
  readonly reserved?: number
  /** Given for the last slot: the 24 clear bytes of the pack's header. */
  readonly packHeader?: Part
}

/** docs/format.md, Slots and Suites (the clear suite). */
export function slot(parts: SlotParts): Uint8Array {
  const { kind, key, number = 0, body, codec = 0, reserved = 0 } = parts
  const last = parts.packHeader !== undefined
  const { flags = last ? 1 : 0, plainBytes = body.length, storedBytes = body.length + 16 } = parts
  const header = join(u16(number), u8(codec, flags), u32(plainBytes), u32(storedBytes), u32(reserved))
  const associated = join(header, parts.packHeader?.subarray(0, 24) ?? new Uint8Array())
  const place = join(text("bcopy-clear"), u8(0, kind), u16(text(key).length), text(key), u16(number), u8(last ? 1 : 0))
  const hash = createHash("sha256").update(place).update(u32(associated.length)).update(associated).update(body)
  return join(header, body, new Uint8Array(hash.digest().subarray(0, 16)))
}

/** docs/format.md, Pack trailer. */
export function trailer(footerBytes: number, magic = "BCPE"): Uint8Array {
  return join(u32(footerBytes), text(magic))
}

/** docs/format.md, Small objects. */
export function smallObject(kind: number, key: string, body: Part, over: Partial<SlotParts> = {}): Uint8Array {
  const header = packHeader({ kind })
  return join(header, slot({ kind, key, body, packHeader: header, ...over }))
}

export interface BlocksRecordParts {
  readonly tag?: Part
  readonly disk?: number
  readonly runs?: readonly (readonly [first: number, count: number])[]
  readonly runCount?: number
}

/** docs/format.md, Pack footer, of a data pack. */
export function blocksFooter(records: readonly BlocksRecordParts[], count = records.length): Uint8Array {
  const record = ({
    tag = new Uint8Array(16).fill(0x7a),
    disk = 0,
    runs = [],
    runCount = runs.length,
  }: BlocksRecordParts) =>
    join(tag, u16(disk), u16(runCount), ...runs.map(([first, length]) => join(u48(first), u16(length))))
  return join(u32(count), ...records.map(record))
}

export interface PageRecordParts {
  readonly tag?: Part
  readonly type?: number
  readonly level?: number
  readonly disk?: number
  readonly index?: number
}

/** docs/format.md, Pack footer, of a map pack. */
export function pagesFooter(records: readonly PageRecordParts[]): Uint8Array {
  const record = (parts: PageRecordParts) => {
    const { tag = new Uint8Array(16).fill(0x7a), type = 1, level = 0, disk = 0, index = 0 } = parts
    return join(tag, u8(type, level), u16(disk), u48(index))
  }
  return join(u32(records.length), ...records.map(record))
}

/** The end of a slot, which the footer repeats. */
export function tagOf(sealed: Part): Part {
  return sealed.subarray(sealed.length - 16)
}

/** A whole pack: header, slots, the footer as its last slot, trailer. */
export function pack(options: {
  readonly kind: number
  readonly key: string
  readonly slots: readonly Part[]
  readonly footer: Part
  readonly footerSlot?: Partial<SlotParts>
  readonly footerBytes?: number
  readonly magic?: string
  readonly header?: HeaderParts
}): Uint8Array {
  const { kind, key, slots } = options
  const header = packHeader({ kind, ...options.header })
  const footer = slot({
    kind,
    key,
    number: slots.length,
    body: options.footer,
    packHeader: header,
    ...options.footerSlot,
  })
  return join(header, ...slots, footer, trailer(options.footerBytes ?? footer.length, options.magic))
}
