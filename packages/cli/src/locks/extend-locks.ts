import { type ExtendLocksReport, extendLocks } from "@bcopy/copy-engine"
import { counted } from "../counted.ts"
import type { Outcome } from "../cli-command.ts"
import { describeError } from "../describe-error.ts"
import { openGivenRepository, repositoryGiven } from "../open-repository-at.ts"
import { partlyExit } from "../partly-exit.ts"
import { prepareToWrite } from "../prepare-to-write.ts"
import { isoTime } from "../render-time.ts"
import { tableName } from "../table-name.ts"
import { priceOfRequests } from "./lock-price.ts"
import type { LocksCall } from "./locks-call.ts"

/** `bcopy locks extend`: brings the locks of points that are there up to what is in force. */
export async function extendLocksAction(call: LocksCall): Promise<Outcome> {
  const { job, dryRun = false, prices } = call.options
  const repository = await openGivenRepository(call)
  if (!dryRun) await prepareToWrite(repositoryGiven(call), repository, call)
  const report = await extendLocks(repository, { ...(job !== undefined && { job }), dryRun, signal: call.signal })
  const objects = report.workloads.reduce((sum, one) => sum + one.objects, 0)
  const price = await priceOfRequests(objects, prices)
  const errors = report.failed.map(({ error }) => describeError(error))
  return {
    exit: partlyExit(errors, report.workloads.length > 0),
    errors,
    document: { dryRun, ...extendDocument(report), objects, ...(price && { price }) },
    text: [renderExtended(report), ...(price === undefined ? [] : [`that is ${price.amount} ${price.currency}`])].join(
      "\n",
    ),
  }
}

/** What was extended, for a document. */
export function extendDocument({ workloads, failed }: ExtendLocksReport) {
  return {
    workloads: workloads.map(({ points, ...rest }) => ({
      ...rest,
      points: points.map(({ point, beforeMs, untilMs }) => ({
        point,
        ...(beforeMs > 0 && { before: isoTime(beforeMs) }),
        lockedUntil: isoTime(untilMs),
      })),
    })),
    failed: failed.map(({ error, ...place }) => ({ ...place, error: describeError(error) })),
  }
}

/** What was extended, workload by workload. */
export function renderExtended({ dryRun, immutability, workloads, failed }: ExtendLocksReport): string {
  if (immutability === undefined) return "nothing is locked: `bcopy locks accept` says for how long points shall be"
  const done = dryRun ? "would be locked" : "locked"
  const lines = workloads.map(({ job, workload, points, objects }) => {
    const furthest = Math.max(...points.map(({ untilMs }) => untilMs))
    return `${tableName(job)}/${tableName(workload)}: ${counted(points.length, "point")} ${done} until ${isoTime(furthest).slice(0, 10)} at the furthest, with ${counted(objects, "extension")}`
  })
  const failures = failed.map(({ job, workload, error }) => `${job}/${workload}: ${error.message}`)
  return [...lines, ...failures].join("\n") || "all points are locked for as long as they have to be"
}
