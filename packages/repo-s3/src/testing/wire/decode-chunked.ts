import type { IncomingHttpHeaders } from "node:http"
import { S3Error } from "./s3-error.ts"

export interface DecodedBody {
  readonly body: Buffer
  /** The headers that came behind the body. */
  readonly trailers: Readonly<Record<string, string>>
}

/**
 * Takes off the framing of aws-chunked.
 * @throws S3Error `IncompleteBody` for one that is broken, or not of the length that was promised
 */
export function decodeChunked(framed: Buffer, headers: IncomingHttpHeaders): DecodedBody {
  const chunks: Buffer[] = []
  let at = 0
  const line = () => {
    const end = framed.indexOf("\r\n", at)
    if (end < 0) throw incomplete(`a chunk header does not end, at ${at} of ${framed.length} bytes`)
    const found = framed.toString("latin1", at, end)
    at = end + 2
    return found
  }
  for (;;) {
    const header = line()
    const bytes = /^[0-9a-f]+$/i.test(header) ? Number.parseInt(header, 16) : Number.NaN
    if (!(at + bytes <= framed.length)) throw incomplete(`a chunk of ${header} bytes at ${at} of ${framed.length}`)
    if (bytes === 0) break
    chunks.push(framed.subarray(at, at + bytes))
    at += bytes
    if (line() !== "") throw incomplete(`a chunk goes on behind its end, at ${at}`)
  }
  const trailers: Record<string, string> = {}
  for (let found = line(); found !== ""; found = line()) {
    const colon = found.indexOf(":")
    trailers[found.slice(0, colon).toLowerCase()] = found.slice(colon + 1).trim()
  }
  const body = Buffer.concat(chunks)
  const promised = Number(headers["x-amz-decoded-content-length"])
  if (body.length !== promised) throw incomplete(`${body.length} bytes came, ${promised} were promised`)
  return { body, trailers }
}

function incomplete(why: string): S3Error {
  return new S3Error(400, "IncompleteBody", why)
}
