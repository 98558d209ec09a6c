/** One thing that a round of the soak tries, and that has to hold. */
export interface SoakCase {
  readonly name: string
  /**
   * Rejects when something does not hold. The seed decides all that is left to chance but what the machine does in
   * between: where processes take part, the same seed tries the same again, not the same interleaving.
   */
  run(seed: number): Promise<void>
}

/** What cases work with. */
export interface SoakStage {
  /** Folder for everything they write; removed at the end. */
  readonly folder: string
  /** Images of one disk at several moments, oldest first; each differs from all others. */
  readonly images: readonly string[]
  /** Where what the first failure left is kept, if it is. */
  readonly evidence?: string
  /** The short form of each case is wanted. */
  readonly quick: boolean
}

/** Makes cases of one kind. */
export type MakeCases = (stage: SoakStage) => readonly SoakCase[]
