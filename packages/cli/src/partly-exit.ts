import type { DescribedError } from "./describe-error.ts"
import { type ExitCode, exitCodes } from "./exit-codes.ts"

/** The status of work on several things: in part where some of them went well, the first failure's where none did. */
export function partlyExit(errors: readonly DescribedError[], wentWell: boolean): ExitCode {
  const [first] = errors
  if (first === undefined) return exitCodes.done
  return wentWell ? exitCodes.partly : first.exit
}
