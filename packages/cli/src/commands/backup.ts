import { existsSync } from "node:fs"
import { backUp } from "@bcopy/copy-engine"
import { platforms } from "@bcopy/source"
import { diskImageSource } from "@bcopy/source-disk-image"
import { Option } from "commander"
import type { CliCommand } from "../cli-command.ts"
import { openGivenRepository, repositoryGiven } from "../open-repository-at.ts"
import { parseDiskImages } from "../parse-disk-image.ts"
import { broughtDocument, renderBrought } from "../render-brought.ts"
import { isoTime } from "../render-time.ts"
import { prepareToWrite } from "../prepare-to-write.ts"
import { addExamples, addRepoOption, countArgument, nameArgument } from "../shared-options.ts"

interface BackupOptions {
  readonly repo?: string
  readonly job: string
  readonly workload: string
  readonly platform: string
  readonly format?: "raw"
  readonly allowChanging?: boolean
  readonly level?: number
  readonly rehash?: boolean
}

/** `bcopy backup`: brings disk images into a repository as a new point. */
export const backupCommand: CliCommand<BackupOptions> = {
  name: "backup",
  keepsCheckpoint: true,
  movesData: ({ dryRun }) => dryRun !== true,
  define(command) {
    command
      .summary("back up disk images as a new restore point")
      .description("Backs up raw disk images or block devices as the next restore point of a workload.")
      .argument("<image...>", "[NAME=]IMAGE: a disk; matched to that of the point before by name, else by position")
      .requiredOption("--job <name>", "backup job that the point belongs to", nameArgument)
      .requiredOption("--workload <name>", "machine that the disks belong to", nameArgument)
      .addOption(
        new Option("--platform <platform>", "what kind of machine it is").choices(platforms).default("generic"),
      )
      .addOption(new Option("--format <format>", "take a file as it is, whatever it looks like").choices(["raw"]))
      .option("--allow-changing", "take images that change while they are read; the point is then no moment")
      .option("--rehash", "hash every block, whatever is remembered of it from the last time")
      .option("--level <level>", "compression, 0 (none) to 19 (default: 3)", countArgument)
    addRepoOption(command)
    addExamples(
      command,
      "bcopy backup --repo /srv/bcopy --job nightly --workload web01 web01.raw",
      "bcopy backup --job nightly --workload db01 sda=/dev/vg/db01-snap sdb=data.raw",
    )
  },
  async run(call) {
    const {
      job,
      workload,
      platform,
      format,
      allowChanging,
      level,
      rehash,
      takeOver,
      memory,
      dryRun = false,
    } = call.options
    const { io, signal, paint, times, started } = call
    const { scans } = io
    const asked = { job, workload, level, scans, rehash, takeOver, dryRun, memoryBytes: memory, started, signal }
    const disks = parseDiskImages(call.args, existsSync)
    const repository = await openGivenRepository(call)
    if (!dryRun) await prepareToWrite(repositoryGiven(call), repository, call)
    const source = diskImageSource({ workload, platform, job, disks, allowChanging, format, clock: io.clock })
    const report = await backUp(repository, { ...asked, source })
    const cost = times.costOf(report.point)
    const what = { dryRun, job, workload, platform, createdAt: isoTime(report.from.createdAtMs) }
    if (dryRun)
      return {
        document: { ...what, kind: report.kind, disks },
        text: `would back up ${job}/${workload}: ${report.kind}, ${disks.map(({ name, path }) => `${name} from ${path}`).join(", ")}`,
      }
    return { document: { ...what, ...broughtDocument(report, cost) }, text: renderBrought(report, { cost, paint }) }
  },
}
