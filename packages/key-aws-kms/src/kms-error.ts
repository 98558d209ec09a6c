/** Why a key in AWS KMS did not do what it was asked. */
export type KmsErrorCode =
  /** The key is switched off, or in another state that lets nobody use it; that can be changed. */
  | "Disabled"
  /** The key waits to be deleted, and will be gone when its waiting time is over; one that is gone is `NotFound`. */
  | "Deleted"
  /** There is no such key or alias, in this account and region. */
  | "NotFound"
  /** The credentials may not use the key. */
  | "Denied"
  /** Nobody gave credentials. */
  | "NoCredentials"
  /** The service did not answer. */
  | "Unreachable"
  /** The service asks for fewer requests, and still did after several attempts. */
  | "Throttled"
  /** It was wrapped by another key, for another repository, or is damaged. */
  | "WrongKey"
  /** What was asked cannot be done with this key, or there is no way to ask: no region, an endpoint that is none. */
  | "BadArgument"
  /** The caller's signal fired. */
  | "Aborted"
  /** Anything else that the service said. */
  | "Unknown"

const brand: unique symbol = Symbol.for("@bcopy/key-aws-kms.KmsError") as never

/** The one error class of the package. Tell it by `isKmsError` and `code`, not by `instanceof`. */
export class KmsError extends Error {
  readonly code: KmsErrorCode
  /** What a person can do about it, when there is something. */
  readonly hint: string | undefined

  constructor(code: KmsErrorCode, message: string, options: { cause?: unknown; hint?: string } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = "KmsError"
    this.code = code
    this.hint = options.hint
    Object.defineProperty(this, brand, { value: true })
  }
}

/** Whether `error` is a {@link KmsError}, of this or of another copy of the package. */
export function isKmsError(error: unknown): error is KmsError {
  return typeof error === "object" && error !== null && (error as Record<PropertyKey, unknown>)[brand] === true
}
