import type { EngineEvent } from "@bcopy/copy-engine"
import type { Io } from "./io.ts"
import { eventSubject } from "./event-subject.ts"
import { printable } from "./paint.ts"
import { renderDuration } from "./render-duration.ts"
import { renderEvent } from "./render-event.ts"
import { renderSize } from "./render-size.ts"
import type { Reporter } from "./reporter.ts"
import { sourcePoint } from "./source-point.ts"

/** What reclaim is about to do. */
export const reclaimPhases = {
  reading: "looking for what nothing needs",
  moving: "writing sparse packs anew",
  deleting: "deleting packs",
} as const

/** A line when something begins and one when it ends: for logs. */
export function plainReporter({ stderr, clock }: Pick<Io, "stderr" | "clock">): Reporter {
  const began = new Map<string, number>()
  const line = (text: string) => stderr.write(`${printable(text)}\n`)
  const begin = (name: string, text: string) => {
    if (began.has(name)) return
    began.set(name, clock.monotonic())
    line(text)
  }
  const end = (name: string, text: string) => {
    const atMs = began.get(name)
    began.delete(name)
    line(atMs === undefined ? text : `${text} after ${renderDuration(clock.monotonic() - atMs)}`)
  }

  function tell(event: EngineEvent): void {
    switch (event.type) {
      case "task": {
        const from = sourcePoint(event.point)
        return begin(
          eventSubject(event),
          `${eventSubject(event)}: started${from === undefined ? "" : ` from point ${from}`}`,
        )
      }
      case "committed":
        return end(eventSubject(event), `${eventSubject(event)}: point ${event.point.slice(0, 8)} done`)
      case "failed":
        return end(eventSubject(event), `${eventSubject(event)}: failed`)
      case "restore":
        begin(eventSubject(event), `${eventSubject(event)}: restoring ${renderSize(event.totalBytes)}`)
        if (event.doneBytes >= event.totalBytes) line(`${eventSubject(event)}: done`)
        return
      case "verify":
        return begin(eventSubject(event), `${eventSubject(event)}: verifying`)
      case "reclaim":
        return begin(`${event.job} ${event.phase}`, `${event.job}: ${reclaimPhases[event.phase]}`)
      default: {
        const text = renderEvent(event)
        if (text !== undefined) line(text)
      }
    }
  }

  return { onEvent: tell, note: line, end() {} }
}
