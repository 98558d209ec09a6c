import { type ListedPoint, listPoints } from "@bcopy/copy-engine"
import { byName } from "../by-name.ts"
import type { Call, CliCommand, Outcome } from "../cli-command.ts"
import { openGivenRepository } from "../open-repository-at.ts"
import { changePointAction, pointActions as actions } from "../points/change-point.ts"
import { listRemovedAction } from "../points/list-removed.ts"
import type { PointsOptions } from "../points/points-call.ts"
import { pointDocument, renderPoints } from "../render-points.ts"
import { addExamples, addRepoOption, durationArgument, nameArgument } from "../shared-options.ts"

/** `bcopy points`: lists restore points, holds one by hand, lets it go. */
export const pointsCommand: CliCommand<PointsOptions> = {
  name: "points",
  define(command) {
    command
      .summary("list restore points, and pin them")
      .description(
        "Lists the restore points of a repository, each workload's from the oldest to the newest. `pin` holds one whatever its retention policy says, `unpin` lets it go. `remove` takes one out, for good after a while; until then `restore-removed` brings it back.",
      )
      .addArgument(
        command
          .createArgument("[action]", "what to do")
          .choices(["list", ...Object.keys(actions)])
          .default("list"),
      )
      .option("--job <name>", "only those of this job", nameArgument)
      .option("--workload <name>", "only those of workloads of this name", nameArgument)
      .option("--removed", "list: those that were removed and can still be brought back")
      .option("--point <id>", "pin, unpin, remove, restore-removed: the point, by the beginning of its id")
      .option("--undo <time>", "remove: how long it can be brought back: 36h, 7d, 2w (default: 7d)", durationArgument)
      .option("--reason <text>", "pin: why it is held", nameArgument)
    addRepoOption(command)
    addExamples(
      command,
      "bcopy points --repo /srv/bcopy --job nightly --workload web01",
      'bcopy points pin --repo /srv/bcopy --workload web01 --point 3f9c --reason "before the migration"',
    )
  },
  async run(call) {
    const [action = "list"] = call.args
    if (action !== "list") return changePointAction(call, action)
    return call.options.removed === true ? listRemovedAction(call) : list(call)
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
