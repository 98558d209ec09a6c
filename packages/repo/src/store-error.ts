/**
 * Why a store could not do what it was asked. Absence is never an error: `read`, `head` and the lists answer it with
 * `undefined` or an empty page. Every code therefore means "refused" or "unknown", never "not there".
 */
export type StoreErrorCode =
  /** The answer is not known: a failed read, a listing that did not finish, a request without an answer. */
  | "Unavailable"
  /** The store asked to slow down. */
  | "Throttled"
  /** The store is full, or a quota is used up. */
  | "NoSpace"
  /** The credentials or file permissions do not allow it. */
  | "Denied"
  /** The store, or this view of it, takes no writes. */
  | "ReadOnly"
  /** Object Lock keeps the version from being deleted or its lock from being shortened. */
  | "Locked"
  /** The store lacks the capability that the call needs. */
  | "Unsupported"
  /** The key does not follow the key grammar. */
  | "BadKey"
  /** A range that begins past the end of the object, or an argument out of its limits. */
  | "BadRange"
  /** The caller's `AbortSignal` fired. Nothing is known of the request that was cut short. */
  | "Aborted"
  /** A limit on requests or costs, set by the caller, is reached: the request was not made. */
  | "OverLimit"
  /** A passport probe found a property missing that bcopy cannot do without. */
  | "Unfit"

const brand: unique symbol = Symbol.for("@bcopy/repo.StoreError") as never

/** The one error class of stores. Tell it by `isStoreError` and `code`, not by `instanceof`. */
export class StoreError extends Error {
  readonly code: StoreErrorCode
  /** What a person can do about it, when there is something. */
  readonly hint: string | undefined

  constructor(code: StoreErrorCode, message: string, options: { cause?: unknown; hint?: string } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = "StoreError"
    this.code = code
    this.hint = options.hint
    Object.defineProperty(this, brand, { value: true })
  }
}

/** Whether `error` is a {@link StoreError}, of this or of another copy of the package. */
export function isStoreError(error: unknown): error is StoreError {
  return typeof error === "object" && error !== null && (error as Record<PropertyKey, unknown>)[brand] === true
}

/** Whether the same request may succeed when it is made again: the whole of the retry decision. */
export function isRetryable(error: unknown): boolean {
  return isStoreError(error) && (error.code === "Unavailable" || error.code === "Throttled")
}
