import { verify } from "@bcopy/copy-engine"
import { contentRoot } from "../../packages/copy-engine/src/testing/content-root.ts"
import type { CrashWork, DiskRoots } from "../../packages/copy-engine/src/testing/crash-work.ts"
import { logOf } from "../../packages/copy-engine/src/testing/log-of.ts"
import { restoreBytes } from "../../packages/copy-engine/src/testing/restore-bytes.ts"
import { storedBlocks } from "../../packages/copy-engine/src/testing/stored-blocks.ts"
import type { Bucket } from "../../packages/repo-s3/src/testing/index.ts"
import type { CrashBucket } from "./crash-bucket.ts"

const BLOCK = 64 << 10

/** What does not hold, in words, of a bucket in which the work has been done, whoever died on the way. */
export async function problemsIn({ world, store, bucket }: CrashBucket, work: CrashWork): Promise<readonly string[]> {
  const repository = await world.open()
  const { damaged, unknown } = await verify(repository, { all: true, readData: "hash", dryRun: true, movers: 0 })
  const problems = [...damaged, ...unknown].map(({ message }) => `verify: ${message}`)
  const { state, bodies } = await logOf(repository)
  const points: DiskRoots[] = []
  for (const body of bodies) {
    if (body.kind !== "point") continue
    const roots: DiskRoots = Object.fromEntries(body.manifest.disks.map(({ name, contentRoot: root }) => [name, root]))
    points.push(roots)
    const disks = await restoreBytes(repository, { point: body.manifest.point, movers: 0 })
    for (const [name, bytes] of Object.entries(disks))
      if (contentRoot(bytes, BLOCK) !== roots[name])
        problems.push(`${name} of point ${points.length} came back otherwise`)
  }
  if (!work.areRight(points)) problems.push(`these are not the points: ${JSON.stringify(points)}`)
  const twice = [...(await storedBlocks(repository, store, BLOCK)).values()].filter((times) => times > 1)
  if (twice.length > 0) problems.push(`${twice.length} blocks are stored more than once`)
  // Every session is settled: it committed, or a fence names it, once.
  const settled = [...state.points.map(({ session }) => session), ...state.fenced.map(({ session }) => session)]
  if (new Set(settled).size < settled.length) problems.push("a session is settled twice")
  for (const key of bucket.keys())
    if (key.includes("/sessions/") && !settled.includes(key.split("/").at(-2) as never))
      problems.push(`nobody has settled the session of ${key}`)
  return [...problems, ...leftoversIn(bucket)]
}

/** What is paid for and of no use: versions beneath others, markers, parts of uploads that never ended. */
function leftoversIn(bucket: Bucket): readonly string[] {
  const found: string[] = []
  for (const key of bucket.keys()) {
    const versions = bucket.versions(key)
    const markers = versions.filter(({ bytes }) => bytes === undefined).length
    if (markers > 0) found.push(`${markers} markers are over ${key}`)
    if (versions.length - markers > 1) found.push(`${versions.length - markers} versions are of ${key}`)
  }
  for (const { key, parts } of bucket.uploads.values())
    found.push(`an upload of ${key} is left, with ${parts.size} parts`)
  return found
}
