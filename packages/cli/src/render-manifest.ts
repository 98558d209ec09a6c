import type { LivePoint, Manifest } from "@bcopy/chain-format"
import type { Paint } from "./paint.ts"
import { renderSize } from "./render-size.ts"
import { renderFacts } from "./render-table.ts"
import { isoTime, renderTime } from "./render-time.ts"

/** A point with its manifest. */
export interface ShownPoint {
  readonly job: string
  readonly workload: string
  readonly summary: LivePoint
  readonly manifest: Manifest
}

/** The facts of a point. */
export function renderManifest({ job, workload, summary, manifest }: ShownPoint, paint: Paint): string {
  const { origin, copiedFrom, parent } = manifest
  const facts: [string, string][] = [
    ["point", manifest.point],
    ["workload", `${job}/${workload}`],
    ["platform", manifest.platform],
    ["order", `${manifest.seq} (log entry ${summary.entry})`],
    ["created", renderTime(manifest.createdAtMs)],
    ["committed", renderTime(manifest.committedAtMs)],
    ["kind", manifest.kind],
    ["parent", parent === undefined ? "none" : `${parent.point} (log entry ${parent.entry})`],
    ["origin", `point ${origin.point} of repository ${origin.repository}`],
    [
      "copied from",
      copiedFrom === undefined
        ? "nowhere: a first copy of its source"
        : `point ${copiedFrom.point} of repository ${copiedFrom.repository}`,
    ],
    ["hops", String(manifest.hops)],
    ["consistency", manifest.consistency],
    ["flags", manifest.gfs.join(", ") || "none"],
    ["pin", summary.pin ?? "none"],
    ["state", summary.damaged === true ? paint.red("damaged") : "complete"],
    ["block size", renderSize(manifest.blockBytes)],
    ["stored", `${renderSize(manifest.storedBytes)} by its session ${manifest.session}`],
    ["map packs", String(manifest.mapPacks.length)],
  ]
  const disks = manifest.disks.map(
    ({ name, sizeBytes, contentRoot }) =>
      `disk ${paint.bold(name)}  ${renderSize(sizeBytes)}  content root ${contentRoot}`,
  )
  return [renderFacts(facts), ...disks].join("\n")
}

/** The same for a JSON document. */
export function manifestDocument({ job, workload, summary, manifest }: ShownPoint): Readonly<Record<string, unknown>> {
  const { point, platform, seq, createdAtMs, committedAtMs, kind, parent, origin, copiedFrom, hops, consistency, gfs } =
    manifest
  const { session, blockBytes, storedBytes, mapPacks, metadata } = manifest
  return {
    job,
    workload,
    point: {
      point,
      platform,
      seq,
      entry: summary.entry,
      createdAt: isoTime(createdAtMs),
      committedAt: isoTime(committedAtMs),
      kind,
      parent,
      origin,
      copiedFrom,
      hops,
      consistency,
      flags: gfs,
      pin: summary.pin,
      state: summary.damaged === true ? "damaged" : "complete",
      session,
      blockBytes,
      storedBytes,
      mapPacks: mapPacks.length,
      disks: manifest.disks.map(({ name, sizeBytes, contentRoot }) => ({ name, bytes: sizeBytes, contentRoot })),
      metadata,
    },
  }
}
