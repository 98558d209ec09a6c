import { type ObjectKey, type RepoStore, StoreError } from "@bcopy/repo"
import type { BucketState } from "./bucket-state.ts"
import type { S3Passport } from "./s3-passport.ts"

export interface RecheckOptions {
  /** An object that is there and stays as it is. */
  readonly anchor: ObjectKey
  readonly signal?: AbortSignal
}

/** A bucket as its store knows it. */
export interface RecheckedBucket extends RepoStore {
  readonly state: BucketState
  readonly endpoint: string
}

/**
 * The short form of a passport, for who is going to write: the bucket is set as it was when the passport was taken, and
 * without versions it still heeds "create only if absent", which is tried with an object that is there, so that nothing
 * changes even where it does not. At most two requests beside those that opened the bucket.
 * @param passport what was stored of the last one; anything else is not compared
 * @throws StoreError `Unfit`, saying what is another
 */
export async function recheckBucket(
  bucket: RecheckedBucket,
  passport: unknown,
  { anchor, signal }: RecheckOptions,
): Promise<void> {
  const { state, endpoint, name } = bucket
  if (state.versioning === "suspended")
    throw new StoreError(
      "Unfit",
      `${name}: versioning of the bucket is suspended: a new object would replace the one before`,
      {
        hint: "Switch it on.",
      },
    )
  const change = isS3Passport(passport) ? changeSince(passport, { ...state, endpoint }) : undefined
  if (change !== undefined)
    throw new StoreError("Unfit", `${name} is not the bucket that was tried: ${change}`, {
      hint: "If that was meant, have it tried as it is now: `bcopy store test --repo …`.",
    })
  if (state.versioning !== "off") return
  const abortable = signal === undefined ? {} : { signal }
  const found = await bucket.read(anchor, abortable)
  if (found === undefined) return
  const { created } = await bucket.create(anchor, found.bytes, abortable)
  if (created)
    throw new StoreError("Unfit", `${name} at ${endpoint} does not heed "create only if absent" any more`, {
      hint: "Two runs at once could destroy each other's entries there. Switch versioning of the bucket on, or use another store.",
    })
}

function isS3Passport(passport: unknown): passport is S3Passport {
  return typeof passport === "object" && passport !== null && (passport as { kind?: unknown }).kind === "s3"
}

function changeSince(
  passport: S3Passport,
  now: Pick<S3Passport, "versioning" | "objectLock" | "endpoint"> & Pick<BucketState, "denied">,
): string | undefined {
  const untold = (action: string) =>
    now.denied?.includes(action) === true ? `what it is now may not be asked: ${action} is denied` : undefined
  if (passport.versioning !== now.versioning)
    return `its versioning was ${passport.versioning}, and ${untold("s3:GetBucketVersioning") ?? `is ${now.versioning}`}`
  if (passport.objectLock && !now.objectLock)
    return `it had Object Lock, and ${untold("s3:GetBucketObjectLockConfiguration") ?? "has none"}`
  if (passport.endpoint !== now.endpoint) return `it was at ${passport.endpoint}, and is asked at ${now.endpoint}`
  return undefined
}
