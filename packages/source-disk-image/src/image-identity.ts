import { createHash } from "node:crypto"
import type { FileState } from "./file-state.ts"

/** A disk's name and the state of its file; no state for a block device. */
export interface DiskState {
  readonly name: string
  readonly state: FileState | undefined
}

/** File systems stamp changes by the kernel's tick (4 to 10 ms), some by whole seconds or two. */
const TICK_MS = 20
const COARSE_TICK_MS = 2000

/**
 * Names the content of the disks: equal if and only if every file has the same inode, size and times. `undefined` where
 * that proves nothing: a block device, or a file that changed so shortly before `nowMs` (milliseconds since 1970) that
 * another change could carry the same time.
 */
export function imageIdentity(disks: readonly DiskState[], nowMs: number): string | undefined {
  const hash = createHash("sha256")
  for (const { name, state } of disks) {
    if (state === undefined || !isSettled(state, nowMs)) return undefined
    const { dev, ino, sizeBytes, mtimeNs, ctimeNs } = state
    hash.update(`${JSON.stringify([name, ...[dev, ino, sizeBytes, mtimeNs, ctimeNs].map(String)])}\n`)
  }
  return `disk-image ${hash.digest("hex")}`
}

function isSettled({ ctimeNs }: FileState, nowMs: number): boolean {
  const tickMs = ctimeNs % 1_000_000_000n === 0n ? COARSE_TICK_MS : TICK_MS
  return Math.abs(nowMs - Number(ctimeNs / 1_000_000n)) > tickMs
}
