import type { BroughtPoint } from "@bcopy/copy-engine"
import type { Paint } from "./paint.ts"
import { renderDuration } from "./render-duration.ts"
import { renderSaved, savedBy } from "./render-progress.ts"
import { renderSize } from "./render-size.ts"
import type { TaskCost } from "./task-times.ts"

/** A point that was brought, as a summary tells it in two lines. */
export function renderBrought(
  brought: BroughtPoint & { readonly job: string; readonly workload: string },
  { cost, paint }: { readonly cost: TaskCost | undefined; readonly paint: Paint },
): string {
  const { job, workload, point = "", kind, counts } = brought
  const parts = [
    `${paint.green("✓")} ${paint.bold(`${job}/${workload}`)}`,
    `point ${point.slice(0, 8)}`,
    kind ?? "",
    `${renderSize(counts.totalBytes)}, ${renderSize(counts.storedBytes)} stored`,
    ...(cost === undefined ? [] : [`in ${renderDuration(cost.tookMs)}`]),
    ...(cost?.use === undefined ? [] : [`${cost.use.requests} requests`]),
  ]
  return `${parts.join("  ")}\n  ${paint.dim(`saved: ${renderSaved(savedBy(counts))}`)}`
}

/** The same for a JSON document. */
export function broughtDocument(brought: BroughtPoint, cost: TaskCost | undefined): Readonly<Record<string, unknown>> {
  const { point, kind, contentRoots, counts } = brought
  const disks = Object.entries(contentRoots).map(([name, contentRoot]) => ({ name, contentRoot }))
  return { point, kind, disks, counts, durationMs: cost?.tookMs, ...(cost?.use && { requests: cost.use }) }
}
