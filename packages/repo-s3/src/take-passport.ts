import { type RepoStore, throwIfAborted, withRetry } from "@bcopy/repo"
import type { BucketState } from "./bucket-state.ts"
import { clearProbe } from "./clear-probe.ts"
import type { S3Bucket } from "./s3-bucket.ts"
import type { S3Passport, S3PassportOptions, S3Property } from "./s3-passport.ts"
import { s3Probes } from "./s3-probes.ts"

const ATTEMPTS = 5
const BASE_DELAY_MS = 100

/**
 * Finds out by trying what a prefix in a bucket can do, in the versioning state that it has, under `probe/`, and clears up
 * behind itself. A property that is missing is part of the answer; `requireFitBucket` judges it.
 * @throws StoreError where nothing can be tried
 */
export async function takePassport(
  bucket: S3Bucket,
  plain: RepoStore,
  state: BucketState,
  { clock, random, signal }: S3PassportOptions,
): Promise<S3Passport> {
  const folder = `probe/${Math.floor(random() * 2 ** 48).toString(16)}/`
  // A bad moment is no missing property.
  const store = withRetry(plain, { attempts: ATTEMPTS, baseDelayMs: BASE_DELAY_MS, clock, random })
  const takenAtMs = await bucket.date(signal)
  const place = { bucket, store, state, folder, clock, aheadMs: takenAtMs - clock.now(), ...(signal && { signal }) }
  const properties: S3Property[] = []
  try {
    for (const { name, needed, appliesTo, run } of s3Probes) {
      if (!appliesTo(state)) continue
      throwIfAborted(signal, `${bucket.name}: probe ${name}`)
      const seen = await run(place).catch((error: unknown) => {
        if (signal?.aborted) throw error
        return { ok: false, detail: (error as Error).message }
      })
      properties.push({ name, needed, ...seen })
    }
  } finally {
    await clearProbe(store, folder).catch(() => undefined)
  }
  const { endpoint } = bucket.service
  return { kind: "s3", takenAtMs, endpoint, versioning: state.versioning, objectLock: state.objectLock, properties }
}
