/** Why the program itself, before any engine work, does not do what it was asked. */
export type CliErrorCode =
  /** The command line cannot mean anything. */
  | "Usage"
  /** Not allowed as asked: a confirmation or a decision is missing. */
  | "Refused"

const brand: unique symbol = Symbol.for("@bcopy/cli.CliError") as never

/** The one error class of the program. Tell it by `isCliError` and `code`, not by `instanceof`. */
export class CliError extends Error {
  readonly code: CliErrorCode
  /** What a person can do about it, when there is something. */
  readonly hint: string | undefined

  constructor(code: CliErrorCode, message: string, options: { cause?: unknown; hint?: string } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = "CliError"
    this.code = code
    this.hint = options.hint
    Object.defineProperty(this, brand, { value: true })
  }
}

/** Whether `error` is a {@link CliError}. */
export function isCliError(error: unknown): error is CliError {
  return typeof error === "object" && error !== null && (error as Record<PropertyKey, unknown>)[brand] === true
}
