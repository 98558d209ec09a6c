import type { TransferCounts } from "@bcopy/copy-engine"
import type { Paint } from "./paint.ts"
import { renderDuration } from "./render-duration.ts"
import { renderSize } from "./render-size.ts"
import { shorten } from "./shorten.ts"
import { textWidth } from "./text-width.ts"

/** How far one thing is. */
export interface Progress {
  readonly name: string
  readonly doneBytes: number
  readonly totalBytes: number
  readonly bytesPerSecond: number | undefined
  /** What a transfer saved by now. */
  readonly saved?: Saved
  /** Requests that were made to buckets by now. */
  readonly requests?: number
}

/** Bytes that did not have to be stored, by what saved them. */
export interface Saved {
  readonly zeroBytes: number
  readonly unchangedBytes: number
  readonly deduplicatedBytes: number
  readonly compressedBytes: number
}

const BAR_CHARACTERS = 24
const SHORT_BAR_CHARACTERS = 8
/** So much of a name is kept before anything else is left out. */
const NAME_COLUMNS = 20

/** What the counts of a transfer saved; `newBytes` are those that became `storedBytes`. */
export function savedBy(counts: TransferCounts, newBytes = counts.newBytes): Saved {
  const { zeroBytes, unchangedBytes, deduplicatedBytes, storedBytes } = counts
  return { zeroBytes, unchangedBytes, deduplicatedBytes, compressedBytes: Math.max(0, newBytes - storedBytes) }
}

/** `zeros 120.0 MiB, unchanged 0 B, deduplicated 12.0 MiB, compressed 40.0 MiB`; with `short` without what is 0 B. */
export function renderSaved(
  { zeroBytes, unchangedBytes, deduplicatedBytes, compressedBytes }: Saved,
  { short = false }: { readonly short?: boolean } = {},
): string {
  const parts = [
    ["zeros", zeroBytes],
    ["unchanged", unchangedBytes],
    ["deduplicated", deduplicatedBytes],
    ["compressed", compressedBytes],
  ] as const
  return parts
    .filter(([, bytes]) => bytes > 0 || !short)
    .map(([what, bytes]) => `${what} ${renderSize(bytes)}`)
    .join(", ")
}

/** A frame of one or two lines for a terminal of so many columns; no line reaches the last one, so none wraps. */
export function renderProgress(progress: Progress, paint: Paint, columns: number): string {
  const room = Math.max(1, columns - 1)
  const { saved, requests } = progress
  const line = renderLine(progress, paint, room)
  const asked = requests === undefined ? "" : `${requests} requests`
  const lead = saved === undefined || asked === "" ? asked : `; ${asked}`
  if (saved === undefined) return asked === "" ? line : `${line}\n${paint.dim(shorten(`  ${asked}`, room))}`
  const text = savedWithin(saved, room)
  return `${line}\n${paint.dim(textWidth(text + lead) <= room ? text + lead : text)}`
}

/** The line with the longest bar and the most facts that leave enough of the name. */
function renderLine(progress: Progress, paint: Paint, room: number): string {
  const { name, doneBytes, totalBytes, bytesPerSecond } = progress
  const share = totalBytes === 0 ? 1 : Math.min(1, doneBytes / totalBytes)
  const percent = `${Math.floor(share * 100)} %`
  const sizes = [percent, `${renderSize(doneBytes)} of ${renderSize(totalBytes)}`]
  const all = [...sizes]
  if (bytesPerSecond !== undefined && bytesPerSecond > 0 && doneBytes < totalBytes) {
    const leftMs = ((totalBytes - doneBytes) / bytesPerSecond) * 1000
    all.push(`${renderSize(bytesPerSecond)}/s`, `${renderDuration(leftMs)} left`)
  }
  const bar = (length: number) => {
    const full = Math.floor(share * length)
    return paint.green("━".repeat(full)) + paint.dim("┄".repeat(length - full))
  }
  const wantedName = Math.min(textWidth(name), NAME_COLUMNS)
  for (const [length, facts] of [
    [BAR_CHARACTERS, all],
    [SHORT_BAR_CHARACTERS, all],
    [SHORT_BAR_CHARACTERS, sizes],
    [0, sizes],
  ] as const) {
    const behind = facts.join("  ")
    const nameRoom = room - textWidth(behind) - 2 - (length > 0 ? length + 2 : 0)
    if (nameRoom < wantedName) continue
    return [shorten(name, nameRoom), ...(length > 0 ? [bar(length)] : []), behind].join("  ")
  }
  return shorten(`${shorten(name, Math.max(0, room - percent.length - 2))}  ${percent}`, room)
}

/** All that was saved; where that is too long, what is more than nothing, or else the sum. */
function savedWithin(saved: Saved, room: number): string {
  const sumBytes = Object.values(saved).reduce((sum: number, bytes: number) => sum + bytes, 0)
  const most = [renderSaved(saved), ...(sumBytes > 0 ? [renderSaved(saved, { short: true })] : [])]
  const text = most.map((parts) => `  saved: ${parts}`).find((line) => textWidth(line) <= room)
  return text ?? shorten(`  saved: ${renderSize(sumBytes)}`, room)
}
