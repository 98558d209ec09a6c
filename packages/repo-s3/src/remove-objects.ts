import { DeleteObjectsCommand } from "@aws-sdk/client-s3"
import type { ObjectKey, ObjectName, RemoveFailure } from "@bcopy/repo"
import { isStoreError, StoreError } from "@bcopy/repo"
import { isLocked } from "./object-lock.ts"
import { abortable, type S3Bucket } from "./s3-bucket.ts"
import { foreignAnswer, isGone, s3Failure } from "./s3-failure.ts"

/** Most objects of one DeleteObjects request. */
const BATCH = 1000

export interface RemoveObjectsOptions {
  readonly signal?: AbortSignal
  /** Whether something may keep a version from being deleted. */
  readonly locks: boolean
}

/**
 * Deletes many objects, or versions of them, a thousand with a request. Versions of one key go with one request each, in
 * the order given: what becomes of a request that is carried out in part is up to the server.
 * @returns what was not deleted, and why
 */
export async function removeObjects(
  bucket: S3Bucket,
  objects: readonly ObjectName[],
  options: RemoveObjectsOptions,
): Promise<readonly RemoveFailure[]> {
  const failures = new Map<ObjectKey, RemoveFailure>()
  const kept: RemoveFailure[] = []
  for (const batch of batchesOf(objects)) {
    // What lies beneath a version that stays, stays: else the key would mean another object.
    for (const object of batch) {
      const above = failures.get(object.key)
      if (above !== undefined) kept.push({ ...object, error: above.error })
    }
    const rest = batch.filter(({ key }) => !failures.has(key))
    if (rest.length === 0) continue
    for (const failure of await removeBatch(bucket, rest, options)) {
      failures.set(failure.key, failure)
      kept.push(failure)
    }
  }
  return kept
}

/** Batches in which no key comes twice. */
function batchesOf(objects: readonly ObjectName[]): readonly (readonly ObjectName[])[] {
  const seen = new Map<ObjectKey, number>()
  const rounds: ObjectName[][] = []
  for (const object of objects) {
    const round = seen.get(object.key) ?? 0
    seen.set(object.key, round + 1)
    ;(rounds[round] ??= []).push(object)
  }
  return rounds.flatMap((round) =>
    Array.from({ length: Math.ceil(round.length / BATCH) }, (_, at) => round.slice(at * BATCH, (at + 1) * BATCH)),
  )
}

async function removeBatch(
  bucket: S3Bucket,
  batch: readonly ObjectName[],
  { signal, locks }: RemoveObjectsOptions,
): Promise<readonly RemoveFailure[]> {
  const named = batch.map(({ key, version }) => {
    const { Key, VersionId } = bucket.object(key, version)
    return { Key, ...(VersionId !== undefined && { VersionId }) }
  })
  const command = new DeleteObjectsCommand({
    Bucket: bucket.options.bucket,
    // What is deleted is named in the answer: one that names nothing, of whatever is not S3, deletes nothing.
    Delete: { Objects: named, Quiet: false },
    // S3 wants one here.
    ChecksumAlgorithm: "CRC32",
  })
  const what = `remove ${batch.length} objects from ${batch[0]?.key} on`
  const failures: RemoveFailure[] = []
  try {
    const answer = await bucket.send(what, signal, () => bucket.client.send(command, abortable(signal)))
    const deleted = new Set(answer.Deleted?.map(({ Key }) => Key))
    const errors = new Map(answer.Errors?.map((error) => [error.Key, error]))
    for (const [at, object] of batch.entries()) {
      const key = named[at]?.Key
      const { Code = "Error", Message = "" } = errors.get(key) ?? {}
      if (errors.has(key) ? isGone(Code) : deleted.has(key)) continue
      const about = `${bucket.name}: remove ${object.key}`
      const said = Object.assign(new Error(Message), { name: Code })
      failures.push({ ...object, error: errors.has(key) ? s3Failure(said, about) : foreignAnswer(about) })
    }
  } catch (error) {
    // Nothing of the batch is known to be deleted. Who stops, stops all.
    if (!isStoreError(error) || error.code === "Aborted") throw error
    return batch.map((object) => ({ ...object, error }))
  }
  return locks ? Promise.all(failures.map((failure) => tellLocked(bucket, failure, signal))) : failures
}

/** Tells what a lock keeps from what the credentials do not allow. */
async function tellLocked(
  bucket: S3Bucket,
  failure: RemoveFailure,
  signal: AbortSignal | undefined,
): Promise<RemoveFailure> {
  const { key, version, error } = failure
  if (error.code !== "Denied") return failure
  const options = { ...(version !== undefined && { version }), ...(signal && { signal }) }
  if (!(await isLocked(bucket, key, options).catch(() => false))) return failure
  return { ...failure, error: new StoreError("Locked", `${bucket.name}: ${key} is locked`, { cause: error }) }
}
