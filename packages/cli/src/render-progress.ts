import type { TransferCounts } from "@bcopy/copy-engine"
import type { Paint } from "./paint.ts"
import { renderDuration } from "./render-duration.ts"
import { renderSize } from "./render-size.ts"

/** How far one thing is. */
export interface Progress {
  readonly name: string
  readonly doneBytes: number
  readonly totalBytes: number
  readonly bytesPerSecond: number | undefined
  /** What a transfer saved by now. */
  readonly saved?: Saved
}

/** Bytes that did not have to be stored, by what saved them. */
export interface Saved {
  readonly zeroBytes: number
  readonly unchangedBytes: number
  readonly deduplicatedBytes: number
  readonly compressedBytes: number
}

const BAR_CHARACTERS = 24

/** What the counts of a transfer saved; `newBytes` are those that became `storedBytes`. */
export function savedBy(counts: TransferCounts, newBytes = counts.newBytes): Saved {
  const { zeroBytes, unchangedBytes, deduplicatedBytes, storedBytes } = counts
  return { zeroBytes, unchangedBytes, deduplicatedBytes, compressedBytes: Math.max(0, newBytes - storedBytes) }
}

/** `zeros 120.0 MiB, unchanged 0 B, deduplicated 12.0 MiB, compressed 40.0 MiB` */
export function renderSaved({ zeroBytes, unchangedBytes, deduplicatedBytes, compressedBytes }: Saved): string {
  const parts = [
    `zeros ${renderSize(zeroBytes)}`,
    `unchanged ${renderSize(unchangedBytes)}`,
    `deduplicated ${renderSize(deduplicatedBytes)}`,
    `compressed ${renderSize(compressedBytes)}`,
  ]
  return parts.join(", ")
}

/** A frame of one or two lines for a terminal. */
export function renderProgress(progress: Progress, paint: Paint): string {
  const { name, doneBytes, totalBytes, bytesPerSecond, saved } = progress
  const share = totalBytes === 0 ? 1 : Math.min(1, doneBytes / totalBytes)
  const full = Math.floor(share * BAR_CHARACTERS)
  const bar = paint.green("━".repeat(full)) + paint.dim("┄".repeat(BAR_CHARACTERS - full))
  const parts = [name, bar, `${Math.floor(share * 100)} %`, `${renderSize(doneBytes)} of ${renderSize(totalBytes)}`]
  if (bytesPerSecond !== undefined && bytesPerSecond > 0 && doneBytes < totalBytes) {
    const leftMs = ((totalBytes - doneBytes) / bytesPerSecond) * 1000
    parts.push(`${renderSize(bytesPerSecond)}/s`, `${renderDuration(leftMs)} left`)
  }
  const line = parts.join("  ")
  return saved === undefined ? line : `${line}\n${paint.dim(`  saved: ${renderSaved(saved)}`)}`
}
