import { createHash } from "node:crypto"
import { contentHash, DEFAULT_BLOCK_BYTES, LEAF_BLOCKS, toHex } from "@bcopy/chain-format"

// The content root of a small disk: two disks have equal roots if and only if they have equal bytes.
const sha256 = (bytes: Uint8Array) => new Uint8Array(createHash("sha256").update(bytes).digest())
const hash = contentHash(sha256)

const disk = new Uint8Array(3 * DEFAULT_BLOCK_BYTES)
disk.fill(7, 0, 1000)

const ids = new Uint8Array(LEAF_BLOCKS * 32)
for (let block = 0; block * DEFAULT_BLOCK_BYTES < disk.length; block++) {
  const bytes = disk.subarray(block * DEFAULT_BLOCK_BYTES, (block + 1) * DEFAULT_BLOCK_BYTES)
  if (bytes.some((byte) => byte !== 0)) ids.set(sha256(bytes), block * 32)
}
console.log(toHex(hash.root(disk.length, DEFAULT_BLOCK_BYTES, hash.leaf(ids))))
