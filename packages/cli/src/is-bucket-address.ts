/** Whether a REPO text names a bucket. Here, so that only who uses buckets loads what speaks to them. */
export function isBucketAddress(text: string): boolean {
  return /^s3:\/\//i.test(text)
}
