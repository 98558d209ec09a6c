import { setTimeout as sleep } from "node:timers/promises"
import { openS3Store, requireFitBucket } from "@bcopy/repo-s3"
import { bucketKinds, type S3Place } from "./buckets.ts"
import type { S3Case } from "./s3-case.ts"

const clock = {
  now: () => Date.now(),
  sleep: async (ms: number) => {
    await sleep(ms)
  },
}

/** The passport of a bucket of each kind: fit, and nothing left behind. */
export function passportCases({ endpoint, credentials }: S3Place): readonly S3Case[] {
  return bucketKinds.map((bucket) => ({
    name: `${bucket}: the passport says that it can keep a repository`,
    async run() {
      const connection = { endpoint, region: "us-east-1", credentials }
      const store = await openS3Store({ bucket, prefix: "passport/", connection })
      try {
        const passport = await store.passport({ clock, random: Math.random })
        requireFitBucket(passport, bucket)
        const left = store.capabilities.versioned
          ? (await store.listVersions("")).versions
          : (await store.list("")).objects
        if (left.length > 0) throw new Error(`left behind: ${left.map(({ key }) => key).join(", ")}`)
      } finally {
        store.close()
      }
    },
  }))
}
