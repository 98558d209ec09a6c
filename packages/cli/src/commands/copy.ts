import { copy } from "@bcopy/copy-engine"
import { repositorySource } from "@bcopy/source-repository"
import { Option } from "commander"
import type { CliCommand } from "../cli-command.ts"
import { CliError } from "../cli-error.ts"
import { addFromKeyOptions, addKeyOptions, type FromKeyOptions, type KeyOptions } from "../key-options.ts"
import { openBoth } from "../open-repository-at.ts"
import { givenKeys } from "../repository-key.ts"
import { copyExit } from "../copy-exit.ts"
import { copyDocument, renderCopy } from "../render-copy.ts"
import { isBucketAddress } from "../is-bucket-address.ts"
import { planPrice, renderPlanPrice } from "../plan-price.ts"
import { prepareToWrite } from "../prepare-to-write.ts"
import { addExamples, countArgument, nameArgument, namesArgument } from "../shared-options.ts"

interface CopyCommandOptions extends KeyOptions, FromKeyOptions {
  readonly from: string
  readonly to: string
  readonly select: "latest" | "all"
  readonly copyExpired?: boolean
  readonly job?: string
  readonly as?: string
  readonly workload?: readonly string[]
  readonly level?: number
}

/** `bcopy copy`: copies points of one repository into another. */
export const copyCommand: CliCommand<CopyCommandOptions> = {
  name: "copy",
  keepsCheckpoint: true,
  movesData: ({ dryRun }) => dryRun !== true,
  mayHelp: ({ level }) => level === undefined,
  define(command) {
    command
      .summary("copy restore points into another repository")
      .description("Copies restore points into another repository, workload by workload, as chains of their own.")
      .requiredOption("--from <repo>", "repository to copy from; it is only read")
      .requiredOption("--to <repo>", "repository to copy to")
      .addOption(
        new Option("--select <which>", "the newest point of each workload, or all that are not there")
          .choices(["latest", "all"])
          .default("latest"),
      )
      .option("--job <name>", "only the points of this backup job", nameArgument)
      .option("--as <name>", "name of the backup in the target (default: that of the job)", nameArgument)
      .option("--workload <name...>", "only these workloads", namesArgument)
      .option("--copy-expired", "copy points, too, that no rule of the target's retention policy would keep")
      .option("--level <level>", "compression, 0 (none) to 19 (default: as in the source)", countArgument)
    addKeyOptions(command)
    addFromKeyOptions(command)
    addExamples(
      command,
      "bcopy copy --from /srv/bcopy --to /mnt/offsite",
      "bcopy copy --from /srv/bcopy --to /mnt/offsite --select all --job nightly --as offsite --workload web01",
    )
  },
  async run(call) {
    const {
      from,
      to,
      select,
      copyExpired,
      job,
      as,
      workload: workloads,
      level,
      takeOver,
      memory,
      dryRun,
    } = call.options
    const { signal, paint, times, started } = call
    const keys = await givenKeys(call)
    const [origin, target] = await openBoth([from, keys.from], [to, keys.to], call)
    if (origin.birth.repository === target.birth.repository)
      throw new CliError("Usage", `${from} and ${to} are the same repository (${origin.birth.repository})`, {
        hint: "Copy into a repository of its own: `bcopy init` makes one.",
      })
    if (origin.birth.encrypted && !target.birth.encrypted)
      call.note(`${from} is encrypted and ${to} is not: whoever can read ${to} can read what is copied there`)
    if (dryRun !== true) await prepareToWrite(to, target, call)
    const source = repositorySource({ view: origin.view, job, workloads })
    const report = await copy(target, {
      source,
      select,
      copyExpired,
      as,
      level,
      takeOver,
      dryRun,
      memoryBytes: memory,
      started,
      signal,
    })
    const { exit, errors } = copyExit(report)
    const costOf = (point: string | undefined) => times.costOf(point)
    const { prices } = call.options
    const estimate =
      dryRun === true && (isBucketAddress(to) || isBucketAddress(from))
        ? await planPrice(report.planned, {
            ...(isBucketAddress(from) && { from: { packBytes: origin.packBytes } }),
            ...(isBucketAddress(to) && { to: { packBytes: target.packBytes } }),
            prices,
          })
        : undefined
    const text = renderCopy(report, { costOf, paint })
    return {
      exit,
      errors,
      document: { ...copyDocument(report, costOf), ...(estimate && { estimate }) },
      text: estimate === undefined ? text : `${text}\n${renderPlanPrice(estimate)}`,
    }
  },
}
