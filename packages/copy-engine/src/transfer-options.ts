import type { StartedMovers } from "./started-movers.ts"

/** How points are brought in, the same for a backup and a copy. */
export interface TransferOptions {
  /**
   * Zstandard level, 0 (store) to 19; 3 by default. A copy that is told none leaves what its source compressed as it is.
   */
  readonly level?: number
  /** Shut out a live or silent session of the workload. */
  readonly takeOver?: boolean
  /** Say what would be done, and write nothing. */
  readonly dryRun?: boolean
  /** Target for the memory of the whole process; 288 MiB by default. */
  readonly memoryBytes?: number
  /** Threads that move data: as many as cores and `memoryBytes` allow by default; 0 does it in this one. */
  readonly movers?: number
  /** Threads that were started before ({@link startMovers}). */
  readonly started?: StartedMovers
  readonly signal?: AbortSignal
}
