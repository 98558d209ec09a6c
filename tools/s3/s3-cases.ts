import { conformanceCases } from "./conformance-cases.ts"
import { immutableCases } from "./immutable-cases.ts"
import { keepingCases } from "./keeping-cases.ts"
import { overlaidCases } from "./overlaid-cases.ts"
import { passportCases } from "./passport-cases.ts"
import { raceCases } from "./race-cases.ts"
import { reclaimCases } from "./reclaim-cases.ts"
import type { S3Case } from "./s3-case.ts"
import { storyCases } from "./story-cases.ts"
import type { TestBucket } from "./test-bucket.ts"

/** Everything that a bucket is used for, bucket by bucket: the same on the double, on Ceph and on a bucket that somebody has. */
export async function s3Cases(buckets: readonly TestBucket[]): Promise<readonly S3Case[]> {
  const cases: S3Case[] = []
  for (const bucket of buckets)
    cases.push(
      ...passportCases(bucket),
      ...(await conformanceCases(bucket)),
      ...raceCases(bucket),
      ...keepingCases(bucket),
      ...immutableCases(bucket),
      ...overlaidCases(bucket),
      ...reclaimCases(bucket),
      ...storyCases(bucket),
    )
  return cases
}
