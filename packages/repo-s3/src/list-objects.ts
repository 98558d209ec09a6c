import { ListObjectsV2Command, ListObjectVersionsCommand } from "@aws-sdk/client-s3"
import type {
  ListedObject,
  ListOptions,
  ListPage,
  ListVersionsOptions,
  ObjectKey,
  ObjectVersion,
  VersionPage,
} from "@bcopy/repo"
import { parseObjectKey, StoreError } from "@bcopy/repo"
import { abortable, type S3Bucket } from "./s3-bucket.ts"
import { foreignAnswer } from "./s3-failure.ts"

const PAGE_KEYS = 1000
/** Greater than every character of a key: what begins with a folder's name lies before the name and this. */
const BEHIND_ALL = "~"

/** One page of keys, or of folders. Names that no object of a repository can have are passed over. */
export async function listObjects(
  bucket: S3Bucket,
  prefix: string,
  { after, folders = false, limit = PAGE_KEYS, signal }: ListOptions,
): Promise<ListPage> {
  const { prefix: root } = bucket.options
  const command = new ListObjectsV2Command({
    ...pageOf(bucket, prefix, limit),
    ...(folders && { Delimiter: "/" }),
    // Behind a folder means behind all that lies in it.
    ...(after !== undefined && { StartAfter: root + after + (folders && after.endsWith("/") ? BEHIND_ALL : "") }),
  })
  const page = await bucket.send(`list ${prefix}`.trimEnd(), signal, () =>
    bucket.client.send(command, abortable(signal)),
  )
  requireListing(page, `${bucket.name}: list ${prefix}`.trimEnd())
  const objects: ListedObject[] = []
  const found: string[] = []
  const seen: string[] = []
  for (const { Key, Size = 0, LastModified } of page.Contents ?? []) {
    const key = decode(Key).slice(root.length)
    seen.push(key)
    if (isObjectKey(key)) objects.push({ key, objectBytes: Size, modifiedAtMs: wholeSeconds(LastModified) })
  }
  for (const { Prefix } of page.CommonPrefixes ?? []) {
    const folder = decode(Prefix).slice(root.length)
    seen.push(folder)
    if (isObjectKey(folder.slice(0, -1))) found.push(folder)
  }
  const last = seen.toSorted(byBytes).at(-1)
  if (page.IsTruncated === true && last === undefined)
    throw new StoreError("Unavailable", `${bucket.name}: list ${prefix}: an empty page says that more follows`)
  return {
    objects,
    folders: found,
    ...(page.IsTruncated === true && last !== undefined && { next: last }),
    dateMs: page.dateMs,
  }
}

/** One page of versions and markers: keys ascending, of each the newest first. */
export async function listObjectVersions(
  bucket: S3Bucket,
  prefix: string,
  { after, limit = PAGE_KEYS, signal }: ListVersionsOptions,
): Promise<VersionPage> {
  const { prefix: root } = bucket.options
  const command = new ListObjectVersionsCommand({
    ...pageOf(bucket, prefix, limit),
    ...(after && {
      KeyMarker: root + after.key,
      ...(after.version !== undefined && { VersionIdMarker: after.version }),
    }),
  })
  const page = await bucket.send(`list versions of ${prefix}`, signal, () =>
    bucket.client.send(command, abortable(signal)),
  )
  const what = `${bucket.name}: list versions of ${prefix}`
  requireListing(page, what)
  const listed: {
    readonly version: ObjectVersion
    readonly latest: boolean
    readonly order: number
    readonly atMs: number
  }[] = []
  const add = (
    entries: readonly {
      readonly Key?: string | undefined
      readonly VersionId?: string | undefined
      readonly Size?: number | undefined
      readonly LastModified?: Date | undefined
      readonly IsLatest?: boolean | undefined
    }[],
    marker: boolean,
  ) => {
    for (const { Key, VersionId = "null", Size = 0, LastModified, IsLatest = false } of entries) {
      const key = decode(Key).slice(root.length)
      const version = {
        key: key as ObjectKey,
        version: VersionId,
        marker,
        objectBytes: Size,
        modifiedAtMs: wholeSeconds(LastModified),
      }
      listed.push({ version, latest: IsLatest, order: listed.length, atMs: LastModified?.getTime() ?? 0 })
    }
  }
  add(page.Versions ?? [], false)
  add(page.DeleteMarkers ?? [], true)
  // Versions and markers come in two lists, each in its order; between the two only the times tell.
  listed.sort(
    (a, b) =>
      byBytes(a.version.key, b.version.key) ||
      Number(b.latest) - Number(a.latest) ||
      (a.version.marker === b.version.marker
        ? a.order - b.order
        : b.atMs - a.atMs || Number(b.version.marker) - Number(a.version.marker)),
  )
  const { NextKeyMarker, NextVersionIdMarker } = page
  if (page.IsTruncated === true && NextKeyMarker === undefined)
    throw new StoreError("Unavailable", `${what}: a page does not say where the next one begins`)
  return {
    versions: listed.map(({ version }) => version).filter(({ key }) => isObjectKey(key)),
    ...(page.IsTruncated === true &&
      NextKeyMarker !== undefined && {
        next: {
          key: decode(NextKeyMarker).slice(root.length),
          ...(NextVersionIdMarker !== undefined && NextVersionIdMarker !== "" && { version: NextVersionIdMarker }),
        },
      }),
    dateMs: page.dateMs,
  }
}

/** @throws StoreError `Unavailable` for what is no listing: taken for one it would prove that nothing is there */
function requireListing({ IsTruncated }: { readonly IsTruncated?: boolean | undefined }, what: string): void {
  if (IsTruncated === undefined) throw foreignAnswer(what)
}

/** What is the same in both kinds of listing. Keys are asked for URL-encoded: others may have put anything there. */
function pageOf({ options }: S3Bucket, prefix: string, limit: number) {
  const MaxKeys = Math.min(limit, PAGE_KEYS)
  return { Bucket: options.bucket, Prefix: options.prefix + prefix, MaxKeys, EncodingType: "url" as const }
}

function decode(text: string | undefined): string {
  return decodeURIComponent((text ?? "").replaceAll("+", " "))
}

/** Some servers list fractions of a second; everywhere else times come in whole ones. */
function wholeSeconds(time: Date | undefined): number {
  return Math.floor((time?.getTime() ?? 0) / 1000) * 1000
}

function isObjectKey(key: string): key is ObjectKey {
  try {
    parseObjectKey(key)
    return true
  } catch {
    return false
  }
}

function byBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b))
}
