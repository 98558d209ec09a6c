import type { RepositoryOverview } from "@bcopy/copy-engine"
import { byName } from "./by-name.ts"
import type { Paint } from "./paint.ts"
import { renderSize } from "./render-size.ts"
import { renderFacts, renderTable } from "./render-table.ts"
import { tableName } from "./table-name.ts"
import { isoTime, renderTime } from "./render-time.ts"

/** A repository and its workloads. */
export function renderOverview(overview: RepositoryOverview, paint: Paint): string {
  const { name, repository, encrypted, blockBytes, packBytes, passport, notWritable, workloads } = overview
  const facts: [string, string][] = [
    ["repository", name],
    ["id", repository],
    ["encryption", encrypted ? "yes" : "none"],
    ["block size", renderSize(blockBytes)],
    ["pack size", renderSize(packBytes)],
    ["writing", notWritable === undefined ? "allowed" : paint.yellow(notWritable)],
    ...lacking(passport).map((text): [string, string] => ["remark", text]),
  ]
  if (workloads.length === 0) return `${renderFacts(facts)}\n\nno workloads`
  const columns = [
    { heading: "JOB" },
    { heading: "WORKLOAD" },
    { heading: "POINTS", right: true },
    { heading: "NEWEST" },
    { heading: "SIZE", right: true },
    { heading: "STORED", right: true },
    { heading: "DAMAGED", right: true },
  ]
  const rows = workloads
    .toSorted(byName)
    .map(({ job, workload, points, newestAtMs, sizeBytes, storedBytes, damaged }) => [
      tableName(job),
      tableName(workload),
      String(points),
      newestAtMs === undefined ? "-" : renderTime(newestAtMs),
      renderSize(sizeBytes),
      renderSize(storedBytes),
      String(damaged),
    ])
  return `${renderFacts(facts)}\n\n${renderTable(columns, rows, paint.bold)}`
}

/** The same for a JSON document. */
export function overviewDocument(overview: RepositoryOverview): Readonly<Record<string, unknown>> {
  const { name, repository, encrypted, blockBytes, packBytes, passport, notWritable, workloads } = overview
  return {
    repository: {
      name,
      id: repository,
      encrypted,
      blockBytes,
      packBytes,
      passport,
      writable: notWritable === undefined,
      notWritable,
    },
    workloads: workloads.toSorted(byName).map(({ newestAtMs, sizeBytes, ...one }) => ({
      ...one,
      bytes: sizeBytes,
      newestAt: newestAtMs === undefined ? undefined : isoTime(newestAtMs),
    })),
  }
}

/** What the passport found lacking. It is stored as plain data, by whatever version made the repository. */
function lacking(passport: unknown): readonly string[] {
  const { properties } = (passport ?? {}) as { readonly properties?: unknown }
  if (!Array.isArray(properties)) return []
  return properties.flatMap(
    (property: { readonly ok?: unknown; readonly name?: unknown; readonly detail?: unknown }) =>
      property.ok === false ? [`${String(property.name)}: ${String(property.detail)}`] : [],
  )
}
