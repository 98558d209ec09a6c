/** What a bucket is set to, and what of it was found out. */
export interface BucketState {
  readonly versioning: "off" | "enabled" | "suspended"
  readonly objectLock: boolean
  /** Days or years that new objects are locked for without being asked, as S3 says it. */
  readonly defaultRetention?: string
  /** Actions that were denied when the bucket was asked: what they would have told is taken as the more careful case. */
  readonly denied?: readonly string[]
}
