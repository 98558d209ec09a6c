import { isDamage, isFormatError } from "@bcopy/chain-format"
import { isSourceError, SourceError, type SourceErrorCode } from "@bcopy/source"

/** Whether a failure is only that the caller's signal fired. */
export function isAborted(error: unknown): boolean {
  return (error as { code?: unknown }).code === "Aborted"
}

/** What a failure in reading a repository means for whom it is a source. */
export function asSourceError(error: unknown, name: string): unknown {
  if (isSourceError(error)) return error
  const { message } = error as Error
  if (isFormatError(error)) {
    const code: SourceErrorCode = isDamage(error) ? "Damaged" : "Refused"
    return new SourceError(code, `${name}: ${message}`, { cause: error })
  }
  const code = isAborted(error) ? "Aborted" : "Unreadable"
  return new SourceError(code, message, { cause: error })
}
