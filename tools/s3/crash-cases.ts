import { seededRandom } from "@bcopy/repo/testing"
import {
  crashInBackup,
  crashInCopy,
  crashInResume,
  type CrashWork,
} from "../../packages/copy-engine/src/testing/crash-work.ts"
import { logOf } from "../../packages/copy-engine/src/testing/log-of.ts"
import type { FakeS3 } from "../../packages/repo-s3/src/testing/index.ts"
import { type BucketKind, bucketKinds } from "./buckets.ts"
import { type CrashBucket, type CrashFault, openCrashBucket } from "./crash-bucket.ts"
import { crashInParts } from "./crash-in-parts.ts"
import { problemsIn } from "./crash-problems.ts"
import type { S3Case } from "./s3-case.ts"

const kinds: readonly CrashFault["kind"][] = ["dies before", "dies after", "loses the answer of"]
/** So many requests before the point is there: its packs are, and a checkpoint. */
const NEAR_THE_END = 7

/** Which crashes are tried, of all three kinds at every request. */
export interface CrashPicks {
  /** Every so-manieth; 1: all of them. */
  readonly every: number
  /** Draws the first one of each sweep. */
  readonly seed: number
}

/**
 * A process dies before or after any request to the double, or lives on without the answer: whichever it is, the next one
 * brings the work to its end, every point restores, nothing is stored twice, and nothing is left behind in the bucket.
 */
export function crashCases(server: FakeS3, picks: CrashPicks): readonly S3Case[] {
  return bucketKinds.flatMap((kind) => [
    ...["backup", "copy", "resume"].map((name) => ({
      name: `${kind}: whenever a process dies in a ${name}, the next one converges, and leaves nothing behind`,
      run: async () => sweep(server, kind, (place) => workNamed(name, place), picks),
    })),
    {
      name: `${kind}: whenever a process dies in a backup whose packs go in parts, no parts are left behind`,
      takes: "minutes" as const,
      run: async () => sweep(server, kind, () => crashInParts(1), picks),
    },
  ])
}

function workNamed(name: string, place: CrashBucket): CrashWork {
  if (name === "backup") return crashInBackup(1)
  return name === "copy" ? crashInCopy(1) : crashInResume(1, (_, work) => dieNearTheEnd(place, work))
}

async function sweep(
  server: FakeS3,
  kind: BucketKind,
  workIn: (place: CrashBucket) => CrashWork,
  { every, seed }: CrashPicks,
): Promise<void> {
  const place = await openCrashBucket(server, kind)
  const random = seededRandom(seed + bucketKinds.indexOf(kind))
  try {
    const work = workIn(place)
    await work.prepare(place.world)
    const start = place.bucket.snapshot()
    const { requests, error } = await place.run(work, 1)
    if (error !== undefined) throw error
    const all = Array.from({ length: requests }, (_, index) => index + 1).flatMap((at) =>
      kinds.map((what): CrashFault => ({ kind: what, at })),
    )
    for (let next = Math.floor(random() * Math.min(every, all.length)); next < all.length; next += every) {
      const fault = all[next] as CrashFault
      place.bucket.restore(start)
      const problems = await crashAndGoOn(place, work, fault)
      if (problems.length > 0)
        throw new Error(
          `a process ${fault.kind} request ${fault.at} of ${requests} (seed ${seed}): ${problems.join("; ")}`,
        )
    }
  } finally {
    place.close()
  }
}

async function crashAndGoOn(place: CrashBucket, work: CrashWork, fault: CrashFault): Promise<readonly string[]> {
  const problems: string[] = []
  const before = await committed(place)
  const first = await place.run(work, 1, fault)
  // Who is told that it failed may find the point there all the same, never the other way round.
  if (first.error === undefined && (await committed(place)) === before)
    problems.push("the first run ended well and committed nothing")
  const { error } = await place.run(work, 2)
  if (error !== undefined) problems.push(`the next run failed: ${error.message}`)
  return [...problems, ...(await problemsIn(place, work))]
}

async function committed({ world }: CrashBucket): Promise<number> {
  try {
    return (await logOf(await world.open())).state.points.length
  } catch {
    return 0
  }
}

/** Does the work until some checkpoints are behind it, and dies a few requests before it would have been done. */
async function dieNearTheEnd(place: CrashBucket, work: CrashWork): Promise<void> {
  const { events } = place.world
  const start = place.bucket.snapshot()
  let uncommitted = 0
  events.length = 0
  await place.run(work, 98, undefined, (number) => {
    if (events.every(({ type }) => type !== "committed")) uncommitted = number
  })
  place.bucket.restore(start)
  events.length = 0
  await place.run(work, 98, { kind: "dies before", at: uncommitted + 1 - NEAR_THE_END })
  const told = events.map(({ type }) => type)
  if (!told.includes("checkpoint") || told.includes("committed"))
    throw new Error(`who died ${NEAR_THE_END} requests before the end told of ${told.join(", ")}`)
}
