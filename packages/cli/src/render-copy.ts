import type { CopyReport } from "@bcopy/copy-engine"
import { describeError } from "./describe-error.ts"
import type { Paint } from "./paint.ts"
import { broughtDocument, renderBrought } from "./render-brought.ts"
import { inDocument } from "./run-command.ts"
import type { TaskCost } from "./task-times.ts"

type CostOf = (point: string | undefined) => TaskCost | undefined

/** What a copy came to: each copied point, then what was left out, grouped by reason. */
export function renderCopy(
  report: CopyReport,
  { costOf, paint }: { readonly costOf: CostOf; readonly paint: Paint },
): string {
  const { copied, planned, skipped, failed } = report
  const lines = copied.map((one) => renderBrought(one, { cost: costOf(one.point), paint }))
  lines.push(...planned.map(({ job, workload, point }) => `would copy ${job}/${workload} point ${point.slice(0, 8)}`))
  const reasons = skippedByReason(skipped)
  if (lines.length === 0 && failed.length === 0)
    lines.push(`nothing to copy${reasons === "" ? ": there are no points" : `: ${reasons}`}`)
  else if (reasons !== "") lines.push(paint.dim(`left out: ${reasons}`))
  return lines.join("\n")
}

/** `3 already copied, 1 damaged` */
function skippedByReason(skipped: CopyReport["skipped"]): string {
  const counts = new Map<string, number>()
  for (const { reason } of skipped) counts.set(reason, (counts.get(reason) ?? 0) + 1)
  return [...counts].map(([reason, count]) => `${count} ${reason}`).join(", ")
}

/** The same for a JSON document. */
export function copyDocument(
  { dryRun, copied, skipped, failed, planned }: CopyReport,
  costOf: CostOf,
): Readonly<Record<string, unknown>> {
  return {
    dryRun,
    copied: copied.map((one) => ({
      job: one.job,
      workload: one.workload,
      from: one.from,
      ...broughtDocument(one, costOf(one.point)),
    })),
    skipped,
    failed: failed.map(({ job, workload, error }) => ({ job, workload, error: inDocument(describeError(error)) })),
    ...(dryRun && { planned }),
  }
}
