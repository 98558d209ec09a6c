import {
  isBlockSize,
  isName,
  MAX_BLOCK_BYTES,
  MAX_PACK_BYTES,
  MIN_BLOCK_BYTES,
  MIN_PACK_BYTES,
} from "@bcopy/chain-format"
import { MAX_LOCK_DAYS } from "@bcopy/copy-engine"
import { type Command, InvalidArgumentError } from "commander"
import { addKeyOptions } from "./key-options.ts"
import { parseDuration } from "./parse-duration.ts"
import { parseSize } from "./parse-size.ts"
import { renderSize } from "./render-size.ts"

/** Options that every command takes. */
export interface SharedOptions {
  /** Bytes. */
  readonly memory?: number
  readonly takeOver?: boolean
  readonly yes?: boolean
  readonly json?: boolean
  readonly dryRun?: boolean
  /** Bytes a second. */
  readonly bandwidth?: number
  /** Requests a second. */
  readonly requestRate?: number
  /** Name of a price profile, or a file with one. */
  readonly prices?: string
  readonly maxRequests?: number
  /** In the currency of the prices. */
  readonly maxCost?: number
}

/** The options that every command takes, behind its own. */
export function addSharedOptions(command: Command): void {
  command
    .option("--memory <size>", "memory to aim at for the whole process (default: 288MiB)", sizeArgument)
    .option("--bandwidth <size>", "bytes a second to and from buckets at most", sizeArgument)
    .option("--request-rate <count>", "requests a second to buckets at most", positiveArgument)
    .option("--prices <profile>", "price what is asked of buckets: aws-standard, …, or a JSON file", pathArgument)
    .option("--max-requests <count>", "stop before more requests are made to buckets", positiveArgument)
    .option("--max-cost <amount>", "stop before more is spent on buckets, by --prices", amountArgument)
    .option("--take-over", "shut out another session that writes the same workload")
    .option("--yes", "confirm what asks for confirmation")
    .option("--json", "print one JSON document on stdout, and events as JSON lines on stderr")
    .option("--dry-run", "show what would be done, and write nothing")
}

/** The option that names the repository, and those that open it. */
export function addRepoOption(command: Command): void {
  addRepoName(command)
  addKeyOptions(command)
}

/** The option that names the repository. */
export function addRepoName(command: Command): void {
  command.option(
    "--repo <repo>",
    "folder of the repository, or s3://bucket/prefix (or environment variable BCOPY_REPO)",
  )
}

/** Reads the value of an option that is a size. */
export function sizeArgument(text: string): number {
  const bytes = parseSize(text)
  if (bytes === undefined)
    throw new InvalidArgumentError("Give a size such as 64KiB, 32MiB, 1GiB, or a number of bytes.")
  return bytes
}

/** Reads the value of an option that is the size of blocks. */
export function blockSizeArgument(text: string): number {
  const bytes = sizeArgument(text)
  if (isBlockSize(bytes)) return bytes
  throw new InvalidArgumentError(
    `Give a power of two from ${renderSize(MIN_BLOCK_BYTES)} to ${renderSize(MAX_BLOCK_BYTES)}; this is ${renderSize(bytes)}.`,
  )
}

/** Reads the value of an option that is the size of packs. */
export function packSizeArgument(text: string): number {
  const bytes = sizeArgument(text)
  if (bytes >= MIN_PACK_BYTES && bytes <= MAX_PACK_BYTES) return bytes
  throw new InvalidArgumentError(
    `Give a size from ${renderSize(MIN_PACK_BYTES)} to ${renderSize(MAX_PACK_BYTES)}; this is ${renderSize(bytes)}.`,
  )
}

/** Reads the value of an option that is the name of a job or workload. */
export function nameArgument(text: string): string {
  if (isName(text)) return text
  throw new InvalidArgumentError("Give a name of 1 to 255 bytes without control characters.")
}

/** Reads one more value of an option that takes several names. */
export function namesArgument(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, nameArgument(text)]
}

/** Reads the value of an option that is a path. */
export function pathArgument(text: string): string {
  if (text !== "") return text
  throw new InvalidArgumentError("Give a path.")
}

/** Reads the value of an option that is a whole number. */
export function countArgument(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new InvalidArgumentError("Give a whole number.")
  return Number(text)
}

/** Reads the value of an option that is a whole number above 0. */
export function positiveArgument(text: string): number {
  const count = countArgument(text)
  if (count > 0) return count
  throw new InvalidArgumentError("Give a number above 0.")
}

/** Reads the value of an option that is a number of days to lock for. */
export function daysArgument(text: string): number {
  const days = positiveArgument(text)
  if (days <= MAX_LOCK_DAYS) return days
  throw new InvalidArgumentError(`Give 1 to ${MAX_LOCK_DAYS} days.`)
}

/** Reads the value of an option that is an amount of money. */
export function amountArgument(text: string): number {
  const amount = Number(text)
  if (/^\d{1,12}(\.\d{1,6})?$/.test(text) && amount > 0) return amount
  throw new InvalidArgumentError("Give an amount above 0, such as 2.50.")
}

/** Reads the value of an option that is a length of time. */
export function durationArgument(text: string): number {
  const ms = parseDuration(text)
  if (ms !== undefined) return ms
  throw new InvalidArgumentError("Give a time such as 36h, 7d or 2w; 0 for none.")
}

/** Examples behind the help of a command. */
export function addExamples(command: Command, ...lines: readonly string[]): void {
  command.addHelpText(
    "after",
    ["", lines.length === 1 ? "Example:" : "Examples:", ...lines.map((line) => `  $ ${line}`)].join("\n"),
  )
}
