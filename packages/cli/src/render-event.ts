import type { EngineEvent } from "@bcopy/copy-engine"
import { renderSize } from "./render-size.ts"

/** What an event means to a person, where it is worth a line of its own; `undefined` where it is not. */
export function renderEvent(event: EngineEvent): string | undefined {
  switch (event.type) {
    case "waiting":
      return `${event.workload}: ${event.reason}`
    case "adopted": {
      const from =
        event.cursorBytes > 0 ? `goes on at ${renderSize(event.cursorBytes)}` : "begins anew, with what is stored"
      const packs = event.packs > 0 ? `; ${event.packs} ${event.packs === 1 ? "pack" : "packs"} found` : ""
      return `${event.workload}: a session before this one was cut short: ${from}${packs}`
    }
    case "broken": {
      const { job, workload, entries, lost } = event
      const one = entries.length === 1
      const count = `${entries.length} log ${one ? "entry" : "entries"}`
      if (lost)
        return `warning: ${job}/${workload}: ${count} could not be read and ${one ? "was" : "were"} given up; points may be missing`
      return `warning: ${job}/${workload}: ${count} ${one ? "does" : "do"} not open; a newer point than those listed may exist (bcopy verify tells more)`
    }
    case "tampering":
      return `warning: ${event.tampering.key} was written over (${event.tampering.kind}, version ${event.tampering.version}); the oldest version counts`
    case "truncated": {
      const { job, workload, seen, found } = event
      return `warning: ${job}/${workload}: the log ends at entry ${found} and had ${seen} when it was last seen: its newest points were taken away`
    }
    case "resealed":
    case "reclaim":
    case "task":
    case "transfer":
    case "skipped":
    case "failed":
    case "checkpoint":
    case "committed":
    case "restore":
    case "verify":
    case "damage":
      return undefined
  }
}
