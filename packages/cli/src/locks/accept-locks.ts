import { acceptImmutability, planWorkloads, type Repository } from "@bcopy/copy-engine"
import type { LockMode } from "@bcopy/repo"
import { CliError } from "../cli-error.ts"
import type { Outcome } from "../cli-command.ts"
import { openBucket } from "../open-bucket.ts"
import { isBucketAddress } from "../is-bucket-address.ts"
import { openGivenRepository, repositoryGiven } from "../open-repository-at.ts"
import { prepareToWrite } from "../prepare-to-write.ts"
import type { LocksCall } from "./locks-call.ts"
import { locksForLong } from "./locks-for-long.ts"
import { immutabilityDocument, renderImmutability } from "./render-immutability.ts"
import { weakenedLocks } from "./weakened-locks.ts"

/** `bcopy locks accept`: how long what points need is locked, from now on. */
export async function acceptLocksAction(call: LocksCall): Promise<Outcome> {
  const { days, followRetention = false, off = false, mode = "compliance", generation, dryRun = false } = call.options
  if (off ? days !== undefined || followRetention : days === undefined && !followRetention)
    throw new CliError("Usage", "say --days N, --follow-retention, or both; or --off")
  if (mode !== "compliance" && mode !== "governance")
    throw new CliError("Usage", `there is no lock mode ${mode}`, { hint: "It is compliance or governance." })
  const { signal } = call
  const repo = repositoryGiven(call)
  const repository = await openGivenRepository(call)
  if (!off) await requireLockable(call, repo)
  if (followRetention && mode === "compliance") await refuseLong(call, repository)
  const accept = (asTrial: boolean) =>
    acceptImmutability(repository, {
      ...(days !== undefined && { days }),
      followsRetention: followRetention,
      lockMode: mode satisfies LockMode,
      ...(generation !== undefined && { generationDays: generation }),
      dryRun: asTrial,
      signal,
    })
  const planned = await accept(true)
  const weaker = weakenedLocks(planned.before, planned.immutability)
  if (weaker.length > 0 && !dryRun && call.options.yes !== true)
    throw new CliError("Refused", `points to come would be protected less than now: ${weaker.join(", ")}`, {
      hint: "Confirm with --yes if that is meant.",
    })
  if (!dryRun) await prepareToWrite(repo, repository, call)
  const { before, immutability } = dryRun ? planned : await accept(false)
  const text = renderImmutability(immutability)
  return {
    document: { dryRun, before: immutabilityDocument(before), immutability: immutabilityDocument(immutability) },
    text: [
      dryRun ? `would be in force: ${text}` : `in force: ${text}`,
      ...(dryRun && weaker.length > 0 ? [`less than now, asks for --yes: ${weaker.join(", ")}`] : []),
      off
        ? "what is locked stays so until its time is over"
        : "points that are there are locked by `bcopy locks extend`, or the next `bcopy prune`",
    ].join("\n"),
  }
}

/** Each state of a bucket in which points can not be made immutable has words of its own. */
async function requireLockable(call: LocksCall, repo: string): Promise<void> {
  if (!isBucketAddress(repo))
    throw new CliError("Refused", `${repo} is a folder: nothing in it can be locked`, {
      hint: "Copy into a bucket that was made with Object Lock.",
    })
  const [bucket, { immutabilityOf }] = await Promise.all([openBucket(repo, call), import("@bcopy/repo-s3")])
  const found = immutabilityOf(bucket.state)
  if (!found.possible) throw new CliError("Refused", `${repo}: ${found.why}`, { hint: found.hint })
}

/** A lock in compliance mode cannot be taken back by anybody, whatever it costs. */
async function refuseLong(call: LocksCall, repository: Repository): Promise<void> {
  if (call.options.allowLong === true) return
  for await (const { job, inForce } of planWorkloads(repository, { signal: call.signal })) {
    if (inForce === undefined || !locksForLong(inForce)) continue
    throw new CliError("Refused", `${job} keeps points for over ten years, and nobody could shorten such locks`, {
      hint: "Say --allow-long if that is meant, or --mode governance.",
    })
  }
}
