/** A repository of some size, in which one workload has an increment. */
export interface GrownTask {
  readonly sizeBytes: number
  /** Blocks of the disk that hold something, as far apart as can be. */
  readonly filledBlocks: number
  /** Blocks that an increment changes, scattered over those. */
  readonly changedBlocks: number
  /** Points that are there before. */
  readonly points: number
  /** Workloads of the backup. */
  readonly workloads: number
}

/** What the work of one process took. */
export interface GrownWork {
  readonly ms: number
  readonly requests: number
  readonly storedBytes: number
  readonly peakKib: number
}
