import type { EngineEvent } from "@bcopy/copy-engine"

/** Parts of a run that requests are counted by. */
export type RunPhase = "open" | "transfer" | "commit" | "restore" | "verify" | "reclaim"

/** The part of the run that an event is of; `undefined` where it does not tell. What lies between tasks opens the next one. */
export function phaseOf(event: EngineEvent): RunPhase | undefined {
  switch (event.type) {
    case "task":
      return "transfer"
    case "transfer":
      return event.counts.doneBytes >= event.counts.totalBytes ? "commit" : "transfer"
    case "committed":
    case "failed":
      return "open"
    case "restore":
      return "restore"
    case "verify":
      return "verify"
    case "reclaim":
      return "reclaim"
    case "skipped":
    case "waiting":
    case "adopted":
    case "checkpoint":
    case "damage":
    case "broken":
    case "resealed":
    case "truncated":
    case "tampering":
      return undefined
  }
}
