import { listRemoved, type RemovedPointListed } from "@bcopy/copy-engine"
import { byName } from "../by-name.ts"
import type { Outcome } from "../cli-command.ts"
import { openGivenRepository } from "../open-repository-at.ts"
import { renderTable } from "../render-table.ts"
import { isoTime, renderTime } from "../render-time.ts"
import { tableName } from "../table-name.ts"
import type { PointsCall } from "./points-call.ts"

/** `bcopy points --removed`: what can still be brought back, and until when. */
export async function listRemovedAction(call: PointsCall): Promise<Outcome> {
  const { job, workload } = call.options
  const repository = await openGivenRepository(call)
  const points: RemovedPointListed[] = []
  for await (const point of listRemoved(repository, { job, workload, signal: call.signal })) points.push(point)
  points.sort(byName)
  const columns = ["JOB", "WORKLOAD", "POINT", "CREATED", "REMOVED", "COMES BACK UNTIL"].map((heading) => ({ heading }))
  const rows = points.map(({ job: of, workload: which, point, removedAtMs, untilMs }) => [
    tableName(of),
    tableName(which),
    point.point.slice(0, 8),
    renderTime(point.createdAtMs),
    renderTime(removedAtMs),
    renderTime(untilMs),
  ])
  return {
    document: {
      removed: points.map(({ job: of, workload: which, point, removedAtMs, untilMs, lockedUntilMs }) => ({
        job: of,
        workload: which,
        point: point.point,
        createdAt: isoTime(point.createdAtMs),
        flags: point.gfs,
        removedAt: isoTime(removedAtMs),
        restorableUntil: isoTime(untilMs),
        ...(lockedUntilMs > 0 && { lockedUntil: isoTime(lockedUntilMs) }),
      })),
    },
    text: points.length === 0 ? "no removed points" : renderTable(columns, rows, call.paint.bold),
  }
}
