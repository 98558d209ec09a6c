/** Why a policy, a point or a time was not taken. */
export type RetentionErrorCode =
  /** A policy that says too little, too much, or what cannot be. */
  | "BadPolicy"
  /** A time zone that nobody knows. */
  | "BadZone"
  /** A point that is not one: a time that is none, an id that two have. */
  | "BadPoint"
  /** A schedule, span or time of which nothing follows. */
  | "BadArgument"

const brand: unique symbol = Symbol.for("@bcopy/retention-gfs.RetentionError") as never

/** The one error class of the package. Tell it by `isRetentionError` and `code`, not by `instanceof`. */
export class RetentionError extends Error {
  readonly code: RetentionErrorCode

  constructor(code: RetentionErrorCode, message: string, options: { cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = "RetentionError"
    this.code = code
    Object.defineProperty(this, brand, { value: true })
  }
}

/** Whether `error` is a {@link RetentionError}, of this or of another copy of the package. */
export function isRetentionError(error: unknown): error is RetentionError {
  return typeof error === "object" && error !== null && (error as Record<PropertyKey, unknown>)[brand] === true
}
