import { conformance } from "@bcopy/repo/testing"
import { openS3Store } from "@bcopy/repo-s3"
import { type BucketKind, bucketKinds, type S3Place } from "./buckets.ts"
import type { S3Case } from "./s3-case.ts"

/** Every promise of a store that a bucket of some kind makes: a case each. */
export async function conformanceCases(place: S3Place): Promise<readonly S3Case[]> {
  const cases: S3Case[] = []
  for (const kind of bucketKinds) {
    const first = await open(place, kind, "none/")
    const { capabilities } = first
    first.close()
    let made = 0
    for (const { name, run } of conformance.filter(({ appliesTo }) => appliesTo(capabilities)))
      cases.push({
        name: `${kind}: ${name}`,
        run: () =>
          run(async () => {
            const store = await open(place, kind, `conformance-${made++}/`)
            return { store, dispose: async () => store.close() }
          }),
      })
  }
  return cases
}

async function open({ endpoint, credentials }: S3Place, bucket: BucketKind, prefix: string) {
  // Governance, so that what a case locks for years can be cleared away.
  return openS3Store({
    bucket,
    prefix,
    lockMode: "governance",
    connection: { endpoint, region: "us-east-1", credentials },
  })
}
