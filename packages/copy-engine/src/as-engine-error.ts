import { isFormatError } from "@bcopy/chain-format"
import { EngineError } from "./engine-error.ts"

/** What a failure to open stored bytes means to whoever asked for them; every other failure stays what it is. */
export function asEngineError(error: unknown, what: string): unknown {
  if (!isFormatError(error)) return error
  return new EngineError(error.code === "NeedsNewer" ? "NeedsNewer" : "Damaged", `${what}: ${error.message}`, {
    cause: error,
  })
}
