import type { PlannedPoint } from "@bcopy/copy-engine"
import type { PriceEstimate } from "@bcopy/repo-s3"
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

/** Estimates what copying points into a bucket asks of it; `undefined` where the source does not know what it stored. */
export async function planPrice(
  planned: readonly PlannedPoint[],
  { packBytes, prices }: { readonly packBytes: number; readonly prices: string | undefined },
): Promise<PlanPrice | undefined> {
  const pointBytes = planned.map(({ aboutBytes }) => aboutBytes)
  if (planned.length === 0 || !pointBytes.every((bytes) => bytes !== undefined)) return undefined
  const { estimateKeeping, estimatePrice, planUsage } = await import("@bcopy/repo-s3")
  const usage = planUsage({ pointBytes, packBytes })
  const profile = prices === undefined ? undefined : await priceProfile(prices)
  return {
    aboutBytes: usage.bytesSent,
    aboutRequests: Object.values(usage.requests).reduce((sum, count) => sum + count, 0),
    ...(profile && { price: estimatePrice(usage, profile), monthly: estimateKeeping(usage.bytesSent, profile) }),
  }
}

/** The estimate in words. */
export function renderPlanPrice({ aboutBytes, aboutRequests, price, monthly = 0 }: PlanPrice): string {
  const cost = price && `; ${renderPrice(price)}, and ${monthly.toFixed(4)} ${price.currency} a month to keep it`
  return `about ${renderSize(aboutBytes)} with ${aboutRequests} requests${cost ?? ""}`
}
