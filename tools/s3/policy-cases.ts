import { readFileSync, rmSync } from "node:fs"
import {
  DeleteObjectCommand,
  ListObjectVersionsCommand,
  PutObjectCommand,
  type S3Client,
  type S3ServiceException,
} from "@aws-sdk/client-s3"
import type { BucketKind } from "./buckets.ts"
import type { Gateway } from "./gateway.ts"
import { allowedBy, makePolicyBucket, type PolicyBucket, type Role, statementsOf } from "./policy-bucket.ts"
import { makePolicySource, type PolicySource } from "./policy-source.ts"
import type { S3Case } from "./s3-case.ts"

const DAY_MS = 86_400_000

/**
 * The policies that the package ships, given to users of their own as policy of a bucket that is not theirs: each is enough
 * for what it is for, and for no more. They are taken as they are. Ceph lets `s3:if-none-match`,
 * `s3:ObjectCreationOperation` and `s3:object-lock-remaining-retention-days` pass as keys that it knows nothing of, so what
 * these forbid on AWS is not proven here.
 */
export function policyCases(gateway: Gateway): readonly S3Case[] {
  const inBucket = (
    name: string,
    kind: BucketKind,
    run: (bucket: PolicyBucket, source: PolicySource) => Promise<void>,
  ) => ({
    name: `policies: ${name}`,
    async run() {
      const bucket = await makePolicyBucket(gateway, `policies-${kind}-${name.replace(/\W.*/, "")}`, kind)
      const source = await makePolicySource()
      try {
        await bucket.allow("offsite")
        await run(bucket, source)
      } finally {
        rmSync(source.folder, { recursive: true, force: true })
      }
    },
  })
  return [
    inBucket("writer backs up, copies and verifies, and cannot delete a pack", "versioned", write),
    inBucket("restorer restores, and what he copies there is denied", "versioned", restore),
    inBucket("pruner deletes a version", "versioned", prune),
    inBucket("locked versions stay, whoever asks for them to go", "locked", keep),
  ]
}

async function write(bucket: PolicyBucket, source: PolicySource): Promise<void> {
  const repo = `s3://${bucket.name}/offsite`
  await bucket.run("writer", ["init", "--repo", repo, "--no-encryption"])
  await bucket.run("writer", ["copy", "--from", source.repo, "--to", repo])
  await bucket.run("writer", ["backup", "--repo", repo, "--job", "direct", "--workload", "db", `sda=${source.image}`])
  await bucket.run("writer", ["verify", "--repo", repo, "--all", "--read-data"])
  const client = bucket.client("writer")
  const left = await versionsOf(client, bucket, "/sessions/")
  if (left.length > 0) throw new Error(`could not delete his own beats: ${left.map(({ Key }) => Key).join(", ")}`)
  const packs = await versionsOf(client, bucket, "/packs/")
  if (packs.length === 0) throw new Error("there is no pack")
  for (const { Key, VersionId } of packs) {
    await requireDenied(
      `deleting ${Key}`,
      client.send(new DeleteObjectCommand({ Bucket: bucket.name, Key, VersionId })),
    )
    await requireDenied(`hiding ${Key}`, client.send(new DeleteObjectCommand({ Bucket: bucket.name, Key })))
    // Refused on AWS; where it is not, the version before it stays the one that counts.
    await client.send(new PutObjectCommand({ Bucket: bucket.name, Key, Body: "another" })).catch(requireRefusal)
  }
  const outside = new PutObjectCommand({ Bucket: bucket.name, Key: "elsewhere/pack", Body: "x", IfNoneMatch: "*" })
  await requireDenied("writing outside of his prefix", client.send(outside))
  await restoreBy("writer", bucket, source)
}

