import { GetBucketLifecycleConfigurationCommand, type LifecycleRule } from "@aws-sdk/client-s3"
import type { StoreError } from "@bcopy/repo"
import { abortable, type S3Bucket } from "./s3-bucket.ts"
import { answerOf } from "./s3-failure.ts"

const archives = new Set(["GLACIER", "DEEP_ARCHIVE"])

/** Rules of the bucket that would take objects of the repository away, in words; `undefined` if they may not be read. */
export async function findHarmfulRules(bucket: S3Bucket, signal?: AbortSignal): Promise<readonly string[] | undefined> {
  const command = new GetBucketLifecycleConfigurationCommand({ Bucket: bucket.options.bucket })
  try {
    const { Rules = [] } = await bucket.send("lifecycle rules", signal, () =>
      bucket.client.send(command, abortable(signal)),
    )
    return Rules.filter((rule) => rule.Status === "Enabled" && reaches(rule, bucket.options.prefix)).flatMap(harmOf)
  } catch (error) {
    const { status, code } = answerOf((error as StoreError).cause)
    if (status === 404 && code !== "NoSuchBucket") return []
    if (["Denied", "Unsupported"].includes((error as StoreError).code)) return undefined
    throw error
  }
}

function reaches({ Filter, Prefix }: LifecycleRule, prefix: string): boolean {
  const of = Filter?.Prefix ?? Filter?.And?.Prefix ?? Prefix ?? ""
  return of.startsWith(prefix) || prefix.startsWith(of)
}

function harmOf({ ID = "a rule without a name", Expiration, Transitions = [] }: LifecycleRule): readonly string[] {
  const harms: string[] = []
  if (Expiration?.Days !== undefined || Expiration?.Date !== undefined) harms.push(`${ID} deletes objects by age`)
  const archive = Transitions.find(({ StorageClass }) => archives.has(StorageClass ?? ""))
  if (archive !== undefined)
    harms.push(`${ID} moves objects to ${archive.StorageClass}, where they cannot be read at once`)
  return harms
}
