import type { CliCommand, Outcome } from "../cli-command.ts"
import { acceptAction } from "../retention/accept-action.ts"
import { diffAction } from "../retention/diff-action.ts"
import { explainAction } from "../retention/explain-action.ts"
import { planAction } from "../retention/plan-action.ts"
import { addPolicyOptions } from "../retention/policy-options.ts"
import type { RetentionCall, RetentionOptions } from "../retention/retention-call.ts"
import { simulateAction } from "../retention/simulate-action.ts"
import { addExamples, addRepoOption, nameArgument, pathArgument, positiveArgument } from "../shared-options.ts"

const actions: Readonly<Record<string, (call: RetentionCall) => Promise<Outcome>>> = {
  plan: planAction,
  explain: explainAction,
  simulate: simulateAction,
  diff: diffAction,
  accept: acceptAction,
}

/** `bcopy retention`: which points stay, and why. */
export const retentionCommand: CliCommand<RetentionOptions> = {
  name: "retention",
  define(command) {
    command
      .summary("which restore points stay, and why")
      .description(
        "`accept` puts a retention policy in force for a job. `plan` and `explain` show what it keeps and removes, `diff` what another would change, `simulate` what one comes to over the years. Nothing is removed by any of them.",
      )
      .addArgument(command.createArgument("<action>", "what to do").choices(Object.keys(actions)))
      .option("--job <name>", "only this job; accept: the job that the policy is for", nameArgument)
      .option("--workload <name>", "only workloads of this name", nameArgument)
      .option("--point <id>", "explain: only this point, by the beginning of its id")
    addPolicyOptions(command)
    command
      .option("--from-first-point", "accept: flag points that are there as if the policy had always been in force")
      .option("--at <time...>", "simulate: a point at these times of the day (default: 22:00)")
      .option("--on <days...>", "simulate: only on these weekdays, such as monday,friday")
      .option("--every <minutes>", "simulate: a point every so many minutes", positiveArgument)
      .option("--from <date>", "simulate: from this date on (default: today)")
      .option("--years <n>", "simulate: so many years (default: 3)", positiveArgument)
      .option("--svg <file>", "plan, simulate: write a picture", pathArgument)
      .option("--html <file>", "plan, simulate: write a page with the pictures", pathArgument)
    addRepoOption(command)
    addExamples(
      command,
      "bcopy retention accept --repo /srv/bcopy --job nightly --days 7 --weekly 4:saturday --monthly 12:first",
      "bcopy retention plan --repo /srv/bcopy --job nightly --html plan.html",
      "bcopy retention simulate --days 7 --weekly 4:saturday --yearly 3:january --svg years.svg",
    )
  },
  async run(call) {
    const [action = ""] = call.args
    return (actions[action] as (call: RetentionCall) => Promise<Outcome>)(call)
  },
}
