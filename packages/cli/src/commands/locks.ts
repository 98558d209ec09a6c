import type { CliCommand, Outcome } from "../cli-command.ts"
import { acceptLocksAction } from "../locks/accept-locks.ts"
import { extendLocksAction } from "../locks/extend-locks.ts"
import { listLocksAction } from "../locks/list-locks.ts"
import type { LocksCall, LocksOptions } from "../locks/locks-call.ts"
import { addExamples, addRepoOption, daysArgument, nameArgument, positiveArgument } from "../shared-options.ts"

const actions: Readonly<Record<string, (call: LocksCall) => Promise<Outcome>>> = {
  list: listLocksAction,
  accept: acceptLocksAction,
  extend: extendLocksAction,
}

/** `bcopy locks`: keeps points from being deleted by anybody, by the Object Lock of a bucket. */
export const locksCommand: CliCommand<LocksOptions> = {
  name: "locks",
  define(command) {
    command
      .summary("make points immutable by the Object Lock of a bucket")
      .description(
        "Shows until when points and what they need are locked in the bucket, so that nobody can delete them. `accept` says how long that is from now on; `extend` brings the locks of points that are there up to it, which `bcopy prune` does too.",
      )
      .addArgument(command.createArgument("[action]", "what to do").choices(Object.keys(actions)).default("list"))
      .option("--job <name>", "list, extend: only this job", nameArgument)
      .option("--days <n>", "accept: lock for so many days from a point's commit on, 1 to 999", daysArgument)
      .option("--follow-retention", "accept: lock for as long as the job's retention policy is sure to keep a point")
      .option("--off", "accept: lock nothing more; what is locked stays so until its time is over")
      .option("--mode <mode>", "accept: compliance (nobody can shorten it; default) or governance")
      .option("--generation <days>", "accept: extend packs once in so many days (default: 10)", positiveArgument)
      .option("--allow-long", "accept: locks of over ten years in compliance mode")
    addRepoOption(command)
    addExamples(
      command,
      "bcopy locks --repo s3://my-backups/offsite",
      "bcopy locks accept --repo s3://my-backups/offsite --days 30",
      "bcopy locks extend --repo s3://my-backups/offsite --dry-run --prices aws-standard",
    )
  },
  async run(call) {
    const [action = "list"] = call.args
    return (actions[action] as (call: LocksCall) => Promise<Outcome>)(call)
  },
}
