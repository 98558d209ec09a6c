import type { WorkloadPlan } from "@bcopy/copy-engine"
import { dateOf, type KeptPoint, type RetentionPoint } from "@bcopy/retention-gfs"
import { renderPolicy } from "./render-policy.ts"
import { type CellKind, noteCell, type PictureBar, type RetentionPicture, strongest } from "./retention-picture.ts"

/** A picture of what a plan keeps and removes. */
export function pictureOfPlan({ job, workload, policy, points, plan }: WorkloadPlan, nowMs: number): RetentionPicture {
  const zone = policy?.zone ?? "UTC"
  const kept = new Map(plan.keep.map((one) => [one.id, one]))
  const cells = new Map<string, CellKind>()
  const bars: PictureBar[] = []
  for (const point of points) {
    const date = dateOf(point.dateSuspect === true ? point.committedAtMs : point.atMs, zone)
    const one = kept.get(point.id)
    noteCell(cells, date, kindOf(point, one))
    for (const reason of one?.reasons ?? [])
      if (reason.rule === "weekly" || reason.rule === "monthly" || reason.rule === "yearly")
        bars.push({ level: reason.rule, label: reason.slot, from: date, to: reason.until })
  }
  return {
    title: `${job}/${workload}`,
    subtitle: [
      policy === undefined ? "no policy: all points stay" : renderPolicy(policy),
      `as of ${dateOf(nowMs, zone)}: ${points.length} points, ${plan.remove.length} of which would go`,
    ],
    today: dateOf(nowMs, zone),
    cells,
    bars,
  }
}

function kindOf(point: RetentionPoint, kept: KeptPoint | undefined): CellKind {
  if (kept === undefined) return "goes"
  if (point.damaged === true || point.dateSuspect === true) return "bad"
  const running = kept.reasons.flatMap((reason) => ("slot" in reason ? [reason.slot] : []))
  return strongest(running) ?? (point.pin === undefined ? "plain" : "pin")
}
