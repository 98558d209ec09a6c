import { FormatError } from "./format-error.ts"
import { DIGEST_BYTES, INNER_CHILDREN } from "./limits.ts"
import { beginPage, openPage, type PagePointer, readPointer, writePointer } from "./page.ts"

/** An inner page of the block map or the pack table: up to 64 children, absent where the subtree holds nothing. */
export interface InnerPage {
  readonly children: readonly (PagePointer | undefined)[]
}

export type InnerType = "mapInner" | "tableInner"

/** docs/format.md, Inner pages: a bit per child, then the pointers of those present. */
export function encodeInnerPage(type: InnerType, level: number, index: number, page: InnerPage): Uint8Array {
  const writer = beginPage(type, level, index, 64 + INNER_CHILDREN * (DIGEST_BYTES + 12))
  for (let byte = 0; byte < INNER_CHILDREN / 8; byte++) {
    let bits = 0
    for (let bit = 0; bit < 8; bit++) if (page.children[byte * 8 + bit] !== undefined) bits |= 1 << bit
    writer.u8(bits)
  }
  for (const child of page.children) if (child !== undefined) writePointer(writer, child)
  return writer.view()
}

/** @throws FormatError */
export function decodeInnerPage(type: InnerType, level: number, index: number, bytes: Uint8Array): InnerPage {
  const reader = openPage(bytes, type, level, index)
  const present = reader.bytes(INNER_CHILDREN / 8)
  const children = Array.from({ length: INNER_CHILDREN }, (_, child) =>
    ((present[child >> 3] as number) >> (child & 7)) & 1 ? readPointer(reader) : undefined,
  )
  reader.end()
  if (children.every((child) => child === undefined))
    throw new FormatError("BadValue", `${type} page ${level}/${index} has no children; it should be absent`)
  return { children }
}
