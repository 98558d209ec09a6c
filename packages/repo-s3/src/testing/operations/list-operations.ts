import type { Bucket } from "../model/bucket.ts"
import type { ObjectVersion } from "../model/object-version.ts"
import { S3Error } from "../wire/s3-error.ts"
import type { S3Answer, S3Request } from "../wire/s3-request.ts"
import type { XmlNode } from "../wire/write-xml.ts"
import { xmlAnswer } from "../wire/xml-answer.ts"
import { cutPage } from "./cut-page.ts"

export function listObjectsV2({ query }: S3Request, bucket: Bucket): S3Answer {
  const { prefix, delimiter, write } = readListQuery(query)
  const token = query.get("continuation-token") ?? undefined
  const startAfter = query.get("start-after") ?? ""
  const after = token === undefined ? startAfter : readToken(token)
  const isListed = (key: string) => bucket.newest(key)?.bytes !== undefined
  const { page, next } = cutPage(bucket.names({ prefix, delimiter, after, isListed }), query.get("max-keys"))
  const last = page.at(-1)
  const nextToken =
    next === undefined || last === undefined ? undefined : writeToken("key" in last ? last.key : last.folder)
  return xmlAnswer([
    "ListBucketResult",
    [
      ["Name", bucket.name],
      ["Prefix", write(prefix)],
      ["Delimiter", delimiter === "" ? undefined : write(delimiter)],
      ["StartAfter", startAfter === "" ? undefined : write(startAfter)],
      ["ContinuationToken", token],
      ["NextContinuationToken", nextToken],
      ["KeyCount", page.length],
      ["MaxKeys", Number(query.get("max-keys") ?? 1000)],
      ["EncodingType", query.get("encoding-type") ?? undefined],
      ["IsTruncated", nextToken !== undefined],
      ...page.map((name): XmlNode =>
        "key" in name
          ? ["Contents", [["Key", write(name.key)], ...describeEntry(bucket.newest(name.key)!)]]
          : ["CommonPrefixes", [["Prefix", write(name.folder)]]],
      ),
    ],
  ])
}

/** ListObjectVersions: keys ascending, the versions of each from the newest to the oldest. */
export function listObjectVersions({ query }: S3Request, bucket: Bucket): S3Answer {
  const { prefix, delimiter, write } = readListQuery(query)
  const keyMarker = query.get("key-marker") ?? ""
  const versionMarker = query.get("version-id-marker") || undefined
  if (versionMarker !== undefined && keyMarker === "")
    throw new S3Error(400, "InvalidArgument", "A version-id marker cannot be specified without a key marker")
  const entries = listEntries(bucket, { prefix, delimiter, keyMarker, versionMarker })
  const { page, next } = cutPage(entries, query.get("max-keys"))
  const last = next === undefined ? undefined : page.at(-1)
  return xmlAnswer([
    "ListVersionsResult",
    [
      ["Name", bucket.name],
      ["Prefix", write(prefix)],
      ["KeyMarker", write(keyMarker)],
      ["VersionIdMarker", versionMarker ?? ""],
      ["NextKeyMarker", last && write("folder" in last ? last.folder : last.key)],
      ["NextVersionIdMarker", last && "key" in last ? last.id : undefined],
      ["MaxKeys", Number(query.get("max-keys") ?? 1000)],
      ["Delimiter", delimiter === "" ? undefined : write(delimiter)],
      ["EncodingType", query.get("encoding-type") ?? undefined],
      ["IsTruncated", last !== undefined],
      ...page.map((entry): XmlNode =>
        "folder" in entry ? ["CommonPrefixes", [["Prefix", write(entry.folder)]]] : writeVersion(entry, bucket, write),
      ),
    ],
  ])
}

interface VersionQuery {
  readonly prefix: string
  readonly delimiter: string
  readonly keyMarker: string
  readonly versionMarker: string | undefined
}

function* listEntries(
  bucket: Bucket,
  { prefix, delimiter, keyMarker, versionMarker }: VersionQuery,
): Iterable<ObjectVersion | { readonly folder: string }> {
  const inclusive = versionMarker !== undefined
  const before = inclusive ? bucket.sequenceOf(keyMarker, versionMarker) : undefined
  // A version named `null` that is gone may have stood anywhere; its key is then listed once more.
  if (inclusive && before === undefined && versionMarker !== "null")
    throw new S3Error(400, "InvalidArgument", `Invalid version id specified: ${versionMarker}`)
  for (const name of bucket.names({ prefix, delimiter, after: keyMarker, inclusive })) {
    if ("folder" in name) yield name
    else
      for (const version of bucket.versions(name.key).toReversed())
        if (name.key !== keyMarker || version.sequence < (before ?? Infinity)) yield version
  }
}

function writeVersion(version: ObjectVersion, bucket: Bucket, write: (text: string) => string): XmlNode {
  const isMarker = version.bytes === undefined
  return [
    isMarker ? "DeleteMarker" : "Version",
    [
      ["Key", write(version.key)],
      ["VersionId", version.id],
      ["IsLatest", bucket.newest(version.key)?.sequence === version.sequence],
      ...(isMarker ? [lastModified(version)] : describeEntry(version)),
      [
        "Owner",
        [
          ["ID", "fake-s3"],
          ["DisplayName", "fake-s3"],
        ],
      ],
    ],
  ]
}

function describeEntry(version: ObjectVersion): readonly XmlNode[] {
  return [
    lastModified(version),
    ["ETag", `"${version.etag}"`],
    ["Size", version.bytes?.length],
    ["StorageClass", version.storageClass],
  ]
}

function lastModified({ modifiedAtMs }: ObjectVersion): XmlNode {
  return ["LastModified", new Date(modifiedAtMs).toISOString()]
}

function readListQuery(query: URLSearchParams) {
  const encoding = query.get("encoding-type")
  if (encoding !== null && encoding !== "url")
    throw new S3Error(400, "InvalidArgument", `Invalid Encoding Method specified in Request: ${encoding}`)
  const write = (text: string) => (encoding === null ? text : encodeURIComponent(text).replaceAll("%2F", "/"))
  return { prefix: query.get("prefix") ?? "", delimiter: query.get("delimiter") ?? "", write }
}

/** A token is opaque to clients: nothing in it can be taken for a key. */
function writeToken(after: string): string {
  return Buffer.from(`after ${after}`).toString("base64url")
}

function readToken(token: string): string {
  const text = Buffer.from(token, "base64url").toString("utf8")
  if (!text.startsWith("after "))
    throw new S3Error(400, "InvalidArgument", "The continuation token provided is incorrect")
  return text.slice("after ".length)
}
