import { readFileSync } from "node:fs"
import { join } from "node:path"
import {
  CreateBucketCommand,
  PutBucketPolicyCommand,
  PutBucketVersioningCommand,
  S3Client,
  type S3ClientConfig,
} from "@aws-sdk/client-s3"
import type { BcopyRun, RunBcopyOptions } from "../proof/run-bcopy.ts"
import type { BucketKind, S3Place } from "./buckets.ts"
import type { Gateway } from "./gateway.ts"
import { runAgainst } from "./run-against.ts"

/** What a policy is made for, and the user it is given to here. */
export const roles = ["writer", "pruner", "restorer"] as const
export type Role = (typeof roles)[number]

interface Statement {
  readonly Effect: "Allow" | "Deny"
  readonly Action: string | readonly string[]
}

/** A bucket that belongs to somebody else than those who work in it. */
export interface PolicyBucket {
  readonly name: string
  /** Lets every role do under a prefix what its policy says, but for one action that is denied to all. */
  allow(prefix: string, denied?: string): Promise<void>
  /** Runs the program with a role's credentials. */
  run(role: Role, args: readonly string[], options?: RunBcopyOptions): Promise<BcopyRun>
  /** S3 itself with a role's credentials. */
  client(role: Role): S3Client
}

const POLICIES = join(import.meta.dirname, "../../packages/repo-s3/policies")
/** Nothing here takes as long, unless it tries again for ever. */
const LIMIT_MS = 60_000

/** The statements of a role's policy, for a prefix in a bucket. */
export function statementsOf(role: Role, bucket: string, prefix: string): readonly Statement[] {
  const text = readFileSync(join(POLICIES, `${role}.json`), "utf8")
  const filled = text.replaceAll("BUCKET", bucket).replaceAll("PREFIX", prefix).replaceAll("MAX_LOCK_DAYS", "30")
  return (JSON.parse(filled) as { readonly Statement: readonly Statement[] }).Statement
}

/** The actions that a policy allows. */
export function allowedBy(statements: readonly Statement[]): readonly string[] {
  return statements.filter(({ Effect }) => Effect === "Allow").flatMap(({ Action }) => Action)
}

/** Makes a bucket of the gateway's first user, and users for the roles in it. */
export async function makePolicyBucket(gateway: Gateway, name: string, kind: BucketKind): Promise<PolicyBucket> {
  const { endpoint } = gateway
  const users = Object.fromEntries(roles.map((role) => [role, gateway.addUser(`${role}-of-${name}`)]))
  const connect = (credentials: S3Place["credentials"]) => {
    const config: S3ClientConfig = { endpoint, credentials, region: "us-east-1", forcePathStyle: true, maxAttempts: 1 }
    return new S3Client({ ...config, requestChecksumCalculation: "WHEN_REQUIRED" })
  }
  const owner = connect(gateway.credentials)
  await owner.send(new CreateBucketCommand({ Bucket: name, ObjectLockEnabledForBucket: kind === "locked" }))
  if (kind === "versioned") {
    const VersioningConfiguration = { Status: "Enabled" as const }
    await owner.send(new PutBucketVersioningCommand({ Bucket: name, VersioningConfiguration }))
  }
  const keysOf = (role: Role) => users[role] as S3Place["credentials"]

  return {
    name,
    async allow(prefix, denied) {
      const to = (...these: readonly Role[]) => ({ AWS: these.map((role) => `arn:aws:iam:::user/${role}-of-${name}`) })
      const everywhere = [`arn:aws:s3:::${name}`, `arn:aws:s3:::${name}/*`]
      const Statement = [
        ...roles.flatMap((role) => statementsOf(role, name, prefix).map((one) => ({ ...one, Principal: to(role) }))),
        ...(denied === undefined
          ? []
          : [{ Effect: "Deny", Action: denied, Resource: everywhere, Principal: to(...roles) }]),
      ]
      const Policy = JSON.stringify({ Version: "2012-10-17", Statement })
      await owner.send(new PutBucketPolicyCommand({ Bucket: name, Policy }))
    },
    async run(role, args, options) {
      return runAgainst({ endpoint, credentials: keysOf(role) }, args, { limitMs: LIMIT_MS, ...options })
    },
    client: (role) => connect(keysOf(role)),
  }
}
