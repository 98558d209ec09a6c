import { isEngineError, planWorkloads, type Repository, type WorkloadPlan } from "@bcopy/copy-engine"
import { dateOf } from "@bcopy/retention-gfs"
import { byName } from "../by-name.ts"
import type { Outcome } from "../cli-command.ts"
import { openGivenRepository } from "../open-repository-at.ts"
import type { Paint } from "../paint.ts"
import { counted } from "../counted.ts"
import { renderTable } from "../render-table.ts"
import { pictureOfPlan } from "./picture-of-plan.ts"
import { givenPolicy } from "./policy-options.ts"
import { renderCalendar } from "./render-calendar.ts"
import { renderPolicy, renderReason } from "./render-policy.ts"
import type { RetentionCall } from "./retention-call.ts"
import { renderFiles, writePictures } from "./write-picture.ts"

/** What the policy keeps and removes of every workload, with the moment it is asked for. */
export async function planAll(
  call: RetentionCall,
): Promise<{ readonly plans: readonly WorkloadPlan[]; readonly nowMs: number }> {
  const { job, workload } = call.options
  // What cannot be a policy is told before anything is opened.
  await givenPolicy(call.options)
  const repository = await openGivenRepository(call)
  const nowMs = repository.storeTime.now()
  const policy = await givenPolicy(call.options, await zoneInForce(repository, call))
  const plans: WorkloadPlan[] = []
  for await (const plan of planWorkloads(repository, { job, workload, policy, nowMs, signal: call.signal }))
    plans.push(plan)
  return { plans: plans.sort(byName), nowMs }
}

/** The zone of the first policy that is in force among the chosen jobs. */
export async function zoneInForce(
  repository: Repository,
  { options, signal }: RetentionCall,
): Promise<string | undefined> {
  const { job, workload } = options
  const quietly = { job, workload, signal, onUnreadable: () => undefined }
  try {
    for await (const { inForce } of planWorkloads(repository, quietly)) if (inForce !== undefined) return inForce.zone
  } catch (error) {
    if (!isEngineError(error) || error.code !== "NotFound") throw error
  }
  return undefined
}

/** `bcopy retention plan`: which points stay, which would go, and why. */
export async function planAction(call: RetentionCall): Promise<Outcome> {
  const { plans, nowMs } = await planAll(call)
  const files = await writePictures(
    plans.map((plan) => pictureOfPlan(plan, nowMs)),
    call.options,
  )
  const text = plans.map((plan) => renderPlan(plan, nowMs, call.paint))
  return {
    document: { workloads: plans.map(planDocument), pictures: files },
    text: [...(text.length === 0 ? ["no workloads"] : text), ...renderFiles(files, call.options)].join("\n\n"),
  }
}

/** A plan for a JSON document. */
export function planDocument({ job, workload, policy, plan, missed }: WorkloadPlan): Readonly<Record<string, unknown>> {
  return { job, workload, policy, ...plan, missed }
}

function renderPlan(found: WorkloadPlan, nowMs: number, paint: Paint): string {
  const { job, workload, policy, points, plan, missed } = found
  const zone = policy?.zone ?? "UTC"
  const kept = new Map(plan.keep.map((one) => [one.id, one.reasons]))
  const gone = new Map(plan.remove.map((one) => [one.id, one]))
  const columns = ["POINT", "DATE", "FLAGS", "", "WHY"].map((heading) => ({ heading }))
  const rows = points.map((point) => {
    const expired = gone.get(point.id)
    const why = (kept.get(point.id) ?? []).map(renderReason).join("; ")
    return [
      point.id.slice(0, 8),
      `${dateOf(point.atMs, zone)}${point.dateSuspect === true ? " (cannot be right)" : ""}`,
      point.gfs.join(" "),
      expired === undefined ? "stays" : "goes",
      expired === undefined ? why : expired.since === undefined ? "no rule keeps it" : `no rule since ${expired.since}`,
    ]
  })
  const heading = `${job}/${workload}: ${policy === undefined ? "no policy, so all points stay" : renderPolicy(policy)}`
  const { length: going } = plan.remove
  return [
    paint.bold(heading),
    `${counted(points.length, "point")}, ${points.length - going} ${points.length - going === 1 ? "stays" : "stay"}, ${going} ${going === 1 ? "goes" : "go"}${plan.removesMost ? ", which is over half" : ""}`,
    ...(rows.length === 0 ? [] : [renderTable(columns, rows, paint.bold)]),
    ...missed.map(({ id, opens, closes }) => `missed: ${id}, nothing good was stored from ${opens} until ${closes}`),
    ...(points.length === 0 ? [] : ["", renderCalendar(pictureOfPlan(found, nowMs), paint)]),
  ].join("\n")
}
