import type { EngineEvent } from "@bcopy/copy-engine"
import type { ClassUse } from "./class-use.ts"
import { eventSubject } from "./event-subject.ts"
import type { Io } from "./io.ts"
import { paintFor, printable } from "./paint.ts"
import { reclaimPhases } from "./plain-reporter.ts"
import { renderEvent } from "./render-event.ts"
import { type Progress, renderProgress, type Saved, savedBy } from "./render-progress.ts"
import type { Reporter } from "./reporter.ts"
import { sourcePoint } from "./source-point.ts"
import { TransferRate } from "./transfer-rate.ts"

const FRAME_MS = 100
const DEFAULT_COLUMNS = 80

/** A living line or two at the bottom of a terminal; what is worth keeping scrolls by above. */
export async function terminalReporter(
  { stderr, clock, env }: Pick<Io, "stderr" | "clock" | "env">,
  asked: () => ClassUse | undefined = () => undefined,
): Promise<Reporter> {
  // Only here, so that nothing of it is loaded where no terminal is.
  const { createLogUpdate } = await import("log-update")
  const screen = createLogUpdate(stderr as NodeJS.WritableStream, { showCursor: true })
  const paint = paintFor(stderr, env)
  let rate = new TransferRate()
  let rated = ""
  let saved: Saved | undefined
  let storedBytes = -1
  let point: string | undefined
  let lastMs = -Infinity

  function show(name: string, doneBytes: number, totalBytes: number, more: Pick<Progress, "saved"> = {}): void {
    const nowMs = clock.monotonic()
    if (rated !== name) rate = new TransferRate()
    rated = name
    rate.add(nowMs, doneBytes)
    if (nowMs - lastMs < FRAME_MS && doneBytes < totalBytes) return
    lastMs = nowMs
    const requests = asked()?.requests
    screen(
      renderProgress(
        {
          name: printable(name),
          doneBytes,
          totalBytes,
          bytesPerSecond: rate.bytesPerSecond,
          ...(requests !== undefined && { requests }),
          ...more,
        },
        paint,
        stderr.columns || DEFAULT_COLUMNS,
      ),
    )
  }

  function tell(event: EngineEvent): void {
    switch (event.type) {
      case "task":
        saved = undefined
        storedBytes = -1
        point = sourcePoint(event.point)
        return
      case "transfer": {
        const { counts } = event
        // Stored bytes are known pack by pack: what is on its way to a pack is not saved by compression.
        const compressedBytes =
          storedBytes === counts.storedBytes ? (saved?.compressedBytes ?? 0) : savedBy(counts).compressedBytes
        saved = { ...savedBy(counts), compressedBytes: counts.storedBytes === 0 ? 0 : compressedBytes }
        storedBytes = counts.storedBytes
        return show(
          point === undefined ? eventSubject(event) : `${eventSubject(event)} from ${point}`,
          counts.doneBytes,
          counts.totalBytes,
          { saved },
        )
      }
      case "restore":
        return show(eventSubject(event), event.doneBytes, event.totalBytes)
      case "verify":
        return show(eventSubject(event), event.doneBytes, event.totalBytes)
      case "reclaim": {
        const { job, phase, packs } = event
        return screen(paint.dim(printable(`${job}: ${reclaimPhases[phase]}${packs > 0 ? `, ${packs} by now` : ""}`)))
      }
      case "committed":
      case "failed":
        return screen.clear()
      default: {
        const text = renderEvent(event)
        if (text !== undefined) screen.persist(paint.yellow(printable(text)))
      }
    }
  }

  return {
    onEvent: tell,
    note: (text) => screen.persist(printable(text)),
    end() {
      screen.clear()
      screen.done()
    },
  }
}
