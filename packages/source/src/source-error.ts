/** Why a source could not give what it was asked for. */
export type SourceErrorCode =
  /** Nothing under that name: a file, a workload, a point. */
  | "NotFound"
  /** It is there but cannot be read now: permissions, an I/O error, a store without an answer. Says nothing of damage. */
  | "Unreadable"
  /** It changed while it was being read, so what was read is no moment of it. */
  | "Changed"
  /** The point was there when it was listed and has been removed since. */
  | "PointRemoved"
  /** The point lies elsewhere since it was opened: it is whole, and to be opened again. */
  | "Moved"
  /** What was read is provably not what was once written. */
  | "Damaged"
  /** The source does not take this input: a format it does not read, a type rule, a limit. */
  | "Refused"
  /** The caller's `AbortSignal` fired. */
  | "Aborted"

const brand: unique symbol = Symbol.for("@bcopy/source.SourceError") as never

/** The one error class of sources. Tell it by `isSourceError` and `code`, not by `instanceof`. */
export class SourceError extends Error {
  readonly code: SourceErrorCode
  /** What a person can do about it, when there is something. */
  readonly hint: string | undefined

  constructor(code: SourceErrorCode, message: string, options: { cause?: unknown; hint?: string } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = "SourceError"
    this.code = code
    this.hint = options.hint
    Object.defineProperty(this, brand, { value: true })
  }
}

/** Whether `error` is a {@link SourceError}, of this or of another copy of the package. */
export function isSourceError(error: unknown): error is SourceError {
  return typeof error === "object" && error !== null && (error as Record<PropertyKey, unknown>)[brand] === true
}
