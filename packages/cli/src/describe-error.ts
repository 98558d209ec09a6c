import { isDamage, isFormatError } from "@bcopy/chain-format"
import { isEngineError } from "@bcopy/copy-engine"
import { type CryptoErrorCode, isCryptoError } from "@bcopy/crypto"
import { isStoreError } from "@bcopy/repo"
import { isRetentionError } from "@bcopy/retention-gfs"
import { isSourceError } from "@bcopy/source"
import { isCliError } from "./cli-error.ts"
import { isKmsFailure } from "./is-kms-failure.ts"
import { type ExitCode, exitCodeOf, exitCodes } from "./exit-codes.ts"
import { renderSize } from "./render-size.ts"

/** An error as the program tells it: `error` of a JSON document, and the exit status. */
export interface DescribedError {
  /** The code of the package it comes from; `Unexpected` for an error of no package: a bug. */
  readonly code: string
  readonly message: string
  readonly hint: string | undefined
  readonly exit: ExitCode
}

/** What the program calls failures of cryptography: words that it has for others too. */
const cryptoCodes: Readonly<Record<CryptoErrorCode, string>> = {
  Unopenable: "Damaged",
  UnknownEpoch: "WrongKey",
  Damaged: "Damaged",
  TooCostly: "Refused",
  BadArgument: "BadArgument",
  KeyUsedUp: "Unexpected",
}

/** What it calls failures of a key in AWS KMS; all others say that the key does not open. */
const kmsCodes: Readonly<Record<string, string>> = {
  Unreachable: "Unavailable",
  Throttled: "Throttled",
  Unknown: "Unavailable",
  BadArgument: "BadArgument",
  Aborted: "Aborted",
}

/** Hints for codes whose errors may come without one. */
const hints: Readonly<Record<string, string>> = {
  Usage: "`bcopy COMMAND --help` says what it takes.",
  BadArgument: "`bcopy COMMAND --help` says what it takes.",
  BadPolicy: "Such as --days 7 --weekly 4:saturday --monthly 12:first --yearly 3:january.",
  BadZone: "IANA names, such as Europe/Berlin, or UTC.",
  RepositoryExists: "Back up to it as it is, or choose another place.",
  Ambiguous: "Name exactly one of them.",
  NotFound: "Check the name; `bcopy points` and `bcopy show` list what is in a repository.",
  Fenced: "What was stored by now is kept; the other session goes on from it.",
  WrongKey: "Give the password, a recovery kit, or credentials for the KMS key: `bcopy COMMAND --help`.",
  NeedsNewer: "Update bcopy.",
  Damaged: "`bcopy verify --all --read-data` tells what is whole.",
  Interrupted: "Run the same command again: it goes on from what was stored.",
  Unexpected: "This is a bug in bcopy. BCOPY_DEBUG=1 shows where it happened.",
}

/**
 * Describes an error of any package; `aborted` says whether the run had been told to stop, `keepsCheckpoint` whether its
 * command goes on from what a run before it stored.
 */
export function describeError(error: unknown, aborted = false, keepsCheckpoint = true): DescribedError {
  const code = codeOf(error)
  const stopped = aborted && (code === "Aborted" || code === "Unexpected")
  if (stopped || code === "Interrupted") {
    const message = stopped ? "interrupted" : (error as Error).message
    const hint = keepsCheckpoint ? hints["Interrupted"] : "Run the same command again."
    return { code: "Interrupted", message, hint, exit: exitCodes.interrupted }
  }
  const message = messageFor(code, error instanceof Error ? error.message : String(error))
  return { code, message, hint: sentence(hintOf(error) ?? hints[code]), exit: exitCodeOf(error) }
}

/** Says a prefix once that two layers put before the message, and sizes as people give them. */
function messageFor(code: string, text: string): string {
  const once = text.replace(/(^|: )([^:]+: )\2+/g, "$1$2")
  if (code !== "BadArgument" || !once.startsWith("memory of ")) return once
  return once.replace(/\b\d{4,}(?: bytes)?/g, (size) => renderSize(Number.parseInt(size, 10)))
}

/** Libraries may give hints without a capital: here they stand on a line of their own. */
function sentence(hint: string | undefined): string | undefined {
  return hint === undefined ? undefined : hint.slice(0, 1).toUpperCase() + hint.slice(1)
}

function codeOf(error: unknown): string {
  if (isFormatError(error)) return isDamage(error) ? "Damaged" : error.code === "NeedsKey" ? "WrongKey" : "NeedsNewer"
  if (isKmsFailure(error)) return kmsCodes[error.code] ?? "WrongKey"
  if (isCryptoError(error)) return cryptoCodes[error.code] ?? "Refused"
  if (isRetentionError(error)) return error.code
  return isKnown(error) ? error.code : "Unexpected"
}

function hintOf(error: unknown): string | undefined {
  return isKnown(error) ? error.hint : undefined
}

function isKnown(error: unknown): error is { readonly code: string; readonly hint: string | undefined } {
  return isKmsFailure(error) || isCliError(error) || isEngineError(error) || isSourceError(error) || isStoreError(error)
}
