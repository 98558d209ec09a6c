import { explain, nextSlots } from "@bcopy/retention-gfs"
import { CliError } from "../cli-error.ts"
import type { Outcome } from "../cli-command.ts"
import { planAll } from "./plan-action.ts"
import { renderPolicy } from "./render-policy.ts"
import type { RetentionCall } from "./retention-call.ts"

/** `bcopy retention explain`: every reason for a point, or for all, in sentences. */
export async function explainAction(call: RetentionCall): Promise<Outcome> {
  const { point: wanted } = call.options
  const { plans, nowMs } = await planAll(call)
  const told = plans.map(({ job, workload, policy, points, plan }) => {
    const sentences = new Map(explain(plan).map((one) => [one.id, one]))
    const chosen = points.filter(({ id }) => wanted === undefined || id.startsWith(wanted))
    const explained = chosen.flatMap(({ id, atMs, gfs }) => {
      const one = sentences.get(id)
      return one === undefined ? [] : [{ ...one, createdAt: new Date(atMs).toISOString(), flags: gfs }]
    })
    return { job, workload, policy, points: explained, slots: policy === undefined ? [] : nextSlots(policy, nowMs) }
  })
  const found = told.filter(({ points }) => points.length > 0)
  if (wanted !== undefined && found.length === 0)
    throw new CliError("Usage", `no point begins with ${wanted}`, { hint: "`bcopy points` lists them." })
  const text = found.map(({ job, workload, policy, points, slots }) =>
    [
      `${job}/${workload}: ${policy === undefined ? "no policy, so all points stay" : renderPolicy(policy)}`,
      ...points.map(({ id, createdAt, stays, sentences, flags }) =>
        [
          `${id.slice(0, 8)} of ${createdAt.slice(0, 10)}${flags.length === 0 ? "" : ` (${flags.join(" ")})`} ${stays ? "stays" : "goes"}.`,
          ...sentences.map((sentence) => `  ${sentence}`),
        ].join("\n"),
      ),
      ...slots.map(
        ({ open, next }) => `slot ${open.id} is open since ${open.opens}; ${next.id} opens on ${next.opens}`,
      ),
    ].join("\n"),
  )
  return { document: { workloads: told }, text: text.length === 0 ? "no points" : text.join("\n\n") }
}
