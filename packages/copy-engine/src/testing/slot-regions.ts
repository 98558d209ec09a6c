import { decodePackHeader, decodeSlotHeader, SLOT_HEADER_BYTES } from "@bcopy/chain-format"

/** docs/format.md, Suites: the tag of either suite. */
const TAG_BYTES = 16
/** docs/format.md, Pack trailer */
const TRAILER_BYTES = 8

/** A part of an object's bytes. */
export interface Region {
  readonly part: "header" | "slot header" | "body" | "tag" | "trailer"
  readonly at: number
  readonly bytes: number
}

/** The parts of an object, in order: docs/format.md, Packs. */
export function slotRegions(object: Uint8Array): readonly Region[] {
  const { kind, bytes: headerBytes } = decodePackHeader(object)
  const trailer = kind === "dataPack" || kind === "mapPack" ? TRAILER_BYTES : 0
  const regions: Region[] = [{ part: "header", at: 0, bytes: headerBytes }]
  let at = headerBytes
  // A header may say another kind than the object is of.
  while (at + SLOT_HEADER_BYTES <= object.length - trailer) {
    const { storedBytes } = decodeSlotHeader(object.subarray(at))
    const body = at + SLOT_HEADER_BYTES
    const tag = body + storedBytes - TAG_BYTES
    regions.push({ part: "slot header", at, bytes: SLOT_HEADER_BYTES }, { part: "body", at: body, bytes: tag - body })
    regions.push({ part: "tag", at: tag, bytes: TAG_BYTES })
    at = tag + TAG_BYTES
  }
  return trailer === 0 ? regions : [...regions, { part: "trailer", at, bytes: trailer }]
}
