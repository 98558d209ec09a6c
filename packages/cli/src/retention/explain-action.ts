import { assignFlags, explain, nextSlots, type PolicyInForce, type RetentionPoint } from "@bcopy/retention-gfs"
import { CliError } from "../cli-error.ts"
import type { Outcome } from "../cli-command.ts"
import { planAll } from "./plan-action.ts"
import { renderPolicy } from "./render-policy.ts"
import type { RetentionCall } from "./retention-call.ts"

/** The open slot of each level, and what becomes of it: filled already, for the next point, or not counted. */
function openSlots(points: readonly RetentionPoint[], policy: PolicyInForce, nowMs: number) {
  const order = points.reduce((last, one) => Math.max(last, one.order), 0) + 1
  const incoming = { id: "next", atMs: nowMs, order, committedAtMs: nowMs, gfs: [] }
  const granted = assignFlags(points, policy, { nowMs, incoming })
  const coming = granted.find(({ id }) => id === incoming.id)?.gfs ?? []
  return nextSlots(policy, nowMs).map(({ open, next }) => {
    const holder = points.find(({ gfs }) => gfs.includes(open.id))
    const state =
      holder !== undefined
        ? `is filled by ${holder.id.slice(0, 8)}`
        : coming.includes(open.id)
          ? "is for the next point"
          : "was open before the policy was in force, and is not counted"
    return { open, next, state }
  })
}

/** `bcopy retention explain`: every reason for a point, or for all, in sentences. */
export async function explainAction(call: RetentionCall): Promise<Outcome> {
  const { point: wanted } = call.options
  if (wanted === "") throw new CliError("Usage", "--point is empty")
  const { plans, nowMs } = await planAll(call)
  const told = plans.map(({ job, workload, policy, inForce, points, plan }) => {
    const explanations = new Map(explain(plan).map((one) => [one.id, one]))
    const chosen = points.filter(({ id }) => wanted === undefined || id.startsWith(wanted))
    const explained = chosen.flatMap(({ id, atMs, gfs, dateSuspect }) => {
      const one = explanations.get(id)
      if (one === undefined) return []
      const doubt = dateSuspect === true ? ["Its time cannot be right: it counts as of when it was stored."] : []
      const sentences = [...doubt, ...one.sentences]
      return [{ ...one, sentences, createdAt: new Date(atMs).toISOString(), flags: gfs }]
    })
    const slots = inForce === undefined ? [] : openSlots(points, inForce, nowMs)
    return { job, workload, policy, points: explained, slots }
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
      ...slots.map(({ open, next, state }) => `slot ${open.id} ${state}; ${next.id} opens on ${next.opens}`),
    ].join("\n"),
  )
  return { document: { workloads: told }, text: text.length === 0 ? "no points" : text.join("\n\n") }
}
