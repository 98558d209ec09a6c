import { findSetting, type SettingsEntry } from "@bcopy/chain-format"
import { gfsLevels, isRetentionError, parsePolicy, type PolicyInForce } from "@bcopy/retention-gfs"
import { EngineError } from "./engine-error.ts"

/** The retention policy that a backup's settings say is in force; `undefined` if there is none: then nothing is removed. */
export function policyInForce(
  settings: Pick<SettingsEntry, "catalogue"> | undefined,
  job: string,
): PolicyInForce | undefined {
  const stored = findSetting(settings, "retention")?.policy
  if (stored === undefined) return undefined
  const { since: stated, ...rest } = stored
  try {
    const since = gfsLevels.flatMap((level) => {
      const atMs = (stated as Readonly<Record<string, unknown>> | undefined)?.[level]
      return typeof atMs === "number" ? [[level, atMs] as const] : []
    })
    return { ...parsePolicy(rest), since: Object.fromEntries(since) }
  } catch (error) {
    if (!isRetentionError(error)) throw error
    throw new EngineError("NeedsNewer", `the retention policy of job ${job} is not one that this version knows`, {
      hint: "Update bcopy; nothing is removed by a policy that is not understood.",
      cause: error,
    })
  }
}
