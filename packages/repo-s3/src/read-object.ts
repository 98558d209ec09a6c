import type { Readable } from "node:stream"
import { finished } from "node:stream/promises"
import { GetObjectCommand, type GetObjectCommandOutput } from "@aws-sdk/client-s3"
import type { ObjectKey, ReadOptions, ReadResult } from "@bcopy/repo"
import { StoreError } from "@bcopy/repo"
import { abortable, type Dated, type S3Bucket } from "./s3-bucket.ts"
import { foreignAnswer, s3Failure } from "./s3-failure.ts"

/** How often an answer that was cut short is asked for again from where it ended, without any progress between. */
const MAX_CUTS = 3

interface Reached {
  readonly bytes: Uint8Array
  filled: number
  readonly onFilled?: (bytes: number) => void
}

/**
 * An object or a range of it; `undefined` if it is proven absent. An answer that is cut short is asked for again from the
 * byte it came to, as long as it is the same object.
 */
export async function readObject(
  bucket: S3Bucket,
  key: ObjectKey,
  options: ReadOptions,
): Promise<ReadResult | undefined> {
  const { range, into, onFilled, signal } = options
  const answer = await request(bucket, key, options, range)
  if (answer === undefined) return undefined
  if (answer.ETag === undefined) throw foreignAnswer(`${bucket.name}: read ${key}`)
  const length = answer.ContentLength
  if (length === undefined)
    throw new StoreError("Unavailable", `${bucket.name}: read ${key}: the answer does not say how long it is`)
  const fits = into !== undefined && into.length >= length
  const bytes = fits ? into.subarray(0, length) : new Uint8Array(length)
  const reached: Reached = { bytes, filled: 0, ...(fits && onFilled && { onFilled }) }
  let current: GetObjectCommandOutput & Dated = answer
  for (let cuts = 0; ;) {
    const before = reached.filled
    try {
      await fill(reached, current, signal)
      bucket.service.usage.received(reached.filled - before, { asked: range !== undefined })
      break
    } catch (error) {
      bucket.service.usage.received(reached.filled - before, { asked: range !== undefined })
      cuts = reached.filled > before ? 0 : cuts + 1
      const failure = s3Failure(error, `${bucket.name}: read ${key}`, signal)
      if (failure.code !== "Unavailable" || cuts >= MAX_CUTS) throw failure
      const rest = { offset: (range?.offset ?? 0) + reached.filled, length: length - reached.filled }
      const more = await request(bucket, key, options, rest)
      if (more?.ETag !== answer.ETag || more?.ContentLength !== rest.length) throw failure
      current = more
    }
  }
  return {
    bytes,
    objectBytes: wholeBytes(answer),
    modifiedAtMs: answer.LastModified?.getTime() ?? 0,
    ...(answer.VersionId !== undefined && { version: answer.VersionId }),
  }
}

async function request(
  bucket: S3Bucket,
  key: ObjectKey,
  { version, signal }: ReadOptions,
  range: ReadOptions["range"],
) {
  const command = new GetObjectCommand({
    ...bucket.object(key, version),
    ...bucket.customerKey(),
    ...(range && { Range: `bytes=${range.offset}-${range.offset + range.length - 1}` }),
  })
  return bucket.sendIfThere(`read ${key}`, signal, () => bucket.client.send(command, abortable(signal)))
}

/** Reads a body to its end behind what is there. @throws if it is shorter or longer than it said */
async function fill(reached: Reached, answer: GetObjectCommandOutput, signal: AbortSignal | undefined): Promise<void> {
  const body = answer.Body as Readable | undefined
  const end = reached.filled + (answer.ContentLength ?? 0)
  if (body === undefined) {
    if (end === reached.filled) return
    throw new Error("the answer has no body")
  }
  const memory = Buffer.from(reached.bytes.buffer, reached.bytes.byteOffset, reached.bytes.length)
  const stop = () => body.destroy(signal?.reason as Error)
  signal?.addEventListener("abort", stop)
  // Pieces are taken as they come: a step of an iterator for each would cost more than to copy it.
  body.on("data", (piece: Uint8Array) => {
    if (reached.filled + piece.length > end) return void body.destroy(new Error("more bytes came than the answer said"))
    // A fill by as much as is filled: into memory that threads share, `set` would copy word by word.
    if (piece.length > 0) memory.fill(piece, reached.filled, reached.filled + piece.length)
    reached.filled += piece.length
    reached.onFilled?.(reached.filled)
    release(piece)
  })
  try {
    await finished(body, { writable: false })
  } finally {
    signal?.removeEventListener("abort", stop)
  }
  if (reached.filled < end) throw new Error(`the answer ended ${end - reached.filled} bytes early`)
}

/**
 * Gives back the memory of a piece that nobody needs any more. Left to the garbage collector, which is driven by how much
 * there is of it, a large object costs as much to collect as to receive.
 */
function release({ buffer, byteLength }: Uint8Array): void {
  if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) buffer.transfer(0)
}

function wholeBytes({ ContentRange, ContentLength = 0 }: GetObjectCommandOutput): number {
  const [, whole] = /\/(\d+)$/.exec(ContentRange ?? "") ?? []
  return whole === undefined ? ContentLength : Number(whole)
}
