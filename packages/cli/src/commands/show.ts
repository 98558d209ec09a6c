import { readManifest } from "@bcopy/chain-format"
import { findPoint, findWorkload, type ListedPoint, listPoints, showRepository } from "@bcopy/copy-engine"
import type { CliCommand } from "../cli-command.ts"
import { CliError } from "../cli-error.ts"
import { openGivenRepository } from "../open-repository-at.ts"
import { manifestDocument, renderManifest } from "../render-manifest.ts"
import { overviewDocument, renderOverview } from "../render-overview.ts"
import { pointDocument, renderPoints } from "../render-points.ts"
import { addExamples, addRepoOption, nameArgument } from "../shared-options.ts"

interface ShowOptions {
  readonly repo?: string
  readonly job?: string
  readonly workload?: string
  readonly point?: string
}

/** `bcopy show`: describes a repository, a workload or a point. */
export const showCommand: CliCommand<ShowOptions> = {
  name: "show",
  define(command) {
    command
      .summary("describe a repository, a workload or a restore point")
      .description(
        "Describes a repository; with --workload its points in short; with --point all that one point is made of.",
      )
      .option("--workload <name>", "describe this workload", nameArgument)
      .option("--job <name>", "job that it belongs to, where several have one of that name", nameArgument)
      .option(
        "--point <id>",
        "describe this point of the workload: its id, or its first 4 characters or more, or latest",
      )
    addRepoOption(command)
    addExamples(command, "bcopy show --repo /srv/bcopy", "bcopy show --repo /srv/bcopy --workload web01 --point latest")
  },
  async run(call) {
    const { job, workload, point } = call.options
    const { signal, paint } = call
    if (point !== undefined && workload === undefined)
      throw new CliError("Usage", `point ${point} of which workload?`, { hint: "Name it with --workload." })
    const repository = await openGivenRepository(call)
    if (workload === undefined) {
      const overview = await showRepository(repository, { job, signal })
      return { document: overviewDocument(overview), text: renderOverview(overview, paint) }
    }
    if (point !== undefined) {
      const found = await findPoint(repository, { job, workload, point, signal })
      const manifest = await readManifest(repository.view, found.place, found.point, { signal })
      const one = { job: found.job, workload, summary: found.point, manifest }
      return { document: manifestDocument(one), text: renderManifest(one, paint) }
    }
    const found = await findWorkload(repository, { job, workload, signal })
    const points: ListedPoint[] = []
    for await (const one of listPoints(repository, { job: found.job, workload, signal })) points.push(one)
    const removed = found.state.removed.length
    const document = { job: found.job, workload, removed, points: points.map(pointDocument) }
    return {
      document,
      text: `${renderPoints(points, paint)}${removed > 0 ? `\n${removed} removed, can be brought back` : ""}`,
    }
  },
}
