import { readFile } from "node:fs/promises"
import { isRetentionError, parsePolicy, type RetentionPolicy } from "@bcopy/retention-gfs"
import type { Command } from "commander"
import { CliError } from "../cli-error.ts"
import { countArgument, pathArgument } from "../shared-options.ts"

/** A policy as options say it. */
export interface PolicyOptions {
  readonly policy?: string
  readonly zone?: string
  readonly days?: number
  readonly count?: number
  readonly weekly?: string
  readonly monthly?: string
  readonly yearly?: string
}

/** The options that say a policy. */
export function addPolicyOptions(command: Command): void {
  command
    .option("--policy <file>", "the policy, as JSON: { zone, days | count, weekly, monthly, yearly }", pathArgument)
    .option("--zone <zone>", "time zone of its dates (default: that of the policy in force, or else of this machine)")
    .option("--days <n>", "short-term retention: points of the last so many days", countArgument)
    .option("--count <n>", "short-term retention by count: the newest so many points", countArgument)
    .option("--weekly <n:day>", "a point of each week for n weeks, such as 4:saturday")
    .option("--monthly <n:week>", "a point of each month for n months, such as 12:first (first to fourth, last)")
    .option("--yearly <n:month>", "a point of each year for n years, such as 3:january")
}

/** The policy that was given; `undefined` if none was. @throws CliError `Usage`; RetentionError */
export async function givenPolicy(
  options: PolicyOptions,
  defaultZone = Intl.DateTimeFormat().resolvedOptions().timeZone,
): Promise<RetentionPolicy | undefined> {
  const { policy, zone, days, count, weekly, monthly, yearly } = options
  const parts = { days, count, weekly, monthly, yearly }
  const isGiven = Object.values(parts).some((part) => part !== undefined)
  if (policy === undefined && !isGiven) {
    if (zone !== undefined) throw new CliError("Usage", "--zone alone is no policy", { hint: "Say --days or --count." })
    return undefined
  }
  if (policy !== undefined) {
    if (isGiven) throw new CliError("Usage", "a policy is in a file (--policy) or in options, not both")
    const value = await readJson(policy)
    try {
      return parsePolicy(zone === undefined ? value : { ...value, zone })
    } catch (error) {
      if (!isRetentionError(error)) throw error
      throw new CliError("Usage", `policy ${policy}: ${error.message}`, { cause: error })
    }
  }
  return parsePolicy({
    zone: zone ?? defaultZone,
    ...(days !== undefined && { days }),
    ...(count !== undefined && { count }),
    ...(weekly !== undefined && { weekly: levelOf("--weekly", weekly, "day") }),
    ...(monthly !== undefined && { monthly: levelOf("--monthly", monthly, "week") }),
    ...(yearly !== undefined && { yearly: levelOf("--yearly", yearly, "month") }),
  })
}

function levelOf(option: string, text: string, member: string): Readonly<Record<string, unknown>> {
  const match = /^(\d{1,6}):([a-z]+)$/.exec(text)
  if (match === null)
    throw new CliError("Usage", `${option} ${text} is not a number and a ${member}, such as 4:${examples[member]}`)
  return { keep: Number(match[1]), [member]: match[2] }
}

const examples: Readonly<Record<string, string>> = { day: "saturday", week: "first", month: "january" }

async function readJson(path: string): Promise<Readonly<Record<string, unknown>>> {
  try {
    const text = await readFile(path, "utf8")
    const value: unknown = JSON.parse(text.replace(/^\ufeff/, ""))
    return value as Readonly<Record<string, unknown>>
  } catch (error) {
    throw new CliError("Usage", `policy ${path}: ${(error as Error).message}`, { cause: error })
  }
}
