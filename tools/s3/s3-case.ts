/** Something that must hold on a server; rejects if it does not. */
export interface S3Case {
  readonly name: string
  /** `seconds`: too long for the fast suite. `minutes`: only where all is asked for. */
  readonly takes?: "seconds" | "minutes"
  /** Why a bucket that somebody has, on a server of whatever kind, is not held to it. */
  readonly notForUsers?: string
  run(): Promise<void>
}
