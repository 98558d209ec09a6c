import { verify } from "@bcopy/copy-engine"
import { Option } from "commander"
import type { CliCommand } from "../cli-command.ts"
import { openGivenRepository } from "../open-repository-at.ts"
import { renderVerify, verifyVerdict } from "../render-verify.ts"
import { addExamples, addRepoOption } from "../shared-options.ts"

interface VerifyCommandOptions {
  readonly repo?: string
  readonly all?: boolean
  readonly readData?: "authenticate" | "hash"
}

/** `bcopy verify`: proves restore points. */
export const verifyCommand: CliCommand<VerifyCommandOptions> = {
  name: "verify",
  movesData: ({ readData }) => readData !== undefined,
  define(command) {
    command
      .summary("prove that restore points are whole")
      .description(
        "Proves the newest point of each workload: its metadata, and that its data is there. Points found damaged are marked.",
      )
      .option("--all", "all points, not the newest alone")
      .addOption(
        new Option(
          "--read-data [how]",
          "read the data too: authenticate every slot, or hash every block (default when given alone)",
        )
          .choices(["authenticate", "hash"])
          .preset("hash"),
      )
    addRepoOption(command)
    addExamples(command, "bcopy verify --repo /srv/bcopy", "bcopy verify --repo /srv/bcopy --all --read-data=hash")
  },
  async run(call) {
    const { all, readData = "none", dryRun = false, memory } = call.options
    const { io, signal, paint, started } = call
    const repository = await openGivenRepository(call)
    const startMs = io.clock.monotonic()
    const report = await verify(repository, { all, readData, dryRun, memoryBytes: memory, started, signal })
    const tookMs = Math.round(io.clock.monotonic() - startMs)
    return {
      ...verifyVerdict(report),
      document: { dryRun, readData, ...report, durationMs: tookMs },
      text: renderVerify(report, { readData, tookMs, paint }),
    }
  },
}
