/** Why the engine did not do what it was asked. */
export type EngineErrorCode =
  /** There is no repository at that place. */
  | "NoRepository"
  /** There is one already. */
  | "RepositoryExists"
  /** The repository takes no writes from here: a copy not yet adopted, a store that is read-only. */
  | "NotWritable"
  /** Written by a newer bcopy. */
  | "NeedsNewer"
  /** Encrypted, and the key is missing or another one. */
  | "WrongKey"
  /** No such job, workload, point or disk. */
  | "NotFound"
  /** A name that fits more than one workload. */
  | "Ambiguous"
  /** Another live session writes this workload. */
  | "Busy"
  /** Another session took this workload over. */
  | "Fenced"
  /** Space was given back that the new point would need: nothing is lost, the task is to be made again. */
  | "Condemned"
  /** Proven damage: what is stored is not what was written. */
  | "Damaged"
  /** A point that was removed while it was being read. */
  | "PointRemoved"
  /** Not allowed as asked: a type rule, a limit, a confirmation that is missing. */
  | "Refused"
  /** The output exists already. */
  | "OutputExists"
  /** An argument that cannot mean anything. */
  | "BadArgument"
  /** The caller's `AbortSignal` fired; a checkpoint was kept where there was something to keep. */
  | "Interrupted"
  /** What is read or written outside the repository failed. */
  | "OutputFailed"

const brand: unique symbol = Symbol.for("@bcopy/copy-engine.EngineError") as never

/** The one error class of the engine. Tell it by `isEngineError` and `code`, not by `instanceof`. */
export class EngineError extends Error {
  readonly code: EngineErrorCode
  /** What a person can do about it, when there is something. */
  readonly hint: string | undefined

  constructor(code: EngineErrorCode, message: string, options: { cause?: unknown; hint?: string } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = "EngineError"
    this.code = code
    this.hint = options.hint
    Object.defineProperty(this, brand, { value: true })
  }
}

/** Whether `error` is an {@link EngineError}, of this or of another copy of the package. */
export function isEngineError(error: unknown): error is EngineError {
  return typeof error === "object" && error !== null && (error as Record<PropertyKey, unknown>)[brand] === true
}
