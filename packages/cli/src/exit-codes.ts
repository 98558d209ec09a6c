import { isDamage, isFormatError } from "@bcopy/chain-format"
import { type EngineErrorCode, isEngineError } from "@bcopy/copy-engine"
import { type CryptoErrorCode, isCryptoError } from "@bcopy/crypto"
import { isStoreError, type StoreErrorCode } from "@bcopy/repo"
import { isRetentionError } from "@bcopy/retention-gfs"
import { isSourceError, type SourceErrorCode } from "@bcopy/source"
import { isCliError } from "./cli-error.ts"
import { isKmsFailure } from "./is-kms-failure.ts"

/** Exit statuses of the program: README.md, Exit codes. They stay as they are. */
export const exitCodes = {
  done: 0,
  failed: 1,
  usage: 2,
  partly: 3,
  noRepository: 10,
  busy: 11,
  wrongKey: 12,
  damaged: 13,
  refused: 14,
  interrupted: 130,
} as const

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes]

/** What each status says, for the help. */
export const exitMeanings: Readonly<Record<ExitCode, string>> = {
  0: "done, or nothing to do",
  1: "failed",
  2: "usage or configuration",
  3: "done in part: some workloads failed",
  10: "no repository there",
  11: "busy: another live session writes",
  12: "wrong key",
  13: "damage found",
  14: "refused: a rule, or a confirmation that is missing",
  130: "interrupted",
}

const ofEngine: Readonly<Record<EngineErrorCode, ExitCode>> = {
  NoRepository: exitCodes.noRepository,
  RepositoryExists: exitCodes.refused,
  NotWritable: exitCodes.refused,
  NeedsNewer: exitCodes.failed,
  WrongKey: exitCodes.wrongKey,
  NotFound: exitCodes.failed,
  Ambiguous: exitCodes.usage,
  Busy: exitCodes.busy,
  Fenced: exitCodes.busy,
  Condemned: exitCodes.busy,
  Damaged: exitCodes.damaged,
  PointRemoved: exitCodes.failed,
  Refused: exitCodes.refused,
  OutputExists: exitCodes.refused,
  BadArgument: exitCodes.usage,
  Interrupted: exitCodes.interrupted,
  OutputFailed: exitCodes.failed,
}

const ofSource: Readonly<Record<SourceErrorCode, ExitCode>> = {
  NotFound: exitCodes.failed,
  Unreadable: exitCodes.failed,
  Changed: exitCodes.failed,
  PointRemoved: exitCodes.failed,
  Moved: exitCodes.failed,
  Damaged: exitCodes.damaged,
  Refused: exitCodes.refused,
  Aborted: exitCodes.interrupted,
}

const ofCrypto: Readonly<Record<CryptoErrorCode, ExitCode>> = {
  Unopenable: exitCodes.damaged,
  UnknownEpoch: exitCodes.wrongKey,
  Damaged: exitCodes.damaged,
  TooCostly: exitCodes.refused,
  BadArgument: exitCodes.usage,
  KeyUsedUp: exitCodes.failed,
}

/** All others say that the key does not open. */
const ofKms: Readonly<Record<string, ExitCode>> = {
  Unreachable: exitCodes.failed,
  Throttled: exitCodes.failed,
  Unknown: exitCodes.failed,
  BadArgument: exitCodes.usage,
  Aborted: exitCodes.interrupted,
}

const ofStore: Readonly<Partial<Record<StoreErrorCode, ExitCode>>> = {
  Aborted: exitCodes.interrupted,
  OverLimit: exitCodes.refused,
}

/** The exit status that an error of any package stands for. */
export function exitCodeOf(error: unknown): ExitCode {
  if (isCliError(error)) return error.code === "Usage" ? exitCodes.usage : exitCodes.refused
  // A newer package may know codes that this one does not.
  if (isEngineError(error)) return ofEngine[error.code] ?? exitCodes.failed
  if (isSourceError(error)) return ofSource[error.code] ?? exitCodes.failed
  if (isStoreError(error)) return ofStore[error.code] ?? exitCodes.failed
  if (isKmsFailure(error)) return ofKms[error.code] ?? exitCodes.wrongKey
  if (isCryptoError(error)) return ofCrypto[error.code] ?? exitCodes.failed
  if (isFormatError(error) && error.code === "NeedsKey") return exitCodes.wrongKey
  if (isFormatError(error)) return isDamage(error) ? exitCodes.damaged : exitCodes.failed
  if (isRetentionError(error)) return error.code === "BadPoint" ? exitCodes.failed : exitCodes.usage
  return exitCodes.failed
}
