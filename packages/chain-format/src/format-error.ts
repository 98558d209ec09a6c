/** Why bytes or a value are not what docs/format.md says they must be. */
export type FormatErrorCode =
  /** Fewer bytes than the thing needs. */
  | "Truncated"
  /** More bytes than the thing has. */
  | "TrailingBytes"
  /** Not the kind of object it should be. */
  | "BadMagic"
  /** A field holds what it must not. */
  | "BadValue"
  /** A count or length above its stated limit. */
  | "TooLarge"
  /** A slot's seal does not open: the bytes, the key or the place are not the ones it was sealed with. */
  | "Unopenable"
  /** Parts that are well-formed by themselves contradict each other. */
  | "Inconsistent"
  /** An object that something names is not there: damage, or its point was removed meanwhile. */
  | "Missing"
  /** Written by a newer bcopy, with a feature that this one must know to go on. */
  | "NeedsNewer"
  /** Sealed under a key that is not at hand. */
  | "NeedsKey"

const brand: unique symbol = Symbol.for("@bcopy/chain-format.FormatError") as never

/** The one error class of the format. Tell it by `isFormatError` and `code`, not by `instanceof`. */
export class FormatError extends Error {
  readonly code: FormatErrorCode

  constructor(code: FormatErrorCode, message: string, options: { cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = "FormatError"
    this.code = code
    Object.defineProperty(this, brand, { value: true })
  }
}

/** Whether `error` is a {@link FormatError}, of this or of another copy of the package. */
export function isFormatError(error: unknown): error is FormatError {
  return typeof error === "object" && error !== null && (error as Record<PropertyKey, unknown>)[brand] === true
}

/** Whether `error` proves damage: not if a newer version, or who holds another key, may find that all is well. */
export function isDamage(
  error: unknown,
): error is FormatError & { readonly code: Exclude<FormatErrorCode, "NeedsNewer" | "NeedsKey"> } {
  return isFormatError(error) && error.code !== "NeedsNewer" && error.code !== "NeedsKey"
}

/** Does work on an object; what it throws names the object. */
export function withKey<Result>(objectKey: string, work: () => Result): Result {
  try {
    return work()
  } catch (error) {
    if (!isFormatError(error) || error.message.includes(objectKey)) throw error
    throw new FormatError(error.code, `${objectKey}: ${error.message}`, { cause: error })
  }
}
