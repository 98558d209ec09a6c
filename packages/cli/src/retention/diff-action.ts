import { dateOf, diffPolicies, type PolicyDiff } from "@bcopy/retention-gfs"
import type { WorkloadPlan } from "@bcopy/copy-engine"
import { CliError } from "../cli-error.ts"
import type { Outcome } from "../cli-command.ts"
import { planAll } from "./plan-action.ts"
import { givenPolicy } from "./policy-options.ts"
import { renderPolicy, renderReason } from "./render-policy.ts"
import type { RetentionCall } from "./retention-call.ts"

/** What the given policy would change for a workload; without one in force before, everything stayed. */
export function diffOf({ points, plan, policy, inForce }: WorkloadPlan, nowMs: number): PolicyDiff {
  if (policy !== undefined && inForce !== undefined) return diffPolicies(points, inForce, policy, nowMs)
  return { lost: plan.remove, won: [], kept: plan.keep.length }
}

/** `bcopy retention diff`: what another policy would change. */
export async function diffAction(call: RetentionCall): Promise<Outcome> {
  const after = await givenPolicy(call.options)
  if (after === undefined)
    throw new CliError("Usage", "no policy was given to compare with", { hint: "Say --days 14 or --policy FILE." })
  const { plans, nowMs } = await planAll(call)
  const [{ policy: instead = after } = { policy: after }] = plans
  const diffs = plans.map((plan) => ({ ...plan, diff: diffOf(plan, nowMs) }))
  const text = diffs.map(({ job, workload, inForce, points, diff: { lost, won, kept } }) => {
    const named = (id: string) => {
      const point = points.find((one) => one.id === id)
      const flags = point === undefined || point.gfs.length === 0 ? "" : ` (${point.gfs.join(" ")})`
      return `${id.slice(0, 8)} of ${point === undefined ? "?" : dateOf(point.atMs, instead.zone)}${flags}`
    }
    return [
      `${job}/${workload}`,
      `  in force: ${inForce === undefined ? "no policy, so all points stay" : renderPolicy(inForce)}`,
      `  instead:  ${renderPolicy(instead)}`,
      `  ${kept} stay under both, ${lost.length} would go, ${won.length} would stay that go now`,
      ...lost.map(({ id, since }) => `  - ${named(id)}${since === undefined ? "" : `, no rule since ${since}`}`),
      ...won.map(({ id, reasons }) => `  + ${named(id)}, ${reasons.map(renderReason).join("; ")}`),
    ].join("\n")
  })
  return {
    document: {
      policy: instead,
      workloads: diffs.map(({ job, workload, inForce, diff }) => ({ job, workload, inForce, ...diff })),
    },
    text: text.length === 0 ? "no workloads" : text.join("\n\n"),
  }
}
