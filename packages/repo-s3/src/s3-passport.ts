import { type Clock, StoreError } from "@bcopy/repo"
import type { BucketState } from "./bucket-state.ts"

/** What is tried. */
export type S3PropertyName =
  | "versioning"
  | "atomic-create"
  | "oldest-version"
  | "read-after-write"
  | "list-after-create"
  | "ranges"
  | "multipart"
  | "markers"
  | "object-lock"
  | "multi-delete"
  | "lifecycle"
  | "immutability"
  | "clock"

/** What a prefix in a bucket was found to do. Plain data, to be stored as JSON. */
export interface S3Passport {
  readonly kind: "s3"
  /** By the service's clock, milliseconds since 1970. */
  readonly takenAtMs: number
  readonly endpoint: string
  readonly versioning: BucketState["versioning"]
  readonly objectLock: boolean
  readonly properties: readonly S3Property[]
}

/** One property of a bucket. */
export interface S3Property {
  readonly name: S3PropertyName
  readonly ok: boolean
  /** Whether a repository cannot do without it. */
  readonly needed: boolean
  /** What was seen, for a person to read. */
  readonly detail: string
}

export interface S3PassportOptions {
  /** Compared with the service's clock. */
  readonly clock: Pick<Clock, "now" | "sleep">
  /** Names the probe's own folder: numbers from 0 up to but not including 1. */
  readonly random: () => number
  readonly signal?: AbortSignal
}

/**
 * Refuses a bucket that lacks something a repository cannot do without, naming it.
 * @throws StoreError `Unfit`
 */
export function requireFitBucket(passport: S3Passport, name: string): void {
  const missing = passport.properties.filter(({ ok, needed }) => needed && !ok)
  if (missing.length === 0) return
  const list = missing.map((property) => `${property.name} (${property.detail})`).join(", ")
  throw new StoreError("Unfit", `${name} at ${passport.endpoint} cannot keep a repository, it lacks: ${list}`, {
    hint: "`bcopy store test` shows all that was tried.",
  })
}
