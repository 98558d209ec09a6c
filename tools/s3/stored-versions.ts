import { HeadObjectCommand, ListObjectVersionsCommand, type ListObjectVersionsCommandOutput } from "@aws-sdk/client-s3"
import type { LockStage } from "./lock-stage.ts"

/** One version of an object, or a delete marker. */
export interface StoredVersion {
  /** Within the repository. */
  readonly key: string
  readonly version: string
  readonly marker: boolean
}

/** All versions and markers of a repository: keys ascending, as the SDK alone finds them. */
export async function storedVersions({ client, place }: LockStage): Promise<readonly StoredVersion[]> {
  const found: StoredVersion[] = []
  let page: Partial<ListObjectVersionsCommandOutput> = {}
  do {
    const { NextKeyMarker: KeyMarker, NextVersionIdMarker: VersionIdMarker } = page
    const within = { Bucket: place.bucket, Prefix: place.prefix }
    page = await client.send(new ListObjectVersionsCommand({ ...within, KeyMarker, VersionIdMarker }))
    for (const [listed, marker] of [
      [page.Versions, false],
      [page.DeleteMarkers, true],
    ] as const)
      for (const { Key = "", VersionId: version = "null" } of listed ?? [])
        found.push({ key: Key.slice(place.prefix.length), version, marker })
  } while (page.IsTruncated === true)
  return found.toSorted((a, b) => (a.key < b.key ? -1 : Number(a.key > b.key)))
}

/** Until when the server keeps each version that is locked now, by the server's time. */
export async function lockedVersions(stage: LockStage): Promise<ReadonlyMap<string, number>> {
  const { client, place } = stage
  const versions = (await storedVersions(stage)).filter(({ marker }) => !marker)
  const locks = await Promise.all(
    versions.map(async ({ key, version }): Promise<[string, number]> => {
      const object = { Bucket: place.bucket, Key: place.prefix + key, VersionId: version }
      const { ObjectLockRetainUntilDate: until } = await client.send(new HeadObjectCommand(object))
      return [`${key}, version ${version}`, until?.getTime() ?? 0]
    }),
  )
  return new Map(locks.filter(([, untilMs]) => untilMs > Date.now()))
}

/** How many versions and markers lie over what keys mean, under a prefix of the repository. */
export async function countOverlaid(stage: LockStage, prefix: string): Promise<number> {
  const found = (await storedVersions(stage)).filter(({ key }) => key.startsWith(prefix))
  const meant = new Set(found.filter(({ marker }) => !marker).map(({ key }) => key))
  return found.length - meant.size
}
