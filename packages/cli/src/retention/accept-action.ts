import {
  type AcceptedPolicy,
  acceptPolicy,
  findWorkloads,
  immutabilityIn,
  isEngineError,
  planWorkloads,
  type Repository,
} from "@bcopy/copy-engine"
import { changePolicy, type RetentionPolicy } from "@bcopy/retention-gfs"
import { CliError } from "../cli-error.ts"
import type { Outcome } from "../cli-command.ts"
import { describeError } from "../describe-error.ts"
import { exitCodes } from "../exit-codes.ts"
import { openGivenRepository, repositoryGiven } from "../open-repository-at.ts"
import { prepareToWrite } from "../prepare-to-write.ts"
import { counted } from "../counted.ts"
import { locksForLong } from "../locks/locks-for-long.ts"
import { tableName } from "../table-name.ts"
import { diffOf } from "./diff-action.ts"
import { zoneInForce } from "./plan-action.ts"
import { givenPolicy } from "./policy-options.ts"
import { renderPolicy } from "./render-policy.ts"
import type { RetentionCall } from "./retention-call.ts"

/** `bcopy retention accept`: puts a policy in force; one that removes points asks for confirmation. */
export async function acceptAction(call: RetentionCall): Promise<Outcome> {
  const { job, yes = false, dryRun = false, fromFirstPoint = false } = call.options
  const given = await givenPolicy(call.options)
  if (job === undefined) throw new CliError("Usage", "no job was named", { hint: "Say --job NAME." })
  if (given === undefined)
    throw new CliError("Usage", "no policy was given", { hint: "Say --days 14 --weekly 4:saturday, or --policy FILE." })
  const repository = await openGivenRepository(call)
  const { signal } = call
  const policy = (await givenPolicy(call.options, await zoneInForce(repository, call))) ?? given
  const losses = await lossesOf(repository, job, policy, signal)
  const { before, isNew } = losses
  if (isNew && !yes && !dryRun && (await hasJobs(repository, signal)))
    throw new CliError("Refused", `there is no job ${job} here, and there are others`, {
      hint: "Check the name; `bcopy show` lists them. For a job that is still to come confirm with --yes.",
    })
  if (losses.points > 0 && !yes && !dryRun)
    throw new CliError(
      "Refused",
      `${counted(losses.points, "point")} of ${counted(losses.workloads, "workload")} that stay now would go under this policy`,
      { hint: "`bcopy retention diff` with the same options shows which. Confirm with --yes." },
    )
  const locks = immutabilityIn(repository)
  if (locks?.followsRetention === true && locks.lockMode === "compliance" && locksForLong(policy) && !yes && !dryRun)
    throw new CliError("Refused", "locks follow retention here, and nobody could shorten those of over ten years", {
      hint: "Confirm with --yes if that is meant.",
    })
  const wanted = { ...changePolicy(before, policy, repository.storeTime.now()) }
  const summary = `${isNew ? `job ${job} is new here; ` : ""}${renderPolicy(wanted)}`
  const consequence =
    losses.points === 0
      ? "no point that stays now would go"
      : `${counted(losses.points, "point")} will go when \`bcopy prune\` is run`
  if (dryRun) {
    const { flagged } = await acceptPolicy(repository, { job, policy, fromFirstPoint, dryRun, signal })
    return {
      document: { dryRun, job, before, policy: wanted, lost: losses.points, flagged, failed: [] },
      text: [
        `would put in force: ${summary}`,
        consequence,
        ...flagged.map((one) => renderFlagged(one, "would take")),
      ].join("\n"),
    }
  }
  await prepareToWrite(repositoryGiven(call), repository, call)
  const accepted = await acceptPolicy(repository, { job, policy, fromFirstPoint, signal })
  const { flagged } = accepted
  const failed = accepted.failed.map(({ workload, error }) => ({ workload, ...describeError(error) }))
  return {
    exit: failed.length === 0 ? exitCodes.done : exitCodes.partly,
    errors: failed,
    document: { dryRun, job, before, policy: accepted.policy, lost: losses.points, flagged, failed },
    text: [
      `in force: ${summary}`,
      consequence,
      ...flagged.map((one) => renderFlagged(one, "takes")),
      ...failed.map(({ workload, message }) => `  ${workload}: ${message}`),
    ].join("\n"),
  }
}

function renderFlagged({ workload, point, gfs }: AcceptedPolicy["flagged"][number], takes: string): string {
  return `  ${tableName(workload)} ${point.slice(0, 8)} ${takes} ${gfs.join(" ")}`
}

async function hasJobs(repository: Repository, signal: AbortSignal): Promise<boolean> {
  for await (const _ of findWorkloads(repository, { signal, onUnreadable: () => undefined })) return true
  return false
}

/** How many points would go that stay now; a job that is not there loses none. */
async function lossesOf(repository: Repository, job: string, policy: RetentionPolicy, signal: AbortSignal) {
  const nowMs = repository.storeTime.now()
  const sums = { points: 0, workloads: 0 }
  let before: Parameters<typeof changePolicy>[0]
  try {
    for await (const found of planWorkloads(repository, { job, policy, nowMs, signal })) {
      const { lost } = diffOf(found, nowMs)
      before = found.inForce
      sums.points += lost.length
      sums.workloads += lost.length > 0 ? 1 : 0
    }
    return { ...sums, before, isNew: false }
  } catch (error) {
    if (isEngineError(error) && error.code === "NotFound") return { ...sums, before, isNew: true }
    throw error
  }
}
