import { findPoint, type ListedPoint, listPoints, pinPoint, unpinPoint } from "@bcopy/copy-engine"
import { byName } from "../by-name.ts"
import type { Call, CliCommand, Outcome } from "../cli-command.ts"
import { CliError } from "../cli-error.ts"
import type { KeyOptions } from "../key-options.ts"
import { openGivenRepository, repositoryGiven } from "../open-repository-at.ts"
import { prepareToWrite } from "../prepare-to-write.ts"
import { pointDocument, renderPoints } from "../render-points.ts"
import { addExamples, addRepoOption, nameArgument } from "../shared-options.ts"

interface PointsOptions extends KeyOptions {
  readonly repo?: string
  readonly job?: string
  readonly workload?: string
  readonly point?: string
  readonly reason?: string
}

/** `bcopy points`: lists restore points, holds one by hand, lets it go. */
export const pointsCommand: CliCommand<PointsOptions> = {
  name: "points",
  define(command) {
    command
      .summary("list restore points, and pin them")
      .description(
        "Lists the restore points of a repository, each workload's from the oldest to the newest. `pin` holds one whatever its retention policy says, `unpin` lets it go.",
      )
      .addArgument(command.createArgument("[action]", "what to do").choices(["list", "pin", "unpin"]).default("list"))
      .option("--job <name>", "only those of this job", nameArgument)
      .option("--workload <name>", "only those of workloads of this name", nameArgument)
      .option("--point <id>", "pin, unpin: the point, by the beginning of its id, or latest")
      .option("--reason <text>", "pin: why it is held")
    addRepoOption(command)
    addExamples(
      command,
      "bcopy points --repo /srv/bcopy --job nightly --workload web01",
      'bcopy points pin --repo /srv/bcopy --workload web01 --point 3f9c --reason "before the migration"',
    )
  },
  async run(call) {
    const [action = "list"] = call.args
    return action === "list" ? list(call) : pin(call, action)
  },
}

async function list(call: Call<PointsOptions>): Promise<Outcome> {
  const { job, workload } = call.options
  const repository = await openGivenRepository(call)
  const points: ListedPoint[] = []
  for await (const point of listPoints(repository, { job, workload, signal: call.signal })) points.push(point)
  points.sort(byName)
  return { document: { points: points.map(pointDocument) }, text: renderPoints(points, call.paint) }
}

async function pin(call: Call<PointsOptions>, action: string): Promise<Outcome> {
  const { job, workload, point: wanted, reason, dryRun = false } = call.options
  const { signal } = call
  if (workload === undefined || wanted === undefined)
    throw new CliError("Usage", `${action} needs --workload NAME and --point ID`, {
      hint: "`bcopy points` lists the ids.",
    })
  if (action === "pin" && (reason ?? "") === "")
    throw new CliError("Usage", "pin needs a --reason, which whoever finds the point held will read")
  const repository = await openGivenRepository(call)
  const { point, ...found } = await findPoint(repository, { job, workload, point: wanted, signal })
  const { entry } = point
  if (action === "unpin" && point.pin === undefined)
    throw new CliError("Usage", `point ${point.point.slice(0, 8)} of ${workload} is not pinned`)
  if (!dryRun) {
    await prepareToWrite(repositoryGiven(call), repository, call)
    if (action === "pin") await pinPoint(repository, found, entry, reason ?? "", { signal })
    else await unpinPoint(repository, found, entry, { signal })
  }
  const id = point.point.slice(0, 8)
  const done =
    action === "pin" ? `point ${id} of ${workload} is held: ${reason}` : `point ${id} of ${workload} is let go`
  return {
    document: { dryRun, action, job: found.job, workload, point: point.point, ...(reason !== undefined && { reason }) },
    text: dryRun ? `would be done: ${done}` : done,
  }
}
