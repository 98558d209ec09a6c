import { type OnEvent, restore } from "@bcopy/copy-engine"
import type { CliCommand } from "../cli-command.ts"
import { openGivenRepository, repositoryGiven } from "../open-repository-at.ts"
import { refuseOutputInside } from "../refuse-output-inside.ts"
import { renderRestore, restoreDocument } from "../render-restore.ts"
import { addExamples, addRepoOption, nameArgument, pathArgument } from "../shared-options.ts"

interface RestoreCommandOptions {
  readonly repo?: string
  readonly job?: string
  readonly workload: string
  readonly point: string
  readonly removed?: boolean
  readonly disk?: string
  readonly output: string
  readonly overwrite?: boolean
}

/** `bcopy restore`: writes the disks of a point out. */
export const restoreCommand: CliCommand<RestoreCommandOptions> = {
  name: "restore",
  movesData: ({ dryRun }) => dryRun !== true,
  define(command) {
    command
      .summary("write the disks of a restore point out as raw images")
      .description("Writes the disks of a restore point out as raw images. Every block is proven before it is written.")
      .requiredOption("--workload <name>", "machine to restore", nameArgument)
      .option("--job <name>", "job that it belongs to, where several have one of that name", nameArgument)
      .option("--point <id>", "id of the point, or its first 4 characters or more, or latest", "latest")
      .option("--removed", "also a point that was removed and is not gone yet, without bringing it back")
      .option("--disk <name>", "only this disk")
      .requiredOption(
        "--output <path>",
        "file or block device to write; a folder where there are several disks",
        pathArgument,
      )
      .option("--overwrite", "write into an output that exists, only what differs (a block device also needs --yes)")
    addRepoOption(command)
    addExamples(
      command,
      "bcopy restore --repo /srv/bcopy --workload web01 --output web01.raw",
      "bcopy restore --workload db01 --point 1f3a9c02 --disk sdb --output /dev/vg/db01-data --overwrite --yes",
    )
  },
  async run(call) {
    const { job, workload, point, removed, disk, output, overwrite, yes, dryRun, memory } = call.options
    const { io, signal, paint, seams, started } = call
    const onEvent: OnEvent = (event) => {
      const named = event.type === "restore" ? { ...event, ...(job !== undefined && { job }), workload } : event
      seams.onEvent?.(named)
    }
    const repository = await openGivenRepository({ ...call, seams: { ...seams, onEvent } })
    await refuseOutputInside(repositoryGiven(call), output, call.options)
    const startMs = io.clock.monotonic()
    const what = { job, workload, point, removed, disk, output, overwrite, yes, dryRun }
    const report = await restore(repository, { ...what, memoryBytes: memory, started, signal })
    const tookMs = Math.round(io.clock.monotonic() - startMs)
    return { document: restoreDocument(report, tookMs), text: renderRestore(report, { tookMs, paint }) }
  },
}
