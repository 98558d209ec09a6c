// Opens a prefix in a bucket, finds out what it can do, and keeps an object there for good. Endpoint and credentials come
// from the environment, as for every AWS tool: AWS_ENDPOINT_URL_S3, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY.
import { setTimeout } from "node:timers/promises"
import { parseObjectKey, withRetry, writeOnce } from "@bcopy/repo"
import { openS3Store, parseS3Address, requestsByClass, requireFitBucket } from "@bcopy/repo-s3"

const address = process.env["BUCKET"] ?? "s3://my-backups/offsite"
const clock = {
  now: () => Date.now(),
  sleep: async (ms: number, signal?: AbortSignal) => {
    await setTimeout(ms, undefined, signal === undefined ? {} : { signal })
  },
}

const bucket = await openS3Store(parseS3Address(address))
const passport = await bucket.passport({ clock, random: Math.random })
requireFitBucket(passport, address)
for (const { name, ok, detail } of passport.properties) console.log(`${ok ? "ok  " : "MISS"}  ${name}: ${detail}`)

const retried = withRetry(bucket, { attempts: 4, baseDelayMs: 100, clock, random: Math.random })
const store = writeOnce(retried, { onTampering: console.warn })
const key = parseObjectKey("greeting")
const first = await store.create(key, new TextEncoder().encode("hello"))
const second = await store.create(key, new TextEncoder().encode("goodbye"))
console.log(first.outcome, second.outcome, new TextDecoder().decode((await store.read(key))?.bytes))
console.log("requests:", requestsByClass(bucket.usage()))
bucket.close()
