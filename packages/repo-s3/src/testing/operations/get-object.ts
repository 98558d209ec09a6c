import type { Bucket } from "../model/bucket.ts"
import type { ObjectVersion } from "../model/object-version.ts"
import { S3Error } from "../wire/s3-error.ts"
import { headerOf, type S3Answer, type S3Request } from "../wire/s3-request.ts"
import { checkCustomerKey } from "./encryption.ts"
import { describeVersion } from "./object-traits.ts"
import { matches, preconditionFailed } from "./write-conditions.ts"

/** GetObject, and HeadObject too: of its answer the server sends no body. */
export function getObject(request: S3Request, bucket: Bucket): S3Answer {
  const version = bucket.find(request.key, request.query.get("versionId") ?? undefined)
  checkCustomerKey(request, version.encryption)
  const match = headerOf(request, "if-match")
  if (match !== undefined && !matches(match, version.etag)) throw preconditionFailed("If-Match")
  const headers = describeVersion(version, bucket.versioning !== "off")
  const noneMatch = headerOf(request, "if-none-match")
  if (noneMatch !== undefined && matches(noneMatch, version.etag)) return { status: 304, headers }
  const bytes = version.bytes!
  const range = cutRange(headerOf(request, "range"), bytes.length)
  if (range === undefined)
    return { status: 200, headers: { ...headers, ...shownChecksums(request, version) }, body: bytes }
  const [start, end] = range
  return {
    status: 206,
    headers: { ...headers, "Content-Range": `bytes ${start}-${end - 1}/${bytes.length}` },
    body: bytes.subarray(start, end),
  }
}

function shownChecksums(request: S3Request, { checksums }: ObjectVersion): Readonly<Record<string, string>> {
  return headerOf(request, "x-amz-checksum-mode")?.toUpperCase() === "ENABLED" ? checksums : {}
}

/**
 * Where a range begins and ends, cut at the end of the object; `undefined` if none is given, or none that can be read.
 * @throws S3Error `InvalidRange` if nothing of the object lies in it
 */
function cutRange(range: string | undefined, objectBytes: number): [start: number, end: number] | undefined {
  const [, first, last] = /^bytes=(\d*)-(\d*)$/.exec(range ?? "") ?? []
  if (first === undefined || last === undefined || first + last === "") return undefined
  if (first !== "" && last !== "" && Number(last) < Number(first)) return undefined
  const start = first === "" ? Math.max(0, objectBytes - Number(last)) : Number(first)
  const end = first === "" || last === "" ? objectBytes : Math.min(Number(last) + 1, objectBytes)
  if (start >= end)
    throw new S3Error(
      416,
      "InvalidRange",
      `The range ${range} is not satisfiable, the object has ${objectBytes} bytes`,
      {
        "Content-Range": `bytes */${objectBytes}`,
      },
    )
  return [start, end]
}
