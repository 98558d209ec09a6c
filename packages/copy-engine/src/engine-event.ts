import type { Tampering } from "@bcopy/repo"

/** Bytes of a transfer by what became of them. */
export interface TransferCounts {
  /** Bytes of the disks gone through so far, of `totalBytes`. */
  readonly doneBytes: number
  readonly totalBytes: number
  /** Read from the source. */
  readonly readBytes: number
  readonly zeroBytes: number
  /** As in the point before. */
  readonly unchangedBytes: number
  /** Stored already, somewhere else. */
  readonly deduplicatedBytes: number
  /** New: compressed, sealed and stored. */
  readonly newBytes: number
  /** What the new ones became, packs and map packs. */
  readonly storedBytes: number
}

/** What happens while the engine works: one stream of tagged events. */
export type EngineEvent =
  | { readonly type: "task"; readonly job: string; readonly workload: string; readonly point: string }
  | { readonly type: "transfer"; readonly job: string; readonly workload: string; readonly counts: TransferCounts }
  | {
      readonly type: "skipped"
      readonly job: string
      readonly workload: string
      readonly point: string
      readonly reason: string
    }
  | { readonly type: "failed"; readonly job: string; readonly workload: string; readonly message: string }
  | { readonly type: "waiting"; readonly workload: string; readonly reason: string }
  | {
      readonly type: "adopted"
      readonly workload: string
      readonly session: string
      readonly packs: number
      readonly cursorBytes: number
    }
  | { readonly type: "checkpoint"; readonly workload: string; readonly packs: number }
  | {
      readonly type: "committed"
      readonly job: string
      readonly workload: string
      readonly point: string
      readonly counts: TransferCounts
    }
  | {
      readonly type: "restore"
      readonly job: string
      readonly workload: string
      readonly disk: string
      readonly doneBytes: number
      readonly totalBytes: number
      readonly writtenBytes: number
    }
  | {
      readonly type: "verify"
      readonly job: string
      readonly workload: string
      readonly doneBytes: number
      readonly totalBytes: number
    }
  | { readonly type: "damage"; readonly workload: string; readonly point: string; readonly message: string }
  /** Entries of a log that are missing or do not open: points may be missing from what is shown. `lost`: given up. */
  | {
      readonly type: "broken"
      readonly job: string
      readonly workload: string
      readonly entries: readonly number[]
      readonly lost: boolean
    }
  /** Packs that were sealed anew under the key in force, so far. */
  | {
      readonly type: "resealed"
      readonly job: string
      readonly workload: string
      readonly packs: number
      readonly storedBytes: number
    }
  /** Space is given back; `packs` are those deleted so far. */
  | {
      readonly type: "reclaim"
      readonly job: string
      readonly phase: "reading" | "moving" | "deleting"
      readonly packs: number
    }
  /** A log is shorter than it was when it was last seen, or than another log says: its newest entries were taken away. */
  | {
      readonly type: "truncated"
      readonly job: string
      readonly workload: string
      readonly seen: number
      readonly found: number
    }
  | { readonly type: "tampering"; readonly tampering: Tampering }

export type OnEvent = (event: EngineEvent) => void
