import type { TransferCounts } from "./engine-event.ts"

/** The counts of a transfer, going on. */
export type RunningCounts = { -readonly [Name in keyof TransferCounts]: TransferCounts[Name] }

/** The counts of a transfer before its first byte. */
export function noCounts(): RunningCounts {
  return {
    doneBytes: 0,
    totalBytes: 0,
    readBytes: 0,
    zeroBytes: 0,
    unchangedBytes: 0,
    deduplicatedBytes: 0,
    newBytes: 0,
    storedBytes: 0,
  }
}
