import type { ExpiredReason, KeepReason } from "./keep-reason.ts"
import type { RetentionPlan } from "./plan-retention.ts"

/** What becomes of a point, in words. */
export interface Explanation {
  readonly id: string
  readonly stays: boolean
  /** One sentence for every reason. */
  readonly sentences: readonly string[]
}

/** A plan in sentences, point by point as the plan has them. */
export function explain({ keep, remove }: RetentionPlan): readonly Explanation[] {
  return [
    ...keep.map(({ id, reasons }) => ({ id, stays: true, sentences: reasons.map(keepSentence) })),
    ...remove.map(({ id, expired, since }) => ({
      id,
      stays: false,
      sentences: expired.length === 0 ? ["No rule keeps it."] : expired.map((reason) => expiredSentence(reason, since)),
    })),
  ]
}

function keepSentence(reason: KeepReason): string {
  switch (reason.rule) {
    case "newest":
      return "It is the newest good point, which always stays."
    case "pin":
      return `It is pinned: ${reason.reason === "" ? "no reason was given" : reason.reason}.`
    case "weekly":
    case "monthly":
    case "yearly":
      return `It is the ${reason.rule} point of ${reason.slot}, kept until ${reason.until}.`
    case "days":
      return `It is not older than ${reason.days} days, kept until ${reason.until}.`
    case "floor":
      return `It is one of the newest ${reason.count} without a flag, which stay however old they are.`
    case "count":
      return `It is among the newest ${reason.count} points.`
    case "session":
      return "No rule keeps it; it goes when the next point of the workload has been stored."
    case "nothing good":
      return "No rule keeps it, but there is no good point that could stay in its place."
  }
}

function expiredSentence(reason: ExpiredReason, last: string | undefined): string {
  const ended = (since: string) => `${since === last ? "last" : ""} kept it until ${since}`.trimStart()
  switch (reason.rule) {
    case "weekly":
    case "monthly":
    case "yearly":
      return `Its ${reason.rule} slot ${reason.slot} ${ended(reason.since)}.`
    case "days":
      return `Short-term retention of ${reason.days} days ${ended(reason.since)}.`
    case "count":
      return `It is not among the newest ${reason.count} points.`
  }
}
