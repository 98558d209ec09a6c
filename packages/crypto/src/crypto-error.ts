/** Why something was not sealed, opened or unlocked. */
export type CryptoErrorCode =
  /** Bytes do not open under the key and the place that they are read from. */
  | "Unopenable"
  /** Sealed under an epoch whose key is not at hand. */
  | "UnknownEpoch"
  /** A key slot, key ring or recovery kit is not what was written. */
  | "Damaged"
  /** Parameters of a key slot ask for more than a reader gives. */
  | "TooCostly"
  /** What a caller gave is not allowed: too weak, too long, of a wrong form. */
  | "BadArgument"
  /** A limit on what one key may seal was reached, or a number would be used twice. */
  | "KeyUsedUp"

const brand: unique symbol = Symbol.for("@bcopy/crypto.CryptoError") as never

/** The one error class of the package. Tell it by `isCryptoError` and `code`. Its messages never hold a secret. */
export class CryptoError extends Error {
  readonly code: CryptoErrorCode

  constructor(code: CryptoErrorCode, message: string, options: { cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = "CryptoError"
    this.code = code
    Object.defineProperty(this, brand, { value: true })
  }
}

/** Whether `error` is a {@link CryptoError}, of this or of another copy of the package. */
export function isCryptoError(error: unknown): error is CryptoError {
  return typeof error === "object" && error !== null && (error as Record<PropertyKey, unknown>)[brand] === true
}
