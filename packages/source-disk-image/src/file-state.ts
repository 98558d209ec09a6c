import type { BigIntStats } from "node:fs"

/** What tells whether a file is still the same and unchanged. */
export interface FileState {
  readonly dev: bigint
  readonly ino: bigint
  readonly sizeBytes: bigint
  readonly mtimeNs: bigint
  readonly ctimeNs: bigint
}

/** The state of a file that was asked for with `bigint: true`: milliseconds would hide changes. */
export function fileState({ dev, ino, size, mtimeNs, ctimeNs }: BigIntStats): FileState {
  return { dev, ino, sizeBytes: size, mtimeNs, ctimeNs }
}

/** Says how `after` differs from `before`, with both values; `undefined` if it does not. */
export function stateChange(before: FileState, after: FileState): string | undefined {
  if (before.dev !== after.dev || before.ino !== after.ino)
    return `another file took its place (inode ${before.ino}, now ${after.ino})`
  if (before.sizeBytes !== after.sizeBytes) return `its size went from ${before.sizeBytes} to ${after.sizeBytes} bytes`
  if (before.mtimeNs !== after.mtimeNs)
    return `it was written to (modified ${timeText(before.mtimeNs)}, now ${timeText(after.mtimeNs)})`
  if (before.ctimeNs !== after.ctimeNs)
    return `its status changed (${timeText(before.ctimeNs)}, now ${timeText(after.ctimeNs)})`
  return undefined
}

const NS_PER_S = 1_000_000_000n

function timeText(timeNs: bigint): string {
  const restNs = ((timeNs % NS_PER_S) + NS_PER_S) % NS_PER_S
  const second = new Date(Number((timeNs - restNs) / NS_PER_S) * 1000)
  // A file may bear a time that no calendar reaches.
  if (Number.isNaN(second.getTime())) return `${timeNs} ns`
  return second.toISOString().replace(".000", `.${restNs.toString().padStart(9, "0")}`)
}
