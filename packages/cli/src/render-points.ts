import type { ListedPoint } from "@bcopy/copy-engine"
import type { Paint } from "./paint.ts"
import { renderSize } from "./render-size.ts"
import { renderTable } from "./render-table.ts"
import { tableName } from "./table-name.ts"
import { isoTime, renderTime } from "./render-time.ts"

/** Points as a table, one a line. */
export function renderPoints(points: readonly ListedPoint[], paint: Paint): string {
  if (points.length === 0) return "no points"
  const flags = points.map(({ summary: { gfs, pin } }) => [...gfs, ...(pin === undefined ? [] : ["pinned"])].join(" "))
  const hasFlags = flags.some((text) => text !== "")
  const columns = [
    { heading: "JOB" },
    { heading: "WORKLOAD" },
    { heading: "POINT" },
    { heading: "SEQ", right: true },
    { heading: "CREATED" },
    { heading: "KIND" },
    { heading: "SIZE", right: true },
    { heading: "STORED", right: true },
    ...(hasFlags ? [{ heading: "FLAGS" }] : []),
    { heading: "STATE" },
  ]
  const rows = points.map(({ job, workload, summary, state }, at) => [
    tableName(job),
    tableName(workload),
    summary.point.slice(0, 8),
    String(summary.seq),
    renderTime(summary.createdAtMs),
    summary.type,
    renderSize(summary.sizeBytes),
    renderSize(summary.storedBytes),
    ...(hasFlags ? [flags[at] ?? ""] : []),
    [
      state,
      ...(state === "complete" && summary.consistency === "fuzzy" ? ["fuzzy"] : []),
      ...(summary.dateSuspect === true ? ["date cannot be right"] : []),
    ].join(", "),
  ])
  return renderTable(columns, rows, paint.bold)
}

/** One point for a JSON document. */
export function pointDocument({
  job,
  workload,
  summary,
  manifest,
  state,
}: ListedPoint): Readonly<Record<string, unknown>> {
  return {
    job,
    workload,
    platform: summary.platform,
    point: summary.point,
    seq: summary.seq,
    createdAt: isoTime(summary.createdAtMs),
    committedAt: isoTime(summary.committedAtMs),
    kind: summary.type,
    flags: summary.gfs,
    ...(summary.pin !== undefined && { pin: summary.pin }),
    ...(summary.dateSuspect === true && { dateSuspect: true }),
    disks: (manifest?.disks ?? []).map(({ name, sizeBytes, contentRoot }) => ({ name, bytes: sizeBytes, contentRoot })),
    storedBytes: summary.storedBytes,
    state,
    consistency: summary.consistency,
  }
}
