import type { PlannedPoint } from "@bcopy/copy-engine"
import type { PriceEstimate, S3Usage } from "@bcopy/repo-s3"
import { renderPrice } from "./render-uses.ts"
import { renderSize } from "./render-size.ts"
import { priceProfile } from "./spending-cap.ts"

/** What a plan may bring and cost. */
export interface PlanPrice {
  readonly aboutBytes: number
  readonly aboutRequests: number
  /** By the prices that were given. */
  readonly price?: PriceEstimate
  /** What keeping it costs a month, in the same currency. */
  readonly monthly?: number
}

/** A side of a copy that is a bucket: the size of its packs. */
export interface BucketSide {
  readonly packBytes: number
}

/** Estimates what copying points asks of the buckets; `undefined` where the source does not know what it stored. */
export async function planPrice(
  planned: readonly PlannedPoint[],
  { from, to, prices }: { readonly from?: BucketSide; readonly to?: BucketSide; readonly prices: string | undefined },
): Promise<PlanPrice | undefined> {
  const pointBytes = planned.map(({ aboutBytes }) => aboutBytes)
  if (planned.length === 0 || !pointBytes.every((bytes) => bytes !== undefined)) return undefined
  const { estimateKeeping, estimatePrice, planReadUsage, planUsage } = await import("@bcopy/repo-s3")
  const written = to && planUsage({ pointBytes, ...to })
  const read = from && planReadUsage({ pointBytes, ...from })
  const usage = sumOf([written, read].filter((side) => side !== undefined))
  const profile = prices === undefined ? undefined : await priceProfile(prices)
  return {
    aboutBytes: written?.bytesSent ?? usage.bytesReceived,
    aboutRequests: Object.values(usage.requests).reduce((sum, count) => sum + count, 0),
    ...(profile && { price: estimatePrice(usage, profile) }),
    ...(profile && written && { monthly: estimateKeeping(written.bytesSent, profile) }),
  }
}

/** What both sides ask for: one profile prices both. */
function sumOf(usages: readonly S3Usage[]): S3Usage {
  const requests: Record<string, number> = {}
  for (const usage of usages)
    for (const [operation, count] of Object.entries(usage.requests))
      requests[operation] = (requests[operation] ?? 0) + count
  return {
    requests,
    bytesSent: usages.reduce((sum, { bytesSent }) => sum + bytesSent, 0),
    bytesReceived: usages.reduce((sum, { bytesReceived }) => sum + bytesReceived, 0),
  }
}

/** The estimate in words. */
export function renderPlanPrice({ aboutBytes, aboutRequests, price, monthly }: PlanPrice): string {
  const keeping =
    price && monthly !== undefined ? `, and ${monthly.toFixed(4)} ${price.currency} a month to keep it` : ""
  const cost = price === undefined ? "" : `; ${renderPrice(price)}${keeping}`
  return `about ${renderSize(aboutBytes)} with ${aboutRequests} requests${cost}`
}
