import { conformance } from "@bcopy/repo/testing"
import type { S3Case } from "./s3-case.ts"
import { openTestStore, type TestBucket } from "./test-bucket.ts"

/** Every promise of a store that this bucket makes: a case each. */
export async function conformanceCases(place: TestBucket): Promise<readonly S3Case[]> {
  const first = await openTestStore(place, "none/")
  const { capabilities } = first
  first.close()
  let made = 0
  return conformance
    .filter(({ appliesTo }) => appliesTo(capabilities))
    .map(({ name, run }) => ({
      name: `${place.kind}: ${name}`,
      run: () =>
        run(async () => {
          // Governance, so that what a case locks for years can be cleared away.
          const store = await openTestStore(place, `conformance-${made++}/`, { lockMode: "governance" })
          return { store, dispose: async () => store.close() }
        }),
    }))
}
