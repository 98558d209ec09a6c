import { setTimeout as sleep } from "node:timers/promises"
import { requireFitBucket } from "@bcopy/repo-s3"
import type { S3Case } from "./s3-case.ts"
import { openTestStore, type TestBucket } from "./test-bucket.ts"

const clock = {
  now: () => Date.now(),
  sleep: async (ms: number) => {
    await sleep(ms)
  },
}

/** The passport of a bucket: fit, and nothing left behind. */
export function passportCases(place: TestBucket): readonly S3Case[] {
  return [
    {
      name: `${place.kind}: the passport says that it can keep a repository`,
      async run() {
        const store = await openTestStore(place, "passport/")
        try {
          const passport = await store.passport({ clock, random: Math.random })
          requireFitBucket(passport, store.name)
          const left = store.capabilities.versioned
            ? (await store.listVersions("")).versions
            : (await store.list("")).objects
          if (left.length > 0) throw new Error(`left behind: ${left.map(({ key }) => key).join(", ")}`)
        } finally {
          store.close()
        }
      },
    },
  ]
}
