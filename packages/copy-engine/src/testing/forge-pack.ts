import { openSlot, SLOT_HEADER_BYTES, type ObjectKind } from "@bcopy/chain-format"
import { clearSuite } from "../clear-suite.ts"
import { zstdCodec } from "../node-primitives.ts"
import { slotRegions } from "./slot-regions.ts"

/** Attempts to change something so that it compresses to as many bytes as before. */
const ATTEMPTS = 200
const STEP_BYTES = 16 << 10

/**
 * A pack as whoever may write can make it: every slot opens under the pack's key and lies where it did, and holds
 * something else. Its footer is the old one.
 */
export function forgePack(pack: Uint8Array, kind: ObjectKind, objectKey: string): Uint8Array {
  const forged = pack.slice()
  const suite = clearSuite()
  const opening = suite.openByHint(kind, objectKey, new Uint8Array())
  const sealing = suite.begin(kind, objectKey)
  for (const { part, at } of slotRegions(pack).slice(0, -4)) {
    if (part !== "slot header") continue
    const { header, plain } = openSlot(pack.subarray(at), { opening, codec: zstdCodec })
    const length = header.storedBytes - suite.overheadBytes
    const body = otherBody(plain, (bytes) => (header.compressed ? zstdCodec.compress(bytes, 1) : bytes), length)
    const into = forged.subarray(at + SLOT_HEADER_BYTES, at + SLOT_HEADER_BYTES + header.storedBytes)
    sealing.slot(header.number, body, false, pack.subarray(at, at + SLOT_HEADER_BYTES), into)
  }
  return forged
}

function otherBody(plain: Uint8Array, compress: (bytes: Uint8Array) => Uint8Array, length: number): Uint8Array {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const other = plain.slice()
    const half = other.length >> 1
    // Of a page one byte, of blocks some in each.
    for (let at = half + (attempt % half); at >= 0; at -= STEP_BYTES) other[at] = (other[at] as number) ^ attempt
    const body = compress(other)
    if (body.length === length) return body
  }
  throw new Error(`no other ${plain.length} bytes compress to ${length}`)
}
