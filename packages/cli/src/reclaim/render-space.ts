import type { SpaceOfBackup } from "@bcopy/copy-engine"
import { counted } from "../counted.ts"
import type { Paint } from "../paint.ts"
import { renderSize } from "../render-size.ts"
import { renderTable } from "../render-table.ts"
import { renderTime } from "../render-time.ts"
import { tableName } from "../table-name.ts"

const kinds = [
  ["live", "needed by points"],
  ["undo", "of removed points that can be brought back"],
  ["reading", "of removed points that are being read"],
  ["session", "of runs that may be at work, or can be gone on with"],
  ["damage", "stored before a point that does not say what it needs"],
  ["kept", "needed by nothing, kept by the store"],
  ["young", "stored just now"],
  ["free", "needed by nothing: `bcopy reclaim` deletes it"],
  ["overlaid", "versions over objects, which nobody reads"],
] as const

/** What holds the space of backups, as a table for each. */
export function renderSpace(backups: readonly SpaceOfBackup[], paint: Paint): string {
  if (backups.length === 0) return "no backups"
  return backups.map((backup) => renderBackup(backup, paint)).join("\n\n")
}

function renderBackup(backup: SpaceOfBackup, paint: Paint): string {
  const rows = kinds.flatMap(([kind, meaning]) => {
    const { packs, storedBytes } = backup[kind]
    const row = [renderSize(storedBytes), String(packs), meaning]
    const unused = kind === "live" ? backup.live.unusedBytes : 0
    if (packs === 0 && kind !== "live" && kind !== "free") return []
    return unused > 0
      ? [row, ["", "", `of that ${renderSize(unused)} lie unused in packs that are needed in part`]]
      : [row]
  })
  const columns = [{ heading: "STORED", right: true }, { heading: "PACKS", right: true }, { heading: "HELD BY" }]
  return [
    paint.bold(tableName(backup.job)),
    renderTable(columns, rows, paint.dim),
    ...backup.sessions.map(({ workload, session, ended, atMs, packs, storedBytes }) => {
      const since = atMs === undefined ? "" : ` since ${renderTime(atMs)}`
      const how = ended === undefined ? `at work, or cut short${since}` : `${ended}${since}`
      return `  ${tableName(workload)}: session ${session.slice(0, 8)}, ${how}: ${renderSize(storedBytes)} in ${counted(packs, "pack")}`
    }),
    ...backup.unknown.map(({ workload, message }) => paint.yellow(`  ${tableName(workload)}: ${message}`)),
  ].join("\n")
}
