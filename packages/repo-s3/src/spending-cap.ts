import { StoreError } from "@bcopy/repo"
import type { PriceProfile } from "./prices.ts"
import { requestClass } from "./s3-usage.ts"

const GIB = 2 ** 30

/** What a run may ask of buckets. */
export interface SpendingLimits {
  readonly maxRequests?: number
  /** In the currency of `prices`, which it needs. */
  readonly maxCost?: number
  readonly prices?: PriceProfile
}

/** What was asked until now, as far as a cap counts it. */
export interface Spending {
  readonly requests: number
  /** In the currency of the prices; 0 without. */
  readonly cost: number
}

/** Left for the end of a run that comes near its cap: a checkpoint, packs on their way, its last beats. */
const RESERVED_REQUESTS = 40
const RESERVED_SHARE = 0.1

/**
 * Stops a run before it asks for more than it may. Near the cap it says so once, so that the run can end in order; a request
 * that would pass it is not made. One cap may stand over several stores.
 */
export class SpendingCap {
  readonly limits: SpendingLimits
  readonly #onNear: (() => void) | undefined
  #requests = 0
  #cost = 0
  #told = false

  /** @throws StoreError `BadRange` for limits that are not positive, or a cost without prices */
  constructor(limits: SpendingLimits, onNear?: () => void) {
    const { maxRequests, maxCost, prices } = limits
    if ((maxRequests !== undefined && !(maxRequests > 0)) || (maxCost !== undefined && !(maxCost > 0)))
      throw new StoreError("BadRange", `a cap of ${maxRequests ?? maxCost} lets nothing be asked`)
    if (maxCost !== undefined && prices === undefined)
      throw new StoreError("BadRange", `a cap of ${maxCost} needs prices to count by`)
    this.limits = limits
    this.#onNear = onNear
  }

  get spent(): Spending {
    return { requests: this.#requests, cost: this.#cost }
  }

  /** Counts a request that is about to be made, and bytes that it will bring. @throws StoreError `OverLimit` */
  spend(operation: string, bytesOut: number): void {
    const { maxRequests = Infinity, maxCost = Infinity, prices } = this.limits
    const cost =
      prices === undefined ? 0 : prices.perThousand[requestClass(operation)] / 1000 + outCost(bytesOut, prices)
    if (this.#requests + 1 > maxRequests || this.#cost + cost > maxCost) {
      this.#tell()
      throw new StoreError("OverLimit", `${operation} was not asked for: ${this.describe()}`)
    }
    this.#requests += 1
    this.#cost += cost
    if (this.#onNear === undefined) return
    const reserved = Math.min(RESERVED_REQUESTS, maxRequests / 2)
    if (this.#requests >= maxRequests - reserved || this.#cost >= maxCost * (1 - RESERVED_SHARE)) this.#tell()
  }

  /** Counts bytes that came and were not known beforehand. */
  received(bytes: number): void {
    if (this.limits.prices !== undefined) this.#cost += outCost(bytes, this.limits.prices)
  }

  /** `480 of 500 requests were made` */
  describe(): string {
    const { maxRequests, maxCost, prices } = this.limits
    const parts = [
      ...(maxRequests === undefined ? [] : [`${this.#requests} of ${maxRequests} requests were made`]),
      ...(maxCost === undefined ? [] : [`${this.#cost.toFixed(4)} of ${maxCost} ${prices?.currency} were spent`]),
    ]
    return parts.join(", ")
  }

  #tell(): void {
    if (this.#told) return
    this.#told = true
    this.#onNear?.()
  }
}

function outCost(bytes: number, { perGibOut }: PriceProfile): number {
  return (bytes / GIB) * perGibOut
}
