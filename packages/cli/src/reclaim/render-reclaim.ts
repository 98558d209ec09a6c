import type { ReclaimedOfBackup, ReclaimReport } from "@bcopy/copy-engine"
import { counted } from "../counted.ts"
import { describeError, type DescribedError } from "../describe-error.ts"
import type { Paint } from "../paint.ts"
import { renderSize } from "../render-size.ts"

/** What a run of reclaim came to, in a document. */
export function reclaimDocument({ backups, failed }: ReclaimReport) {
  return {
    backups,
    failed: failed.map(({ job, error }) => ({ job, error: describeError(error) })),
  }
}

/** What went wrong in it. */
export function reclaimErrors({ failed }: ReclaimReport): readonly DescribedError[] {
  return failed.map(({ error }) => describeError(error))
}

/** What it came to, backup by backup. */
export function renderReclaim({ dryRun, backups, failed }: ReclaimReport, paint: Paint): string {
  const lines = backups.flatMap((backup) => linesOf(backup, dryRun, paint))
  return [...lines, ...failed.map(({ job, error }) => `${job}: ${error.message}`)].join("\n") || "no backups"
}

function linesOf(backup: ReclaimedOfBackup, dryRun: boolean, paint: Paint): readonly string[] {
  const {
    job,
    purged,
    packs,
    storedBytes,
    emptied,
    movedBytes,
    entries,
    locked,
    lockedBytes,
    lockedPoints,
    left,
    unknown,
  } = backup
  const [given, moved] = dryRun ? ["would be given back", "would be written anew"] : ["given back", "written anew"]
  const parts = [
    ...(purged > 0 ? [`${counted(purged, "removed point")} for good`] : []),
    ...(emptied > 0 ? [`${counted(emptied, "sparse pack")}, of which ${renderSize(movedBytes)} ${moved}`] : []),
    ...(entries > 0 ? [`${entries} old log ${entries === 1 ? "entry" : "entries"}`] : []),
  ]
  const what = packs === 0 ? "nothing to give back" : `${renderSize(storedBytes)} in ${counted(packs, "pack")} ${given}`
  return [
    `${job}: ${[what, ...parts].join("; ")}`,
    ...(lockedPoints > 0
      ? [
          `  ${counted(lockedPoints, "removed point")} ${lockedPoints === 1 ? "stays until its lock is" : "stay until their locks are"} over (\`bcopy locks\`)`,
        ]
      : []),
    ...(locked > 0
      ? [
          `  ${renderSize(lockedBytes)} in ${counted(locked, "pack")} that nothing needs ${locked === 1 ? "is" : "are"} locked`,
        ]
      : []),
    ...left
      .slice(0, 1)
      .map(({ reason }) =>
        paint.yellow(`  ${counted(left.length, "pack")} that nothing needs could not be deleted: ${reason}`),
      ),
    ...unknown.map(({ message }) =>
      paint.yellow(`  a point does not say what it needs, so that what was stored before it stays: ${message}`),
    ),
  ]
}
