import { type ListedPoint, listPoints } from "@bcopy/copy-engine"
import { byName } from "../by-name.ts"
import type { CliCommand } from "../cli-command.ts"
import { openGivenRepository } from "../open-repository-at.ts"
import { pointDocument, renderPoints } from "../render-points.ts"
import { addExamples, addRepoOption, nameArgument } from "../shared-options.ts"

interface PointsOptions {
  readonly repo?: string
  readonly job?: string
  readonly workload?: string
}

/** `bcopy points`: lists restore points. */
export const pointsCommand: CliCommand<PointsOptions> = {
  name: "points",
  define(command) {
    command
      .summary("list restore points")
      .description("Lists the restore points of a repository, each workload's from the oldest to the newest.")
      .option("--job <name>", "only those of this job", nameArgument)
      .option("--workload <name>", "only those of workloads of this name", nameArgument)
    addRepoOption(command)
    addExamples(command, "bcopy points --repo /srv/bcopy --job nightly --workload web01")
  },
  async run(call) {
    const { job, workload } = call.options
    const repository = await openGivenRepository(call)
    const points: ListedPoint[] = []
    for await (const point of listPoints(repository, { job, workload, signal: call.signal })) points.push(point)
    points.sort(byName)
    return { document: { points: points.map(pointDocument) }, text: renderPoints(points, call.paint) }
  },
}
