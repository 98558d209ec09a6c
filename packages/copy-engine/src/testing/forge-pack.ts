import { openSlot, resealPack, type SealSuite, SLOT_HEADER_BYTES } from "@bcopy/chain-format"
import { firstGeneration, SUITE_ID } from "@bcopy/crypto"
import { gcmSeed, type GcmSeed, gcmSuite } from "../gcm-suite.ts"
import { randomBytes, zstdCodec } from "../node-primitives.ts"
import { slotRegions } from "./slot-regions.ts"

/** Attempts to change something so that it compresses to as many bytes as before. */
const ATTEMPTS = 200
const STEP_BYTES = 16 << 10

/**
 * A pack as whoever may write can make it: every slot lies where it did. In the clear each opens, and holds something else,
 * beside the old footer; of an encrypted repository it is sealed under a key of his own.
 */
export function forgePack(
  pack: Uint8Array,
  kind: "dataPack" | "mapPack",
  objectKey: string,
  suite: SealSuite,
): Uint8Array {
  if (suite.id === SUITE_ID) {
    const { repository } = suite.seed as GcmSeed
    const own = gcmSuite(gcmSeed(firstGeneration(repository, randomBytes)), randomBytes)
    const [from, to] = [
      { suite, objectKey },
      { suite: own, objectKey },
    ]
    return resealPack(pack, { kind, from, to, codec: zstdCodec }).bytes
  }
  const forged = pack.slice()
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
