import { explainSpace, reclaim } from "@bcopy/copy-engine"
import type { Call, CliCommand, Outcome } from "../cli-command.ts"
import { openGivenRepository, repositoryGiven } from "../open-repository-at.ts"
import { partlyExit } from "../partly-exit.ts"
import { prepareToWrite } from "../prepare-to-write.ts"
import { addReclaimOptions, type ReclaimLimits } from "../reclaim/reclaim-options.ts"
import { reclaimDocument, reclaimErrors, renderReclaim } from "../reclaim/render-reclaim.ts"
import { renderSpace } from "../reclaim/render-space.ts"
import { isoTime } from "../render-time.ts"
import { addExamples, addRepoOption, nameArgument } from "../shared-options.ts"

interface ReclaimOptions extends ReclaimLimits {
  readonly repo?: string
  readonly job?: string
}

/** `bcopy reclaim`: gives back the space of what nothing needs, and says what holds the rest. */
export const reclaimCommand: CliCommand<ReclaimOptions> = {
  name: "reclaim",
  keepsCheckpoint: true,
  define(command) {
    command
      .summary("give space back, or say what holds it")
      .description(
        "Deletes what nothing needs any more: packs of removed points that can no longer be brought back, and what was left by runs that were cut short. Packs of which little is needed are written anew. `explain` says of every stored byte what holds it. `bcopy prune` does this too, once it has removed points.",
      )
      .addArgument(command.createArgument("[action]", "what to do").choices(["run", "explain"]).default("run"))
      .option("--job <name>", "only the backup of this job", nameArgument)
    addReclaimOptions(command)
    addRepoOption(command)
    addExamples(
      command,
      "bcopy reclaim --repo /srv/bcopy",
      "bcopy reclaim explain --repo s3://my-backups/offsite --job nightly",
    )
  },
  async run(call) {
    const [action = "run"] = call.args
    return action === "explain" ? explain(call) : run(call)
  },
}

async function run(call: Call<ReclaimOptions>): Promise<Outcome> {
  const { job, maxUnused, maxBytes, memory, dryRun = false } = call.options
  const repository = await openGivenRepository(call)
  if (!dryRun) await prepareToWrite(repositoryGiven(call), repository, call)
  const report = await reclaim(repository, {
    job,
    maxUnused,
    maxBytes,
    memoryBytes: memory,
    dryRun,
    signal: call.signal,
  })
  const errors = reclaimErrors(report)
  return {
    exit: partlyExit(errors, report.backups.length > 0),
    errors,
    document: { dryRun, ...reclaimDocument(report) },
    text: renderReclaim(report, call.paint),
  }
}

async function explain(call: Call<ReclaimOptions>): Promise<Outcome> {
  const repository = await openGivenRepository(call)
  const backups = await explainSpace(repository, { job: call.options.job, signal: call.signal })
  return {
    document: {
      backups: backups.map(({ sessions, ...backup }) => ({
        ...backup,
        sessions: sessions.map(({ atMs, ...session }) => ({
          ...session,
          ...(atMs !== undefined && { lastSeenAt: isoTime(atMs) }),
        })),
      })),
    },
    text: renderSpace(backups, call.paint),
  }
}
