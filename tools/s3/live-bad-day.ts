import { requireThat } from "../proof/require-that.ts"
import { type BadDayProxy, startBadDayProxy } from "./bad-day-proxy.ts"
import { badDayStage } from "./bad-day-stage.ts"
import type { BadDay, Copied } from "./bad-days.ts"
import type { BucketKind, S3Place } from "./buckets.ts"
import { type BucketContents, readBucketContents, requireClean } from "./clean-bucket.ts"
import { copyAsOperator, type OperatedCopy } from "./copy-as-operator.ts"
import { proveCopied } from "./prove-copied.ts"
import { runAgainst } from "./run-against.ts"

/** Beside the blocks there are beats, fences and map pages of runs that gave up. */
const MAX_MORE = 1.03
const MAX_MORE_BYTES = 1 << 20

/** Where a bad day is lived through. */
export interface BadDayScene {
  readonly bucket: BucketKind
  /** Ends with a slash. */
  readonly prefix: string
  readonly seed: number
}

/** Two copies under the weather of a day, then proof in clear weather that all is there; gives what lies there. */
export async function liveBadDay(
  place: S3Place,
  { gusts, says, hurried, copied }: Omit<BadDay, "name" | "buckets">,
  { bucket, prefix, seed }: BadDayScene,
): Promise<BucketContents> {
  const stage = await badDayStage(copied.imageBytes)
  const proxy = await startBadDayProxy(place.endpoint)
  const through = { ...place, endpoint: proxy.endpoint }
  const repo = `s3://${bucket}/${prefix.slice(0, -1)}`
  try {
    await runAgainst(through, ["init", "--repo", repo, "--no-encryption", "--pack-size", copied.packSize])
    for (const [number, from] of [stage.before, stage.after].entries()) {
      proxy.setWeather(gusts, seed + number)
      const copy = await copyAsOperator(through, { from, to: repo, memory: copied.memory }, { says, hurried })
      tell(`${bucket}, copy ${number + 1}`, copy, proxy)
    }
    proxy.setWeather([], seed)
    await proxy.settled()
    await proveCopied(through, repo, { ...stage, memory: copied.memory })
    return await readBucketContents(place, bucket, prefix)
  } finally {
    await proxy.stop()
  }
}

/** Says how a copy went, for who watches. */
function tell(what: string, { tookMs, failures }: OperatedCopy, { counts }: BadDayProxy): void {
  const hits = Object.entries(counts).map(([kind, count]) => `${count} ${kind}`)
  console.log(`        ${what}: ${(tookMs / 1000).toFixed(1)} s in ${failures.length + 1} runs; ${hits.join(", ")}`)
  for (const failure of failures) console.log(`          ${failure}`)
}

const clear = new Map<Copied, Promise<BucketContents>>()

/** @throws unless a bucket is clean and holds about as much as one that the same was copied into in clear weather */
export async function requireAsInClearWeather(place: S3Place, copied: Copied, contents: BucketContents): Promise<void> {
  const scene = { bucket: "plain", prefix: `bad-day/clear-${copied.imageBytes}/`, seed: 0 } as const
  const living = clear.get(copied) ?? liveBadDay(place, { gusts: [], says: /^$/, copied }, scene)
  clear.set(copied, living)
  const { storedBytes } = await living
  requireClean(contents)
  const limit = storedBytes * MAX_MORE + MAX_MORE_BYTES
  requireThat(
    contents.storedBytes <= limit,
    `${contents.storedBytes} bytes are stored, ${storedBytes} in clear weather`,
  )
}
