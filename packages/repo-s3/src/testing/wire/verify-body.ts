import { createHash } from "node:crypto"
import type { IncomingHttpHeaders } from "node:http"
import { checksumAlgorithms } from "./checksum-algorithms.ts"
import { decodeChunked, type DecodedBody } from "./decode-chunked.ts"
import { S3Error } from "./s3-error.ts"

export interface VerifiedBody {
  readonly body: Buffer
  /** By the name of the header. */
  readonly checksums: Readonly<Record<string, string>>
}

/**
 * Holds a body against what its headers and trailers say of it: `x-amz-content-sha256`, `Content-MD5` and
 * `x-amz-checksum-…`.
 * @throws S3Error `XAmzContentSHA256Mismatch` or `BadDigest`
 */
export function verifyBody(received: Buffer, headers: IncomingHttpHeaders): VerifiedBody {
  const { body, trailers } = takeOffFraming(received, headers)
  const md5 = headers["content-md5"]
  if (typeof md5 === "string" && hash("md5", body, "base64") !== md5) throw badDigest("Content-MD5", md5)
  const said = { ...headers, ...trailers }
  const checksums: Record<string, string> = {}
  for (const [name, compute] of checksumAlgorithms) {
    const value = said[name]
    if (typeof value !== "string") continue
    if (compute !== undefined && compute(body).toString("base64") !== value) throw badDigest(name, value)
    checksums[name] = value
  }
  return { body, checksums }
}

function takeOffFraming(received: Buffer, headers: IncomingHttpHeaders): DecodedBody {
  const content = headers["x-amz-content-sha256"]
  if (content === "STREAMING-UNSIGNED-PAYLOAD-TRAILER") return decodeChunked(received, headers)
  if (typeof content !== "string") throw new S3Error(400, "InvalidRequest", "Missing header: x-amz-content-sha256")
  if (content.startsWith("STREAMING-")) throw new S3Error(501, "NotImplemented", `the fake does not know ${content}`)
  const sha256 = content === "UNSIGNED-PAYLOAD" ? content : hash("sha256", received, "hex")
  if (sha256 !== content)
    throw new S3Error(400, "XAmzContentSHA256Mismatch", `x-amz-content-sha256 says ${content}, the body is ${sha256}`)
  return { body: received, trailers: {} }
}

function badDigest(name: string, value: string): S3Error {
  return new S3Error(400, "BadDigest", `The ${name} you specified, ${value}, did not match what was received`)
}

function hash(algorithm: string, bytes: Buffer, encoding: "base64" | "hex"): string {
  return createHash(algorithm).update(bytes).digest(encoding)
}
