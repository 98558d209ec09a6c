import { type RepoStore, retrying, type RetryPolicy } from "@bcopy/repo"
import type { BucketState } from "./bucket-state.ts"
import { connectS3 } from "./connect.ts"
import { abortLeftovers } from "./create-in-parts.ts"
import { readBucketState } from "./read-bucket-state.ts"
import { S3Bucket } from "./s3-bucket.ts"
import type { S3StoreOptions } from "./s3-options.ts"
import type { S3Passport, S3PassportOptions } from "./s3-passport.ts"
import { takePassport } from "./take-passport.ts"
import { s3Store } from "./s3-store.ts"
import type { S3Usage } from "./s3-usage.ts"

/** A store in a bucket, with what is particular to S3. */
export interface S3Store extends RepoStore {
  /** URL of the service, without the bucket. */
  readonly endpoint: string
  /** What the bucket is set to. */
  readonly state: BucketState
  /** All requests of this store until now. */
  usage(): S3Usage
  /** Finds out by trying what the bucket can do here: some 100 requests, and 6 s where it has Object Lock. */
  passport(options: S3PassportOptions): Promise<S3Passport>
  /**
   * Gives up uploads in parts that were begun under the prefix before this time, milliseconds since 1970, and never ended:
   * their parts are paid for and seen by nobody. Gives how many.
   */
  abortLeftovers(beforeMs: number, options?: { readonly signal?: AbortSignal }): Promise<number>
  /** Closes its connections. */
  close(): void
}

export interface OpenS3Options {
  readonly signal?: AbortSignal
  /** Asks the bucket for its settings again where that fails in a way that may pass; once, if absent. */
  readonly retry?: RetryPolicy
}

/**
 * A prefix in a bucket as a store: connects, and asks the bucket for its settings (two requests). The bucket must be there.
 * Requests are made once: put `withRetry` around it, and `writeOnce` around that.
 * @throws StoreError `Denied` without credentials, bucket or permission; `Unsupported` for an endpoint that is not
 * encrypted; `BadKey`, `Unavailable`
 */
export async function openS3Store(options: S3StoreOptions, { signal, retry }: OpenS3Options = {}): Promise<S3Store> {
  const service = await connectS3(options.connection, options.cap)
  const bucket = new S3Bucket(service, options)
  try {
    const ask = () => readBucketState(bucket, signal)
    const state = await (retry === undefined ? ask() : retrying(retry, { signal, what: `open ${bucket.name}` }, ask))
    const store = s3Store(service, options, state)
    return {
      ...store,
      endpoint: service.endpoint,
      state,
      usage: () => service.usage.usage,
      passport: (how) => takePassport(bucket, store, state, how),
      abortLeftovers: (beforeMs, how = {}) => abortLeftovers(bucket, beforeMs, how.signal),
      close: () => service.close(),
    }
  } catch (error) {
    service.close()
    throw error
  }
}
