import { readFile } from "node:fs/promises"
import type { PriceProfile, SpendingCap } from "@bcopy/repo-s3"
import type { Call } from "./cli-command.ts"
import { CliError } from "./cli-error.ts"

/** The one cap of a run over all its buckets; `undefined` where neither caps nor prices were given. @throws CliError `Usage` */
export async function spendingCap({
  options,
  buckets,
}: Pick<Call, "options" | "buckets">): Promise<SpendingCap | undefined> {
  const { maxRequests, maxCost, prices } = options
  if (maxRequests === undefined && maxCost === undefined && prices === undefined) return undefined
  if (maxCost !== undefined && prices === undefined)
    throw new CliError("Usage", `--max-cost ${maxCost} needs prices to count by`, {
      hint: "Give --prices aws-standard, or a file of your own.",
    })
  return (buckets.cap ??= await makeCap())

  async function makeCap(): Promise<SpendingCap> {
    const { SpendingCap } = await import("@bcopy/repo-s3")
    const profile = prices === undefined ? undefined : await priceProfile(prices)
    const limits = {
      ...(maxRequests !== undefined && { maxRequests }),
      ...(maxCost !== undefined && { maxCost }),
      ...(profile && { prices: profile }),
    }
    return new SpendingCap(limits, buckets.stop)
  }
}

/** Prices by the name of a profile that is known, or from a JSON file. @throws CliError `Usage` */
export async function priceProfile(text: string): Promise<PriceProfile> {
  const { parsePriceProfile, priceProfiles } = await import("@bcopy/repo-s3")
  if (Object.hasOwn(priceProfiles, text)) return priceProfiles[text as keyof typeof priceProfiles]
  try {
    return parsePriceProfile(JSON.parse(await readFile(text, "utf8")), text)
  } catch (error) {
    const { message, code, hint } = error as { message: string; code?: string; hint?: string }
    const known = `Profiles are ${Object.keys(priceProfiles).join(", ")}, or a JSON file.`
    throw new CliError(
      "Usage",
      code === "ENOENT" ? `--prices ${text}: there is no such profile or file` : `--prices ${message}`,
      {
        cause: error,
        hint: hint ?? known,
      },
    )
  }
}
