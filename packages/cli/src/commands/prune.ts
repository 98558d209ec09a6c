import { extendLocks, reclaim, removeExpired } from "@bcopy/copy-engine"
import { byName } from "../by-name.ts"
import type { CliCommand } from "../cli-command.ts"
import { describeError } from "../describe-error.ts"
import { exitCodes } from "../exit-codes.ts"
import { extendDocument, renderExtended } from "../locks/extend-locks.ts"
import { openGivenRepository, repositoryGiven } from "../open-repository-at.ts"
import { partlyExit } from "../partly-exit.ts"
import { prepareToWrite } from "../prepare-to-write.ts"
import { addReclaimOptions, type ReclaimLimits } from "../reclaim/reclaim-options.ts"
import { reclaimDocument, reclaimErrors, renderReclaim } from "../reclaim/render-reclaim.ts"
import { renderRemoval } from "../render-removal.ts"
import { addExamples, addRepoOption, durationArgument, nameArgument } from "../shared-options.ts"

interface PruneOptions extends ReclaimLimits {
  readonly repo?: string
  readonly job?: string
  readonly workload?: string
  readonly undo?: number
  readonly reclaim: boolean
}

/** `bcopy prune`: removes what no rule of the retention policies keeps, and gives space back. */
export const pruneCommand: CliCommand<PruneOptions> = {
  name: "prune",
  keepsCheckpoint: true,
  define(command) {
    command
      .summary("remove points that no retention rule keeps, and give space back")
      .description(
        "Removes the restore points that no rule of their job's retention policy keeps; jobs without a policy lose none. Removed points can be brought back for a while (`points restore-removed`). Then the space of what nothing needs any more is given back, as `bcopy reclaim` does: that of points removed earlier, once they can no longer be brought back.",
      )
      .option("--job <name>", "only those of this job", nameArgument)
      .option("--workload <name>", "only those of workloads of this name", nameArgument)
      .option("--undo <time>", "how long they can be brought back: 36h, 7d, 2w (default: 7d)", durationArgument)
      .option("--no-reclaim", "give no space back")
    addReclaimOptions(command)
    addRepoOption(command)
    addExamples(command, "bcopy prune --repo /srv/bcopy --dry-run", "bcopy prune --repo /srv/bcopy --job nightly")
  },
  async run(call) {
    const { job, workload, undo, yes = false, dryRun = false, maxUnused, maxBytes, memory } = call.options
    const { signal } = call
    const repository = await openGivenRepository(call)
    if (!dryRun) await prepareToWrite(repositoryGiven(call), repository, call)
    const report = await removeExpired(repository, { job, workload, undoMs: undo, confirmed: yes, dryRun, signal })
    const workloads = [...report.workloads].sort(byName)
    const failed = report.failed.map(({ error, ...place }) => ({ ...place, error: describeError(error) }))
    const asked = workloads.filter(({ asks }) => asks !== undefined)
    // What has to stay is locked before anything goes.
    const extended = await extendLocks(repository, { job, workload, dryRun, signal })
    const reclaimed = call.options.reclaim
      ? await reclaim(repository, { job, maxUnused, maxBytes, memoryBytes: memory, dryRun, signal })
      : { dryRun, backups: [], failed: [] }
    const failures = [
      ...failed.map(({ error }) => error),
      ...extended.failed.map(({ error }) => describeError(error)),
      ...reclaimErrors(reclaimed),
    ]
    const exit = partlyExit(failures, workloads.length + extended.workloads.length + reclaimed.backups.length > 0)
    return {
      exit: exit === exitCodes.done && asked.length > 0 && !dryRun ? exitCodes.refused : exit,
      errors: [
        ...failures,
        ...asked.map(({ job: of, workload: which, asks }) => ({
          code: "Refused",
          message: `${of}/${which}: ${asks}`,
          hint: "Look with --dry-run, or `bcopy retention explain`; confirm with --yes.",
          exit: exitCodes.refused,
        })),
      ],
      document: {
        dryRun,
        workloads: workloads.map(documentOf),
        failed,
        locks: extendDocument(extended),
        reclaimed: reclaimDocument(reclaimed),
      },
      text: [
        renderRemoval({ dryRun, workloads, failed }, call.paint),
        ...(extended.immutability === undefined ? [] : [renderExtended(extended)]),
        ...(call.options.reclaim ? [renderReclaim(reclaimed, call.paint)] : []),
      ].join("\n"),
    }
  },
}

function documentOf({ removed, ...rest }: Awaited<ReturnType<typeof removeExpired>>["workloads"][number]) {
  return {
    ...rest,
    removed: removed.map(({ id, createdAtMs, since }) => ({
      point: id,
      createdAt: new Date(createdAtMs).toISOString(),
      ...(since !== undefined && { since }),
    })),
  }
}
