import { isDamage, isFormatError } from "@bcopy/chain-format"
import { EngineError } from "./engine-error.ts"

/** What a failure to open stored bytes means to whoever asked for them; every other failure stays what it is. */
export function asEngineError(error: unknown, what: string): unknown {
  if (!isFormatError(error)) return error
  const code = isDamage(error) ? "Damaged" : error.code === "NeedsKey" ? "WrongKey" : "NeedsNewer"
  return new EngineError(code, `${what}: ${error.message}`, { cause: error })
}
