import { rmSync } from "node:fs"
import { join } from "node:path"
import type { BucketKind } from "./buckets.ts"
import type { Gateway } from "./gateway.ts"
import { allowedBy, makePolicyBucket, type PolicyBucket, statementsOf } from "./policy-bucket.ts"
import { restoreBy } from "./policy-cases.ts"
import { makePolicySource, type PolicySource } from "./policy-source.ts"
import type { S3Case } from "./s3-case.ts"

/** Buckets in which an action makes a difference; where nothing is said, those that keep versions. */
const kindsOf: Readonly<Record<string, readonly BucketKind[]>> = {
  "s3:GetBucketVersioning": ["plain", "versioned"],
  "s3:DeleteObject": ["plain", "versioned"],
  "s3:GetBucketObjectLockConfiguration": ["locked"],
  "s3:GetObjectRetention": ["locked"],
  "s3:PutObjectRetention": ["locked"],
}

/** Without these something must fail where versions are kept, else the gateway did not deny them. */
const needed = new Set([
  "s3:ListBucket",
  "s3:ListBucketVersions",
  "s3:GetObject",
  "s3:GetObjectVersion",
  "s3:PutObject",
  "s3:DeleteObject",
  "s3:DeleteObjectVersion",
])

/**
 * Each action that the writer's policy allows, denied to everybody while a repository is made, copied to and restored from:
 * every run ends well, or soon and with a word on what was denied; and when it is allowed again the same run ends well.
 */
export function deniedCases(gateway: Gateway): readonly S3Case[] {
  let shared: Promise<PolicySource> | undefined
  return [...new Set(allowedBy(statementsOf("writer", "b", "p")))].flatMap((action) =>
    (kindsOf[action] ?? ["versioned"]).map((kind) => ({
      name: `policies: ${kind} bucket, ${action} is denied for a while`,
      async run() {
        const name = `denied-${kind}-${action.slice("s3:".length).toLowerCase()}`
        const bucket = await makePolicyBucket(gateway, name, kind)
        const source = await (shared ??= makeSharedSource())
        const failed = await denyOne(bucket, source, action)
        if (failed === 0 && kind === "versioned" && needed.has(action)) throw new Error("nothing failed without it")
      },
    })),
  )
}

/** Nothing here changes it: made once, and gone with this process. */
async function makeSharedSource(): Promise<PolicySource> {
  const source = await makePolicySource()
  process.once("exit", () => rmSync(source.folder, { recursive: true, force: true }))
  return source
}

/** Gives how many of the runs failed while the action was denied. */
async function denyOne(bucket: PolicyBucket, source: PolicySource, action: string): Promise<number> {
  const repo = `s3://${bucket.name}/offsite`
  const runs = [
    ["init", "--repo", repo, "--no-encryption"],
    ["copy", "--from", source.repo, "--to", repo],
    ["restore", "--repo", repo, "--workload", "web", "--output", join(source.folder, `${bucket.name}.raw`)],
  ]
  let failed = 0
  for (const args of runs) {
    await bucket.allow("offsite", action)
    const { status, document } = await bucket.run("writer", args, { expect: [0, 1] })
    await bucket.allow("offsite")
    if (status === 0) continue
    failed++
    const said = document.error?.message ?? ""
    if (!/\b(list|read|head|create|remove|delete)\b.* 403 (AccessDenied|Forbidden)|\bs3:[A-Z]\w+/.test(said))
      throw new Error(`bcopy ${args[0]} does not tell what was denied: ${said}`)
    // A repository may have been made before what was denied came.
    await bucket.run("writer", args, { expect: args[0] === "init" ? [0, 14] : [0] })
  }
  await restoreBy("restorer", bucket, source)
  return failed
}
