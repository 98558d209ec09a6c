import { isFormatError } from "@bcopy/chain-format"
import { isEngineError } from "@bcopy/copy-engine"
import { isStoreError } from "@bcopy/repo"
import { isSourceError } from "@bcopy/source"
import { isCliError } from "./cli-error.ts"
import { type ExitCode, exitCodeOf, exitCodes } from "./exit-codes.ts"

/** An error as the program tells it: `error` of a JSON document, and the exit status. */
export interface DescribedError {
  /** The code of the package it comes from; `Unexpected` for an error of no package: a bug. */
  readonly code: string
  readonly message: string
  readonly hint: string | undefined
  readonly exit: ExitCode
}

/** Hints for codes whose errors may come without one. */
const hints: Readonly<Record<string, string>> = {
  Usage: "`bcopy COMMAND --help` says what it takes.",
  BadArgument: "`bcopy COMMAND --help` says what it takes.",
  RepositoryExists: "Back up to it as it is, or choose another place.",
  Ambiguous: "Name exactly one of them.",
  NotFound: "Check the name; `bcopy points` and `bcopy show` list what is in a repository.",
  Fenced: "What was stored by now is kept; the other session goes on from it.",
  WrongKey: "Use a version of bcopy that opens encrypted repositories.",
  NeedsNewer: "Update bcopy.",
  Damaged: "`bcopy verify --all --read-data` tells what is whole.",
  Interrupted: "Run the same command again: it goes on from what was stored.",
  Unexpected: "This is a bug in bcopy. BCOPY_DEBUG=1 shows where it happened.",
}

/** Describes an error of any package; `aborted` says whether the run had been told to stop. */
export function describeError(error: unknown, aborted = false): DescribedError {
  const code = codeOf(error)
  const stopped = aborted && (code === "Aborted" || code === "Unexpected")
  if (stopped || code === "Interrupted") {
    const message = stopped ? "interrupted" : (error as Error).message
    return { code: "Interrupted", message, hint: hints["Interrupted"], exit: exitCodes.interrupted }
  }
  const message = error instanceof Error ? error.message : String(error)
  return { code, message, hint: hintOf(error) ?? hints[code], exit: exitCodeOf(error) }
}

function codeOf(error: unknown): string {
  if (isFormatError(error)) return error.code === "NeedsNewer" ? "NeedsNewer" : "Damaged"
  return isKnown(error) ? error.code : "Unexpected"
}

function hintOf(error: unknown): string | undefined {
  return isKnown(error) ? error.hint : undefined
}

function isKnown(error: unknown): error is { readonly code: string; readonly hint: string | undefined } {
  return isCliError(error) || isEngineError(error) || isSourceError(error) || isStoreError(error)
}
