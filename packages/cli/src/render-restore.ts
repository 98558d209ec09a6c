import type { RestoreReport } from "@bcopy/copy-engine"
import type { Paint } from "./paint.ts"
import { renderDuration } from "./render-duration.ts"
import { renderSize } from "./render-size.ts"
import { isoTime, renderTime } from "./render-time.ts"

/** What a restore came to, a line for the point and one for each disk. */
export function renderRestore(
  report: RestoreReport,
  { tookMs, paint }: { readonly tookMs: number; readonly paint: Paint },
): string {
  const { job, workload, point, createdAtMs, disks, dryRun } = report
  const head = [
    `${dryRun ? "would restore" : paint.green("✓")} ${paint.bold(`${job}/${workload}`)}`,
    `point ${point.slice(0, 8)} of ${renderTime(createdAtMs)}`,
    ...(dryRun ? [] : [`in ${renderDuration(tookMs)}`]),
  ]
  const lines = disks.map(({ name, path, sizeBytes, writtenBytes, sameBytes }) => {
    const there = sameBytes > 0 ? `, ${renderSize(sameBytes)} there already` : ""
    return `  ${name} → ${path}  ${renderSize(sizeBytes)}${dryRun ? "" : `, ${renderSize(writtenBytes)} written${there}`}`
  })
  return [head.join("  "), ...lines].join("\n")
}

/** The same for a JSON document. */
export function restoreDocument(report: RestoreReport, tookMs: number): Readonly<Record<string, unknown>> {
  const { job, workload, point, createdAtMs, disks, dryRun } = report
  return {
    dryRun,
    job,
    workload,
    point,
    createdAt: isoTime(createdAtMs),
    disks: disks.map(({ sizeBytes, ...disk }) => ({ ...disk, bytes: sizeBytes })),
    durationMs: tookMs,
  }
}
