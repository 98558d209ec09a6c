import { DEFAULT_MAX_UNUSED } from "@bcopy/copy-engine"
import { type Command, InvalidArgumentError } from "commander"
import { sizeArgument } from "../shared-options.ts"

/** How far reclaim goes in writing sparse packs anew. */
export interface ReclaimLimits {
  /** A share of the bytes in use. */
  readonly maxUnused?: number
  /** Bytes. */
  readonly maxBytes?: number
  /** Bytes to aim at for the whole process. */
  readonly memory?: number
}

/** The options of who gives space back. */
export function addReclaimOptions(command: Command): void {
  command
    .option(
      "--max-unused <percent>",
      `unused bytes beside those in use that are left alone: 10, or none (default: ${DEFAULT_MAX_UNUSED * 100})`,
      percentArgument,
    )
    .option("--max-bytes <size>", "write no more than this anew to empty sparse packs", sizeArgument)
}

/** Reads a share in percent; `none` moves nothing. */
function percentArgument(text: string): number {
  if (text === "none") return Number.POSITIVE_INFINITY
  const percent = Number(text.replace(/%$/, ""))
  if (/^\d{1,4}(\.\d{1,3})?%?$/.test(text) && percent >= 0) return percent / 100
  throw new InvalidArgumentError("Give a percentage such as 10, or none to move nothing.")
}
