import {
  ListMultipartUploadsCommand,
  type ListMultipartUploadsCommandOutput,
  ListObjectVersionsCommand,
  type ListObjectVersionsCommandOutput,
  S3Client,
} from "@aws-sdk/client-s3"
import type { S3Place } from "./buckets.ts"

/** What lies under a prefix of a bucket. */
export interface BucketContents {
  /** Of everything that is there, versions that are not the newest among it. */
  readonly storedBytes: number
  readonly objects: number
  /** Keys of versions that another one lies over. */
  readonly noncurrent: readonly string[]
  readonly markers: readonly string[]
  /** Keys of uploads in parts that never ended. */
  readonly uploads: readonly string[]
}

/** Looks at a bucket by the SDK alone, past everything that bcopy knows of it. */
export async function readBucketContents(
  { endpoint, credentials }: S3Place,
  Bucket: string,
  Prefix: string,
): Promise<BucketContents> {
  const client = new S3Client({ endpoint, credentials, region: "us-east-1", forcePathStyle: true })
  const noncurrent: string[] = []
  const markers: string[] = []
  const uploads: string[] = []
  let [storedBytes, objects] = [0, 0]
  try {
    let page: Partial<ListObjectVersionsCommandOutput> = {}
    do {
      const { NextKeyMarker: KeyMarker, NextVersionIdMarker: VersionIdMarker } = page
      page = await client.send(new ListObjectVersionsCommand({ Bucket, Prefix, KeyMarker, VersionIdMarker }))
      for (const { Key = "", IsLatest, Size = 0 } of page.Versions ?? []) {
        objects++
        storedBytes += Size
        if (IsLatest === false) noncurrent.push(Key)
      }
      for (const { Key = "" } of page.DeleteMarkers ?? []) markers.push(Key)
    } while (page.IsTruncated === true)
    let begun: Partial<ListMultipartUploadsCommandOutput> = {}
    do {
      const { NextKeyMarker: KeyMarker, NextUploadIdMarker: UploadIdMarker } = begun
      begun = await client.send(new ListMultipartUploadsCommand({ Bucket, Prefix, KeyMarker, UploadIdMarker }))
      for (const { Key = "" } of begun.Uploads ?? []) uploads.push(Key)
    } while (begun.IsTruncated === true)
  } finally {
    client.destroy()
  }
  return { storedBytes, objects, noncurrent, markers, uploads }
}

/** @throws unless nothing lies there beside objects in one version each */
export function requireClean({ noncurrent, markers, uploads }: BucketContents): void {
  const found = Object.entries({ "noncurrent versions": noncurrent, "delete markers": markers, uploads })
  const left = found.filter(([, keys]) => keys.length > 0)
  if (left.length > 0)
    throw new Error(
      `left behind: ${left.map(([what, keys]) => `${keys.length} ${what} (${keys.join(", ")})`).join("; ")}`,
    )
}
