import { DeleteObjectCommand, DeleteObjectsCommand } from "@aws-sdk/client-s3"
import { isStoreError } from "@bcopy/repo"
import { S3Bucket } from "./s3-bucket.ts"
import { createObject } from "./create-object.ts"
import { bytesOf, keyIn, type ProbePlace, type Seen } from "./s3-probes.ts"

/** Short, and long enough for the requests in between. */
const LOCK_MS = 5_000

/** A plain deletion hides and does not delete; the marker goes by its id, and leaves none. */
export async function probeMarkers({ bucket, store, folder }: ProbePlace): Promise<Seen> {
  const key = keyIn(folder, "marked")
  await store.create(key, bytesOf(1, 10))
  await bucket.send("delete", undefined, () => bucket.client.send(new DeleteObjectCommand(bucket.object(key))))
  const hidden = (await store.read(key)) === undefined
  const { versions } = await store.listVersions(key)
  const marker = versions.find((version) => version.marker)
  if (marker !== undefined) await store.remove(key, { version: marker.version })
  const after = await store.listVersions(key)
  const back = (await store.read(key)) !== undefined
  const ok = hidden && marker !== undefined && back && after.versions.length === 1
  return {
    ok,
    detail: ok
      ? "hide an object, and go by their version"
      : marker === undefined
        ? "a plain deletion leaves no marker: the bucket keeps no versions, or may not be asked (s3:GetBucketVersioning)"
        : "a plain deletion does not leave a marker that can be deleted",
  }
}

/** What is locked may not be deleted before its time, and may afterwards. */
export async function probeLock({ bucket, store, folder, clock, signal }: ProbePlace): Promise<Seen> {
  const governed = new S3Bucket(bucket.service, { ...bucket.options, lockMode: "governance" })
  const key = keyIn(folder, "locked")
  const untilMs = (await bucket.date(signal)) + LOCK_MS
  const { version } = await createObject(governed, key, bytesOf(1, 10), { retainUntilMs: untilMs })
  if (version === undefined) return { ok: false, detail: "a locked object got no version" }
  const found = await store.head(key, { version })
  const refused = await store.remove(key, { version }).then(
    () => "deleted",
    (error: unknown) => (isStoreError(error) ? error.code : String(error)),
  )
  if (refused === "Denied" && found?.retainUntilMs === undefined)
    return { ok: false, detail: "until when a version is locked may not be asked (s3:GetObjectRetention)" }
  if (refused !== "Locked" || (found?.retainUntilMs ?? 0) === 0)
    return { ok: false, detail: `deleting what is locked: ${refused}` }
  await clock.sleep(LOCK_MS + 1_000, signal)
  await store.remove(key, { version })
  return { ok: true, detail: "kept until its date, free afterwards" }
}

/** Many are deleted with one request. */
export async function probeMultiDelete({ bucket, store, folder }: ProbePlace): Promise<Seen> {
  const keys = [1, 2, 3].map((number) => keyIn(folder, `many/${number}`))
  const objects: { Key: string; VersionId?: string }[] = []
  for (const key of keys) {
    const { version } = await store.create(key, bytesOf(1, 10))
    const { Key } = bucket.object(key)
    objects.push({ Key, ...(version !== undefined && { VersionId: version }) })
  }
  const command = new DeleteObjectsCommand({
    Bucket: bucket.options.bucket,
    Delete: { Objects: objects, Quiet: false },
    ChecksumAlgorithm: "CRC32",
  })
  const { Deleted = [] } = await bucket.send("delete many", undefined, () => bucket.client.send(command))
  const left = (await store.list(`${folder}many/`)).objects.length
  if (left === 0 && Deleted.length < keys.length)
    return { ok: false, detail: `the answer names ${Deleted.length} of ${keys.length} that were deleted` }
  return { ok: left === 0, detail: `${keys.length - left} of ${keys.length} deleted with one request` }
}
