import { conformance } from "@bcopy/repo/testing"
import { afterAll, describe, test } from "vitest"
import { openS3Store } from "./open-s3-store.ts"
import { startFakeS3 } from "./testing/index.ts"

const kinds = {
  "a bucket": { versioning: "off", objectLock: false },
  "a bucket with versions": { versioning: "enabled", objectLock: false },
  "a bucket with Object Lock": { versioning: "enabled", objectLock: true },
} as const

describe.each(Object.entries(kinds))("%s keeps the store's promises", async (_, { versioning, objectLock }) => {
  const server = await startFakeS3({ buckets: { bucket: { versioning, objectLock } } })
  afterAll(() => server.stop())
  let made = 0

  async function makeStore() {
    const { endpoint, credentials } = server
    const prefix = `place-${made++}/`
    // Governance, so that what a case locks for years can be cleared away.
    const store = await openS3Store({
      bucket: "bucket",
      prefix,
      lockMode: "governance",
      connection: { endpoint, region: "us-east-1", credentials },
    })
    return { store, dispose: async () => store.close() }
  }

  const { store, dispose } = await makeStore()
  const { capabilities } = store
  await dispose()
  for (const { name, run } of conformance.filter(({ appliesTo }) => appliesTo(capabilities)))
    test(name, () => run(makeStore))
})
