import type { EngineEvent } from "@bcopy/copy-engine"
import type { ClassUse } from "./class-use.ts"
import type { Io } from "./io.ts"
import type { Reporter } from "./reporter.ts"

const EVERY_MS = 500

/**
 * One event a line, each `{ "schema": 1, "type": … }`; progress at most twice a second, its last word always. Where
 * buckets are used, progress says what was asked of all of them by now.
 */
export function jsonReporter(
  { stderr, clock }: Pick<Io, "stderr" | "clock">,
  asked: () => ClassUse | undefined = () => undefined,
): Reporter {
  let lastMs = -Infinity
  const write = (event: { readonly type: string }) => stderr.write(`${JSON.stringify({ schema: 1, ...event })}\n`)
  return {
    onEvent(event) {
      if (isProgress(event)) {
        const nowMs = clock.monotonic()
        if (nowMs - lastMs < EVERY_MS && !isLast(event)) return
        lastMs = nowMs
        const requests = asked()
        return void write({ ...event, ...(requests && { requests }) })
      }
      write(event)
    },
    note(message) {
      write({ type: "note", message } as { type: string })
    },
    end() {},
  }
}

type ProgressEvent = Extract<EngineEvent, { type: "transfer" | "restore" | "verify" }>

function isProgress(event: EngineEvent): event is ProgressEvent {
  return event.type === "transfer" || event.type === "restore" || event.type === "verify"
}

function isLast(event: ProgressEvent): boolean {
  const { doneBytes, totalBytes } = event.type === "transfer" ? event.counts : event
  return doneBytes >= totalBytes
}
