/** What a proof works with. */
export interface Stage {
  /** A folder for everything it writes; removed at the end. */
  readonly folder: string
  /** A disk at several moments, oldest first. */
  readonly images: readonly string[]
  /** Size of each image. */
  readonly sizeBytes: number
  /** For moments that are chosen by chance. */
  readonly seed: number
}

/** Something that was shown to hold, and what was measured on the way. */
export interface Shown {
  readonly claim: string
  readonly figures: readonly string[]
}

/** Shows something, or rejects. */
export type Proof = (stage: Stage) => Promise<readonly Shown[]>
