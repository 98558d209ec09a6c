import {
  AbortMultipartUploadCommand,
  DeleteObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectVersionsCommand,
  type ListObjectVersionsCommandOutput,
  paginateListObjectsV2,
  PutObjectLegalHoldCommand,
  type S3Client,
} from "@aws-sdk/client-s3"
import { connectS3 } from "../../packages/repo-s3/src/connect.ts"
import type { TestBucket } from "./test-bucket.ts"

const AT_ONCE = 16

interface Version {
  readonly Bucket: string
  readonly Key: string
  readonly VersionId?: string
}

interface Listed {
  readonly Key?: string | undefined
  readonly VersionId?: string | undefined
}

/**
 * Deletes what lies under a test's prefix: all versions and markers, uploads in parts, also what was locked in a mode that
 * the credentials may override, unless that is not wanted. Gives what stays, each in words.
 */
export async function clearFolder(
  place: TestBucket,
  { overrides = true }: { readonly overrides?: boolean } = {},
): Promise<readonly string[]> {
  const { bucket: Bucket, prefix: Prefix, connection } = place
  if (Prefix === "") throw new Error(`all of ${Bucket} is no folder of a test`)
  const { client, close } = await connectS3(connection)
  try {
    const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket, Prefix }))
    for (const { Key = "", UploadId } of Uploads)
      if (Key.startsWith(Prefix)) await client.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId }))
    const found = await versionsIn(client, place)
    const remover = async () => {
      for (let next = found.pop(); next !== undefined; next = found.pop()) await remove(client, next, overrides)
    }
    await Promise.all(Array.from({ length: AT_ONCE }, remover))
    const left = await versionsIn(client, place)
    return await Promise.all(left.map((version) => describe(client, version)))
  } finally {
    close()
  }
}

/** Every version and marker; where a bucket keeps none, its objects. */
async function versionsIn(client: S3Client, { kind, bucket, prefix }: TestBucket): Promise<Version[]> {
  const within = { Bucket: bucket, Prefix: prefix }
  const found: Version[] = []
  for await (const items of kind === "plain" ? objectPages(client, within) : versionPages(client, within))
    for (const { Key = "", VersionId } of items)
      if (Key.startsWith(prefix)) found.push({ Bucket: bucket, Key, ...(VersionId !== undefined && { VersionId }) })
  return found
}

interface Within {
  readonly Bucket: string
  readonly Prefix: string
}

async function* objectPages(client: S3Client, within: Within): AsyncIterable<readonly Listed[]> {
  for await (const { Contents = [] } of paginateListObjectsV2({ client }, within))
    yield Contents.map(({ Key }) => ({ Key }))
}

async function* versionPages(client: S3Client, within: Within): AsyncIterable<readonly Listed[]> {
  let after: { readonly KeyMarker?: string | undefined; readonly VersionIdMarker?: string | undefined } = {}
  for (;;) {
    const page: ListObjectVersionsCommandOutput = await client.send(
      new ListObjectVersionsCommand({ ...within, ...after }),
    )
    yield [...(page.Versions ?? []), ...(page.DeleteMarkers ?? [])]
    if (page.IsTruncated !== true) return
    after = { KeyMarker: page.NextKeyMarker, VersionIdMarker: page.NextVersionIdMarker }
  }
}

/** Who may override locks is asked for it only where that is needed: others may not even ask. */
async function remove(client: S3Client, version: Version, overrides: boolean): Promise<void> {
  const LegalHold = { Status: "OFF" as const }
  try {
    await client.send(new DeleteObjectCommand(version))
  } catch {
    if (!overrides) return
    await client
      .send(new PutObjectLegalHoldCommand({ ...version, LegalHold, ChecksumAlgorithm: "CRC32" }))
      .catch(() => undefined)
    await client.send(new DeleteObjectCommand({ ...version, BypassGovernanceRetention: true })).catch(() => undefined)
  }
}

async function describe(client: S3Client, version: Version): Promise<string> {
  const { Bucket, Key, VersionId } = version
  const head = await client.send(new HeadObjectCommand(version)).catch(() => undefined)
  const until = head?.ObjectLockRetainUntilDate?.toISOString()
  const name = `s3://${Bucket}/${Key}${VersionId === undefined ? "" : `, version ${VersionId},`}`
  return until === undefined ? `${name} could not be deleted` : `${name} is kept until ${until}`
}