async function restore(bucket: PolicyBucket, source: PolicySource): Promise<void> {
  const repo = `s3://${bucket.name}/offsite`
  await bucket.run("writer", ["init", "--repo", repo, "--no-encryption"])
  await bucket.run("writer", ["copy", "--from", source.repo, "--to", repo])
  await restoreBy("restorer", bucket, source)
  const { document } = await bucket.run("restorer", ["points", "--repo", repo])
  if (document.points?.length !== 1) throw new Error(`${document.points?.length} points are listed, 1 was copied`)
  await source.backUpAgain()
  const denied = await bucket.run("restorer", ["copy", "--from", source.repo, "--to", repo], { expect: [1] })
  if (!/create .*AccessDenied/.test(denied.document.error?.message ?? ""))
    throw new Error(`what was denied is not told: ${denied.document.error?.message}`)
  await bucket.run("restorer", ["init", "--repo", `${repo}-2`, "--no-encryption"], { expect: [1] })
  const versions = await versionsOf(bucket.client("restorer"), bucket, "")
  for (const { Key, VersionId } of versions.slice(0, 3)) {
    const command = new DeleteObjectCommand({ Bucket: bucket.name, Key, VersionId })
    await requireDenied(`deleting ${Key}`, bucket.client("restorer").send(command))
  }
  await bucket.run("writer", ["copy", "--from", source.repo, "--to", repo])
  await restoreBy("restorer", bucket, source)
}

async function prune(bucket: PolicyBucket, source: PolicySource): Promise<void> {
  const [writers, pruners] = (["writer", "pruner"] as const).map((role) => allowedBy(statementsOf(role, "b", "p")))
  const lacking = writers?.filter((action) => !pruners?.includes(action)) ?? []
  if (lacking.length > 0) throw new Error(`may not do what the writer may: ${lacking.join(", ")}`)
  const repo = `s3://${bucket.name}/offsite`
  await bucket.run("pruner", ["init", "--repo", repo, "--no-encryption"])
  await bucket.run("writer", ["copy", "--from", source.repo, "--to", repo])
  const client = bucket.client("pruner")
  const [{ Key, VersionId } = {}] = await versionsOf(client, bucket, "/packs/")
  await client.send(new DeleteObjectCommand({ Bucket: bucket.name, Key, VersionId }))
  if ((await versionsOf(client, bucket, "/packs/")).some((one) => one.Key === Key)) throw new Error(`${Key} is there`)
  const log = (await versionsOf(client, bucket, "offsite/log/"))[0]
  const command = new DeleteObjectCommand({ Bucket: bucket.name, Key: log?.Key, VersionId: log?.VersionId })
  await requireDenied("deleting a setting of the repository", client.send(command))
  await bucket.run("restorer", ["verify", "--repo", repo, "--all", "--read-data"], { expect: [13] })
}

async function keep(bucket: PolicyBucket): Promise<void> {
  const locked = { ObjectLockMode: "GOVERNANCE", ObjectLockRetainUntilDate: new Date(Date.now() + DAY_MS) } as const
  const object = { Bucket: bucket.name, Key: "offsite/backups/b/packs/s/1" }
  const { VersionId } = await bucket
    .client("writer")
    .send(new PutObjectCommand({ ...object, ...locked, Body: "x", IfNoneMatch: "*", ChecksumAlgorithm: "CRC32" }))
  for (const role of ["writer", "pruner", "restorer"] as const)
    for (const BypassGovernanceRetention of [false, true]) {
      const command = new DeleteObjectCommand({ ...object, VersionId, BypassGovernanceRetention })
      await requireDenied(`the ${role}, to delete what is locked`, bucket.client(role).send(command))
    }
}

/** Restores what was backed up last, and compares. */
export async function restoreBy(role: Role, bucket: PolicyBucket, { folder, image }: PolicySource): Promise<void> {
  const [repo, output] = [`s3://${bucket.name}/offsite`, `${folder}/restored.raw`]
  rmSync(output, { force: true })
  await bucket.run(role, ["verify", "--repo", repo, "--all", "--read-data"])
  await bucket.run(role, ["restore", "--repo", repo, "--workload", "web", "--output", output])
  if (!readFileSync(output).equals(readFileSync(image))) throw new Error("other bytes came back")
}

async function versionsOf(client: S3Client, { name }: PolicyBucket, part: string) {
  const { Versions = [] } = await client.send(new ListObjectVersionsCommand({ Bucket: name }))
  return Versions.filter(({ Key = "" }) => Key.includes(part))
}

async function requireDenied(what: string, request: Promise<unknown>): Promise<void> {
  const refused = await request.then(() => false, requireRefusal)
  if (!refused) throw new Error(`${what} was allowed`)
}

function requireRefusal(error: S3ServiceException): true {
  if (error.$metadata.httpStatusCode !== 403) throw error
  return true
}
