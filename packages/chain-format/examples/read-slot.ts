import { createHash } from "node:crypto"
import { zstdCompressSync, zstdDecompressSync } from "node:zlib"
import {
  type Codec,
  dataPackWriter,
  type Opening,
  openDataPack,
  openSlot,
  type SealSuite,
  type Sealing,
} from "@bcopy/chain-format"

// A pack is written slot by slot, and any slot is read back by a range of its bytes. How slots are sealed is passed in:
// this toy suite only adds a checksum. Use that of a real repository for real data.
const checksum = (...parts: Uint8Array[]) => {
  const hash = createHash("sha256")
  for (const part of parts) hash.update(part)
  return new Uint8Array(hash.digest().subarray(0, 16))
}
const sealing: Sealing = {
  header: new Uint8Array(),
  hint: new Uint8Array(),
  slot(_number, body, _last, associated, into) {
    into.set(body)
    into.set(checksum(associated, body), body.length)
    return body.length + 16
  },
}
const opening: Opening = {
  hint: new Uint8Array(),
  slot(number, sealed, _last, associated) {
    const body = sealed.subarray(0, -16)
    if (checksum(associated, body).join() !== sealed.subarray(-16).join()) throw new Error(`slot ${number} is damaged`)
    return body
  },
}
const suite: SealSuite = {
  id: 255,
  overheadBytes: 16,
  begin: () => sealing,
  open: () => opening,
  openByHint: () => opening,
}
const codec: Codec = {
  compress: (bytes) => zstdCompressSync(bytes),
  decompress: (bytes, plainBytes) => zstdDecompressSync(bytes, { maxOutputLength: Math.max(1, plainBytes) }),
}

const objectKey = "backups/example/packs/example/00000001"
const writer = dataPackWriter({ suite, codec, level: 3, objectKey, packBytes: 32 << 20 })
writer.add(new Uint8Array(1 << 20).fill(1), { disk: 0, runs: [{ first: 0, count: 16 }] })
const place = writer.add(new Uint8Array(1 << 20).fill(2), { disk: 0, runs: [{ first: 16, count: 16 }] })
const pack = writer.finish()

const range = pack.subarray(place.offset, place.offset + place.storedBytes)
const { plain } = openSlot(range, { opening: suite.openByHint("dataPack", objectKey, writer.hint), codec })
const whole = openDataPack(pack, { suite, codec, objectKey })
console.log(`slot ${place.slot} of ${whole.slots.length}: ${plain.length} bytes of ${plain[0]}`)
