import { createHash } from "node:crypto"
import { crc32 } from "node:zlib"

type ComputeChecksum = (bytes: Uint8Array) => Buffer

/** The checksums of S3 by their headers; those that Node cannot compute are kept, and believed. */
export const checksumAlgorithms: ReadonlyMap<string, ComputeChecksum | undefined> = new Map([
  ["x-amz-checksum-crc32", computeCrc32],
  ["x-amz-checksum-crc32c", undefined],
  ["x-amz-checksum-crc64nvme", undefined],
  ["x-amz-checksum-sha1", (bytes: Uint8Array) => createHash("sha1").update(bytes).digest()],
  ["x-amz-checksum-sha256", (bytes: Uint8Array) => createHash("sha256").update(bytes).digest()],
])

function computeCrc32(bytes: Uint8Array): Buffer {
  const checksum = Buffer.alloc(4)
  checksum.writeUInt32BE(crc32(bytes))
  return checksum
}
