import { isImageLevel, mayCopyAgain, parsePlatform } from "./platforms.ts"
import { SourceError } from "./source-error.ts"
import type { SourcePoint } from "./source.ts"

/** Names for the message of a refusal: the copy job that asks, and the source it copies from. */
export interface CopyAttempt {
  readonly job: string
  readonly source: string
}

/**
 * Decides by the point's platform whether a copy job may copy it; to be asked before anything is written. A first copy
 * is allowed for every machine image, a copy of a copy for few platforms, and configuration objects are never copied.
 * @throws SourceError `Refused`, naming job, source, workload and platform
 */
export function checkCopyAllowed(point: SourcePoint, { job, source }: CopyAttempt): void {
  const platform = parsePlatform(point.platform)
  const what = `copy job "${job}" cannot copy workload "${point.workload}" from "${source}"`
  if (!isImageLevel(platform))
    throw new SourceError("Refused", `${what}: ${platform} objects are no machine images`, {
      hint: `Exclude "${point.workload}" from the job; a backup job can store such objects.`,
    })
  if (point.hops > 0 && !mayCopyAgain(platform))
    throw new SourceError(
      "Refused",
      `${what}: point ${point.id} is a copy already (${point.hops} hops from its first source), ` +
        `and ${platform} points are copied once only`,
      { hint: "Copy from the repository that the backup job writes to." },
    )
}
