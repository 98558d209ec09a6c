import type { EngineEvent } from "@bcopy/copy-engine"
import type { Io } from "./io.ts"
import { printable } from "./paint.ts"
import { renderDuration } from "./render-duration.ts"
import { renderEvent } from "./render-event.ts"
import { renderSize } from "./render-size.ts"
import type { Reporter } from "./reporter.ts"

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
      case "task":
        return begin(nameOf(event), `${nameOf(event)}: started`)
      case "committed":
        return end(nameOf(event), `${nameOf(event)}: point ${event.point.slice(0, 8)} done`)
      case "failed":
        return end(nameOf(event), `${nameOf(event)}: failed`)
      case "restore":
        begin(`disk ${event.disk}`, `disk ${event.disk}: restoring ${renderSize(event.totalBytes)}`)
        if (event.doneBytes >= event.totalBytes) line(`disk ${event.disk}: done`)
        return
      case "verify":
        return begin(event.workload, `${event.workload}: verifying`)
      default: {
        const text = renderEvent(event)
        if (text !== undefined) line(text)
      }
    }
  }

  return { onEvent: tell, note: line, end() {} }
}

function nameOf({ job, workload }: { readonly job: string; readonly workload: string }): string {
  return `${job}/${workload}`
}
